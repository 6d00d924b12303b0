// The history of a document: who, when, what, as the server witnesses it; and the return to an earlier value or wording.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { nfc, setValue } from "../document/edit.ts";
import { inList, putText, rowAt, textAt, type Find } from "../document/place.ts";
import { contentOf, handedIn, moves, taskState, texts, words, type Move, type Raw } from "../document/read.ts";
import { bodyOf, dueOf, kindOf } from "../document/key.ts";
import type { Paper } from "../local/paper.ts";
import { reportStatus } from "./standing.ts";
import { bodyName, here } from "./state.ts";
import { addressOf, lackOf, Missing, say, title } from "./parts.tsx";
import { difference } from "../document/text.ts";
import { receiptsOf, type Receipt } from "./receipt.ts";
import { canBecome } from "../document/status.ts";
import { fieldName, langOf, partName, placeName, valueName } from "./names.ts";
import { language, showTime, tr } from "./words.ts";

const MOST = 60;
/** `find`: where it stands, if it is one text that can be returned to an earlier wording. */
type Sentences = { text: string; find?: Find };
type Rewording = { name: string; before: string; after: string; find?: Find | undefined };

const ACTS: Record<string, [string, string]> = {
  submit: ["Nộp báo cáo", "Handed in"],
  withdraw: ["Rút lại", "Withdrawn"],
  revise: ["Bắt đầu sửa sau khi bị trả lại", "Began to correct"],
  returned: ["Trả lại", "Returned"],
  accepted: ["Tiếp nhận", "Accepted"],
  edit: ["Sửa phần chữ", "Text edited"],
  row: ["Thêm dòng", "Row added"],
  "row removed": ["Xóa dòng", "Row removed"],
  note: ["Ghi chú", "Note"],
  choose: ["Chọn khi hai máy ghi khác nhau", "Chosen where two devices differed"],
  fact: ["Sửa lịch hoặc đơn vị", "Timetable or units corrected"],
  "date added": ["Thêm ngày", "Date added"],
  "date removed": ["Bỏ ngày", "Date taken back"],
  restore: ["Trở lại giá trị trước", "Earlier value restored"],
};

/** Everything that is written in sentences, by what it is called. */
function sentences(content: Raw): Map<string, Sentences> {
  const all = new Map<string, Sentences>();
  const put = (name: string, text: string, find?: Find) => text && all.set(name, { text, ...(find ? { find } : {}) });
  for (const [id, list] of Object.entries(content.texts ?? {})) put(fieldName(id), texts(list).join("\n"), () => ["content", "texts", id]);
  for (const [id, rows] of Object.entries(content.lists ?? {})) {
    const each = Array.from(rows as Raw[], (row) => Object.values(row).map(words).filter(Boolean).join("; "));
    put(fieldName(id), each.join("\n"));
  }
  if (typeof content.text === "object") put(partName("text"), texts(content.text).join("\n"), () => ["content", "text"]);
  if (content.aggregate) put(tr("Báo cáo tổng hợp", "Aggregate report"), texts(content.aggregate).join("\n"), () => ["content", "aggregate"]);
  Array.from((content.notes ?? []) as Raw[]).forEach((note, i) =>
    put(`${tr("Ghi chú", "Note")} ${words(note.task)} (${i + 1})`, words(note.text) ?? "", inList(["content", "notes"], rowAt(content.notes, i), "text")),
  );
  return all;
}

/** What a change reworded. */
function rewordings(before: Raw, after: Raw): Rewording[] {
  const [old, next] = [sentences(before), sentences(after)];
  return [...new Set([...old.keys(), ...next.keys()])]
    .map((name) => ({ name, before: old.get(name)?.text ?? "", after: next.get(name)?.text ?? "", find: (old.get(name) ?? next.get(name))?.find }))
    .filter((one) => one.before !== one.after);
}

type Seen = { moved: Move[]; reworded: Rewording[] };
/** A change never changes: what it did is looked up once, in each language. */
const known = new Map<string, Seen>();

function seen(key: string, doc: A.Doc<unknown>, change: A.DecodedChange): Seen {
  const name = `${language.value} ${change.hash}`;
  const at = (heads: string[]) => contentOf(A.view(doc, heads as A.Heads));
  let one = known.get(name);
  if (!one) {
    const [before, after] = [at(change.deps), at([change.hash!])];
    known.set(name, (one = { moved: moves(kindOf(key), before, after), reworded: rewordings(before, after) }));
  }
  return one;
}

/** What went and what came, with a little of what stands around it. */
function Reworded({ of, children }: { of: Rewording; children: ComponentChildren }) {
  const [at, gone, comes] = difference(of.before, of.after)!;
  const around = 40;
  const [lead, tail] = [of.before.slice(Math.max(0, at - around), at), of.before.slice(at + gone, at + gone + around)];
  return (
    <li>{of.name}: <span lang="vi" class="words">{at > around && "…"}{lead}{gone > 0 && <del>{of.before.slice(at, at + gone)}</del>}{comes && <ins>{comes}</ins>}{tail}{at + gone + around < of.before.length && "…"}</span> {children}</li>
  );
}

/** Whether somebody here may return to what stood before. */
function mayReturn(key: string, doc: A.Doc<unknown>): boolean {
  const kind = kindOf(key);
  if (!here().writes(key) || !["report", "incident", "progress", "review"].includes(kind)) return false;
  return kind === "report" ? reportStatus(bodyOf(key)!, dueOf(key)!) === "draft" : !handedIn(doc);
}

/** A task takes on a status only where something that can be done leads there. */
function leadsTo(doc: A.Doc<unknown>, { map, field, before }: Move): boolean {
  return map !== "status" || (before !== undefined && canBecome(taskState(doc, field).status, before));
}

/** Who brought a change: who wrote it, unless it was brought again after a restore. */
function whose(receipt: Receipt | undefined, people: Map<number, string>): string {
  if (!receipt) return tr("máy này hoặc máy cùng cơ quan, chưa gửi", "this device, or another of the body, not sent yet");
  if (receipt.account === null) return tr("máy chủ", "the server");
  const name = people.get(receipt.account) ?? tr("tài khoản khác", "another account");
  return receipt.author ? name : tr(`do ${name} chuyển đến`, `brought by ${name}`);
}

export function History({ paperKey }: { paperKey: string }) {
  const office = here();
  const paper = office.paper(paperKey);
  const [receipts, setReceipts] = useState<Receipt[]>([]);
  const [most, setMost] = useState(MOST);
  const online = office.link.value;
  const doc = paper.doc;
  const opened = paper.opened;
  useEffect(() => void receiptsOf(paperKey).then(setReceipts), [paperKey, online, paper.version.value]);
  const all = (opened ? A.getHistory(opened) : []).map((one) => one.change).slice(1).reverse();
  const by = new Map(receipts.map((one) => [one.change, one]));
  const people = new Map(office.desk.value.people.map((one) => [one.id, one.name ?? bodyName(one.body)]));
  const editable = mayReturn(paperKey, doc);
  const lack = lackOf(paperKey);
  if (lack) return <Missing why={lack} none={tr("Chưa ai ghi gì.", "Nobody has written yet.")} back={title(paperKey)} to={addressOf(paperKey)} />;
  return (
    <main id="main">
      <p class="crumb"><a href={addressOf(paperKey)}>{title(paperKey)}</a></p>
      <h1>{tr("Lịch sử", "History")}</h1>
      <p class="hint">{tr(`${all.length} thay đổi`, `${all.length} change(s)`)}{all.length > most && tr(`; hiện ${most} thay đổi mới nhất`, `; the latest ${most} are shown`)}</p>
      <ol class="history" reversed start={all.length}>
        {all.slice(0, most).map((change) => {
          const receipt = by.get(change.hash!);
          return (
            <li key={change.hash}>
              <p><strong>{ACTS[change.message ?? ""] ? tr(...ACTS[change.message!]!) : tr("Sửa", "Edited")}</strong> · {whose(receipt, people)} · {tr("máy ghi", "device")} {showTime(change.time * 1000)}{receipt && <> · {tr("máy chủ nhận", "server")} {showTime(receipt.at)}</>}</p>
              <Changed of={seen(paperKey, doc, change)} paper={paper} editable={editable} />
            </li>
          );
        })}
      </ol>
      {all.length > most && <p><button type="button" class="quiet" onClick={() => setMost(most + MOST)}>{tr("Xem các thay đổi cũ hơn", "Show older changes")}</button></p>}
      {all.length === 0 && <p>{tr("Chưa ai ghi gì.", "Nobody has written yet.")}</p>}
      {bodyOf(paperKey) && handedIn(doc) && office.writes(paperKey) && <p class="hint">{tr("Báo cáo đã nộp: rút lại trước khi trở lại giá trị cũ.", "It was handed in: withdraw it before returning to an earlier value.")}</p>}
    </main>
  );
}

/** What a change did, and the way back. */
function Changed({ of, paper, editable }: { of: Seen; paper: Paper; editable: boolean }) {
  const { doc, key } = paper;
  const write = (change: (doc: A.Doc<unknown>) => void) => {
    here().write(key, "restore", change);
    say(tr("Đã trở lại giá trị trước.", "Returned to the earlier value."));
  };
  const reword = ({ find, before }: Rewording) => {
    const path = find?.(doc);
    if (path) write((draft) => putText(draft, path, nfc(before), textAt(doc, path)));
  };
  return (
    <ul>
      {of.moved.map((move) => (
        <li>{placeName(move)}: <span lang={langOf(move)}>{valueName(move, move.before)} → {valueName(move, move.after)}</span>{" "}
          {editable && leadsTo(doc, move) && <button type="button" class="quiet small" onClick={() => write((draft) => setValue(draft, move, move.before))}>{tr("Trở lại", "Return to")} <span lang={langOf(move)}>{valueName(move, move.before)}</span></button>}
        </li>
      ))}
      {of.reworded.map((one) => (
        <Reworded of={one}>
          {editable && one.find?.(doc) && textAt(doc, one.find(doc)) !== one.before && <button type="button" class="quiet small" onClick={() => reword(one)}>{tr("Trở lại cả đoạn trước", "Return to the whole earlier text")}<span class="unseen"> {one.name}</span></button>}
        </Reworded>
      ))}
    </ul>
  );
}
