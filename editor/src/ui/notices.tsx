// Notices to the public: Vietnamese always, other languages as they are needed. What is typed stays a draft on this device until it
// is written as a whole; from then on it is a decision like the others, and becomes public.
import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { blank, lacks, LANGUAGES, notices, putNotice, removeNotice, type Lack, type Notice } from "../document/notice.ts";
import { focusSoon } from "./focus.ts";
import { Ask, ErrorSummary, say } from "./parts.tsx";
import { here, today } from "./state.ts";
import type { Change } from "./publish.tsx";
import { tr } from "./words.ts";

const KEY = "publication";
/** Where drafts are kept, by the id of their notice. */
const DRAFTS = "notice draft ";

/** What was typed, and what the notice was when the typing began. */
interface Draft {
  now: Notice;
  over: Notice | undefined;
}

const same = (a: Notice | undefined, b: Notice | undefined) => JSON.stringify(a) === JSON.stringify(b);
const fresh = (): Notice => ({ date: today(), texts: { vi: blank(), en: blank() } });

/** The drafts of this device. */
function useDrafts(): [Record<string, Draft>, (id: string, draft: Draft | undefined) => void] {
  const { disk } = here();
  const [all, setAll] = useState<Record<string, Draft>>({});
  useEffect(() => {
    void disk.getFrom<Draft | undefined>(DRAFTS).then((kept) => {
      const those = Object.entries(kept).filter((one): one is [string, Draft] => one[1] !== undefined);
      setAll((now) => ({ ...Object.fromEntries(those), ...now }));
    });
  }, []);
  const keep = (id: string, draft: Draft | undefined) => {
    setAll(({ [id]: _, ...others }) => (draft ? { ...others, [id]: draft } : others));
    void disk.set(DRAFTS + id, draft);
  };
  return [all, keep];
}

export function Notices({ changes, Changes }: { changes: Change[]; Changes: ComponentType<{ changes: Change[] }> }) {
  const [drafts, keep] = useDrafts();
  const written = notices(here().paper(KEY).doc);
  const begun = Object.entries(drafts).filter(([id]) => !written.some(([known]) => known === id));
  const all: [string, Notice | undefined][] = [...written, ...begun.map(([id]): [string, undefined] => [id, undefined])];
  const add = () => {
    const day = today();
    let n = 1;
    while (all.some(([id]) => id === `${day}-${n}`)) n++;
    keep(`${day}-${n}`, { now: fresh(), over: undefined });
    focusSoon(`notice-${day}-${n}-vi-title`);
  };
  return (
    <section>
      <h2>{tr("Thông báo cho công chúng", "Notices to the public")} ({written.length})</h2>
      <Changes changes={changes} />
      {all.map(([id, notice]) => <One key={id} id={id} notice={notice} draft={drafts[id]} keep={(draft) => keep(id, draft)} />)}
      <p><button type="button" class="quiet" id="add-notice" onClick={add}>{tr("Thêm thông báo", "Add a notice")}</button></p>
    </section>
  );
}

interface Props {
  id: string;
  /** As it is written; undefined while there is only a draft. */
  notice: Notice | undefined;
  draft: Draft | undefined;
  keep: (draft: Draft | undefined) => void;
}

const nameOf = (code: string) => {
  const known = LANGUAGES.find((one) => one.code === code);
  return known ? tr(known.vi, known.en) : code;
};

function lackWords({ code, part }: Lack): string {
  const name = nameOf(code);
  return part === "title" ? tr(`Hãy ghi tiêu đề (${name}).`, `Write the title (${name}).`) : tr(`Hãy ghi nội dung (${name}).`, `Write the text (${name}).`);
}

function One({ id, notice, draft, keep }: Props) {
  const office = here();
  const [asking, setAsking] = useState(false);
  const [missing, setMissing] = useState<Lack[]>([]);
  const now = draft?.now ?? notice ?? fresh();
  const at = `notice-${id}`;
  const type = (next: Notice) => {
    keep(notice && same(next, notice) ? undefined : { now: next, over: draft ? draft.over : notice });
    setMissing((before) => (before.length > 0 ? lacks(next) : before));
  };
  const write = () => {
    const found = lacks(now);
    setMissing(found);
    if (found.length > 0) return focusSoon("errors");
    office.write(KEY, "notice", (doc) => putNotice(doc, id, now));
    keep(undefined);
    say(tr("Đã ghi thông báo.", "The notice is written."));
    focusSoon(at);
  };
  const leave = () => (keep(undefined), setMissing([]), focusSoon(notice ? at : "add-notice"));
  const languages = LANGUAGES.map((one) => one.code).filter((code) => code in now.texts);
  const others = LANGUAGES.filter((one) => !languages.includes(one.code));
  const faults = missing.map((one) => ({ name: `${one.code}-${one.part}`, text: lackWords(one), href: "#/publish", jump: () => focusSoon(`${at}-${one.code}-${one.part}`) }));
  return (
    <details class="task notice" open={!notice || draft !== undefined}>
      <summary id={at}><span lang="vi">{now.texts.vi?.title || tr("(chưa có tiêu đề)", "(no title yet)")}</span> <span class="hint">{id}</span> {draft && <strong class="tag draft">{tr("Đang soạn, chưa ghi", "Draft, not written")}</strong>}</summary>
      <ErrorSummary faults={faults} loud={true} />
      {draft && notice && !same(draft.over, notice) && <p class="inset">{tr("Có người đã sửa thông báo này trong lúc bạn soạn; nếu ghi, bản của bạn thay bản đó.", "Somebody changed this notice while you were writing; if you write yours, it replaces theirs.")}</p>}
      <p class="field"><label for={`${at}-date`}>{tr("Ngày", "Date")}</label><input id={`${at}-date`} type="date" required value={now.date} onInput={(event) => event.currentTarget.value && type({ ...now, date: event.currentTarget.value })} /></p>
      {languages.map((code) => <Texts key={code} at={`${at}-${code}`} code={code} now={now} missing={missing.filter((one) => one.code === code)} type={type} />)}
      <p class="actions">
        <button type="button" class="write-notice" disabled={!draft} onClick={write}>{tr("Ghi thông báo để công bố", "Write the notice, to be public")}</button>
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
          act={() => (office.write(KEY, "notice removed", (doc) => removeNotice(doc, id)), keep(undefined), focusSoon("add-notice"))}
          leave={() => (setAsking(false), focusSoon(`${at}-remove`))}
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
