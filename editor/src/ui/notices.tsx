// Notices to the public: Vietnamese always, other languages as they are needed. What is typed stays a draft on this device until it
// is written as a whole; from then on it is a decision like the others, and becomes public.
import type { ComponentType } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { beside, freshId, isGone, isOvertaken, type Draft } from "../document/draft.ts";
import { blank, isKnown, lacks, LANGUAGES, notices, putNotice, removeNotice, same, type Lack, type Notice } from "../document/notice.ts";
import { drafts, draftWritten, keepDraft, replaceDrafts } from "./drafts.ts";
import { focusSoon } from "./focus.ts";
import { Ask, ErrorSummary, say } from "./parts.tsx";
import { here, today } from "./state.ts";
import type { Change } from "./publish.tsx";
import { tr } from "./words.ts";

const KEY = "publication";

const fresh = (): Notice => ({ date: today(), texts: { vi: blank(), en: blank() } });

export function Notices({ changes, Changes }: { changes: Change[]; Changes: ComponentType<{ changes: Change[] }> }) {
  const paper = here().paper(KEY);
  const written = notices(paper.doc);
  const begun = Object.keys(drafts.value).filter((id) => !written.some(([known]) => known === id));
  const all: [string, Notice | undefined][] = [...written, ...begun.map((id): [string, undefined] => [id, undefined])];
  useLayoutEffect(() => {
    if (!paper.opened) return;
    const next = beside(drafts.value, written, today(), (heads) => paper.has(heads));
    if (next !== drafts.value) replaceDrafts(next);
  });
  const add = () => {
    const id = freshId(today());
    keepDraft(id, { now: fresh(), over: undefined });
    focusSoon(`notice-${id}-vi-title`);
  };
  return (
    <section>
      <h2>{tr("Thông báo cho công chúng", "Notices to the public")} ({written.length})</h2>
      <Changes changes={changes} />
      {all.map(([id, notice]) => <One key={id} id={id} notice={notice} draft={drafts.value[id]} isOpen={paper.opened !== undefined} />)}
      <p><button type="button" class="quiet" id="add-notice" onClick={add}>{tr("Thêm thông báo", "Add a notice")}</button></p>
    </section>
  );
}

interface Props {
  id: string;
  /** As it is written; undefined while there is only a draft. */
  notice: Notice | undefined;
  draft: Draft | undefined;
  /** Whether the document is open: before that nobody can say what is not in it. */
  isOpen: boolean;
}

const nameOf = (code: string) => {
  const known = LANGUAGES.find((one) => one.code === code);
  return known ? tr(known.vi, known.en) : code;
};

function lackWords({ code, part }: Lack): string {
  if (part === "date") return tr("Hãy ghi ngày của thông báo, từ năm 1946.", "Give the date of the notice, from 1946 on.");
  if (part === "language") return tr(`Trang không có ngôn ngữ “${code}”; hãy bỏ phần này.`, `The site has no language “${code}”; remove this part.`);
  const name = nameOf(code);
  return part === "title" ? tr(`Hãy ghi tiêu đề (${name}).`, `Write the title (${name}).`) : tr(`Hãy ghi nội dung (${name}).`, `Write the text (${name}).`);
}

function One({ id, notice, draft, isOpen }: Props) {
  const office = here();
  const [asking, setAsking] = useState(false);
  const [reviving, setReviving] = useState(false);
  const [missing, setMissing] = useState<Lack[]>([]);
  const [isShown, show] = useState(!notice || draft !== undefined);
  const now = draft?.now ?? notice ?? fresh();
  const at = `notice-${id}`;
  const gone = isOpen && isGone(draft, notice);
  const type = (next: Notice) => {
    // A language that was just added has no words yet.
    const isAsItWas = notice && same(next, notice) && Object.keys(next.texts).every((code) => code in notice.texts);
    keepDraft(id, isAsItWas ? undefined : { now: next, over: draft ? draft.over : notice });
    setMissing((before) => (before.length > 0 ? lacks(next, notice) : before));
  };
  const write = () => {
    setReviving(false);
    show(false);
    office.writeNow(KEY, "notice", (doc) => putNotice(doc, id, now));
    void office.paper(KEY).whenCaughtUp().then(() => draftWritten(id, office.paper(KEY).heads));
    say(tr("Đã ghi thông báo.", "The notice is written."));
    focusSoon(at);
  };
  const tryToWrite = () => {
    const found = lacks(now, notice);
    setMissing(found);
    if (found.length > 0) return focusSoon(`${at}-errors`);
    if (gone) setReviving(true);
    else write();
  };
  const leave = () => (keepDraft(id, undefined), show(false), setMissing([]), setReviving(false), focusSoon(notice ? at : "add-notice"));
  const languages = LANGUAGES.map((one) => one.code).filter((code) => code in now.texts);
  const foreign = Object.keys(now.texts).filter((code) => !isKnown(code));
  const others = LANGUAGES.filter((one) => !languages.includes(one.code));
  const faults = missing.map((one) => {
    const name = one.part === "date" ? "date" : `${one.code}-${one.part}`;
    return { name, text: lackWords(one), href: "#/publish", jump: () => focusSoon(`${at}-${name}`) };
  });
  const noDate = missing.some((one) => one.part === "date");
  return (
    <details class="task notice" open={isShown || draft !== undefined} onToggle={(event) => show(event.currentTarget.open)}>
      <summary id={at}><span lang="vi">{now.texts.vi?.title || tr("(chưa có tiêu đề)", "(no title yet)")}</span> <span class="hint">{id}</span> {draft && <strong class="tag draft">{tr("Đang soạn, chưa ghi", "Draft, not written")}</strong>}</summary>
      <ErrorSummary id={`${at}-errors`} faults={faults} loud={true} />
      {gone && <p class="inset">{tr("Thông báo này đã bị xóa trong lúc bạn soạn; nếu ghi, nó lại thành công khai.", "This notice was removed while you were writing; if you write yours, it becomes public again.")}</p>}
      {isOvertaken(draft, notice) && <p class="inset">{tr("Có người đã sửa thông báo này trong lúc bạn soạn; nếu ghi, bản của bạn thay bản đó.", "Somebody changed this notice while you were writing; if you write yours, it replaces theirs.")}</p>}
      <p class={`field ${noDate ? "wrong" : ""}`}>
        <label for={`${at}-date`}>{tr("Ngày", "Date")}</label>
        {noDate && <span class="error" id={`${at}-date-error`}>{lackWords({ code: "", part: "date" })}</span>}
        <input id={`${at}-date`} type="date" required value={now.date} aria-invalid={noDate} aria-describedby={noDate ? `${at}-date-error` : undefined} onInput={(event) => type({ ...now, date: event.currentTarget.value })} />
      </p>
      {languages.map((code) => <Texts key={code} at={`${at}-${code}`} code={code} now={now} missing={missing.filter((one) => one.code === code)} type={type} />)}
      {foreign.map((code) => <Foreign key={code} at={`${at}-${code}`} code={code} now={now} missing={missing.some((one) => one.code === code)} type={type} />)}
      <p class="actions">
        <button type="button" class="write-notice" id={`${at}-write`} disabled={!draft || (!isOpen && isGone(draft, notice))} onClick={tryToWrite}>{tr("Ghi thông báo để công bố", "Write the notice, to be public")}</button>
        {draft && <button type="button" class="quiet" onClick={leave}>{tr("Bỏ phần đang soạn", "Discard the draft")}</button>}
        {notice && !asking && <button type="button" class="quiet" id={`${at}-remove`} onClick={() => setAsking(true)}>{tr("Xóa thông báo…", "Remove the notice…")}</button>}
      </p>
      {others.length > 0 && (
        <p class="field">
          <label for={`${at}-more`}>{tr("Thêm ngôn ngữ", "Add a language")}</label>
          <select id={`${at}-more`} value="" onChange={(event) => (type({ ...now, texts: { ...now.texts, [event.currentTarget.value]: blank() } }), focusSoon(`${at}-${event.currentTarget.value}-title`))}>
            <option value="">{tr("Chọn ngôn ngữ", "Choose a language")}</option>
            {others.map((one) => <option value={one.code}>{tr(one.vi, one.en)}</option>)}
          </select>
        </p>
      )}
      {asking && (
        <Ask
          text={tr("Thông báo sẽ mất khỏi đây, và khỏi trang công khai ở lần công bố sau.", "The notice goes from here, and from the public pages with the next release.")}
          yes={tr("Xóa hẳn thông báo này", "Remove this notice for good")}
          no={tr("Thôi", "Cancel")}
          confirm={{ class: "confirm" }}
          act={() => (office.writeNow(KEY, "notice removed", (doc) => removeNotice(doc, id)), keepDraft(id, undefined), focusSoon("add-notice"))}
          leave={() => (setAsking(false), focusSoon(`${at}-remove`))}
        />
      )}
      {gone && reviving && (
        <Ask
          text={tr("Thông báo này đã bị xóa trong lúc bạn soạn. Vẫn ghi và công bố lại?", "This notice was removed while you were writing. Write it and make it public again?")}
          yes={tr("Ghi và công bố lại", "Write it again")}
          no={tr("Thôi", "Cancel")}
          confirm={{ class: "revive" }}
          act={write}
          leave={() => (setReviving(false), focusSoon(`${at}-write`))}
        />
      )}
    </details>
  );
}

/** Title and text in one language. */
function Texts({ at, code, now, missing, type }: { at: string; code: string; now: Notice; missing: Lack[]; type: (next: Notice) => void }) {
  const of = now.texts[code] ?? blank();
  const put = (part: "title" | "text", value: string) => type({ ...now, texts: { ...now.texts, [code]: { ...of, [part]: value } } });
  const lack = (part: "title" | "text") => missing.find((one) => one.part === part);
  const error = (part: "title" | "text") => {
    const found = lack(part);
    return found && <span class="error" id={`${at}-${part}-error`}>{lackWords(found)}</span>;
  };
  const describedBy = (part: "title" | "text") => (lack(part) ? `${at}-${part}-error` : undefined);
  return (
    <fieldset>
      <legend>{nameOf(code)}</legend>
      <p class={`field ${lack("title") ? "wrong" : ""}`}>
        <label for={`${at}-title`}>{tr("Tiêu đề", "Title")}</label>
        {error("title")}
        <input id={`${at}-title`} lang={code} maxLength={1000} autocomplete="off" value={of.title} aria-invalid={lack("title") !== undefined} aria-describedby={describedBy("title")} onInput={(event) => put("title", event.currentTarget.value)} />
      </p>
      <p class={`field ${lack("text") ? "wrong" : ""}`}>
        <label for={`${at}-text`}>{tr("Nội dung (mỗi dòng là một đoạn)", "Text (one paragraph a line)")}</label>
        {error("text")}
        <textarea id={`${at}-text`} lang={code} rows={4} value={of.text} aria-invalid={lack("text") !== undefined} aria-describedby={describedBy("text")} onInput={(event) => put("text", event.currentTarget.value)} />
      </p>
    </fieldset>
  );
}

/** A language that no page can name, from another version: read, or taken away. */
function Foreign({ at, code, now, missing, type }: { at: string; code: string; now: Notice; missing: boolean; type: (next: Notice) => void }) {
  const { [code]: of = blank(), ...others } = now.texts;
  return (
    <fieldset>
      <legend>{code}</legend>
      {missing ? <p class="error">{lackWords({ code, part: "language" })}</p> : <p class="hint">{tr("Trang không có ngôn ngữ này nên không hiện phần này; ở đây chỉ đọc hoặc bỏ được.", "The site has no such language and does not show this part; here it can only be read or removed.")}</p>}
      <p lang={code}><strong>{of.title}</strong></p>
      {of.text.split("\n").map((one) => <p lang={code}>{one}</p>)}
      <p class="actions"><button type="button" class="quiet" id={`${at}-language`} onClick={() => type({ ...now, texts: others })}>{tr(`Bỏ phần “${code}”`, `Remove the part “${code}”`)}</button></p>
    </fieldset>
  );
}
