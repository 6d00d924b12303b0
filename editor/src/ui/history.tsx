// The history of a document: who, when, what, as the server witnesses it; and the return to an earlier value.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { useEffect, useState } from "preact/hooks";
import { setFact, setFigure } from "../document/edit.ts";
import { find, isFigure } from "../document/fields.ts";
import { formatFigure } from "../document/figure.ts";
import { contentOf, handedIn, texts, words, type Raw } from "../document/read.ts";
import { bodyOf, dueOf, kindOf } from "../document/key.ts";
import { reportStatus } from "./standing.ts";
import { bodyName, here } from "./state.ts";
import { addressOf, lackOf, Missing, say, taskWord, title } from "./parts.tsx";
import { difference } from "../document/text.ts";
import { receiptsOf, type Receipt } from "./receipt.ts";
import type { TaskStatus } from "../document/status.ts";
import { CHOICES } from "./field.tsx";
import { language, showDay, showTime, tr } from "./words.ts";

const MOST = 60;
type Move = { map: string; field: string; before: string | undefined; after: string | undefined };
type Rewording = { name: string; before: string; after: string };

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
  restore: ["Trở lại giá trị trước", "Earlier value restored"],
};

/** What a change moved in the fields with values. */
function moves(doc: A.Doc<unknown>, change: A.DecodedChange): Move[] {
  const at = (heads: string[]) => contentOf(A.view(doc, heads as A.Heads));
  const [before, after] = [at(change.deps), at([change.hash!])];
  return ["figures", "facts", "status"].flatMap((map) => {
    const [old, next] = [before[map] ?? {}, after[map] ?? {}];
    if (typeof next !== "object" || words(next) !== "[object Object]") return [];
    const names = new Set([...Object.keys(old), ...Object.keys(next)]);
    return [...names].map((field) => ({ map, field, before: words(old[field]), after: words(next[field]) })).filter((one) => one.before !== one.after);
  });
}

/** Everything that is written in sentences, by what it is called. */
function sentences(content: Raw): Map<string, string> {
  const all = new Map<string, string>();
  const put = (name: string, text: string) => text && all.set(name, text);
  for (const [id, list] of Object.entries(content.texts ?? {})) put(tr(find(id)?.vi ?? id, find(id)?.en ?? id), texts(list).join("\n"));
  for (const [id, rows] of Object.entries(content.lists ?? {})) {
    const each = Array.from(rows as Raw[], (row) => Object.values(row).map(words).filter(Boolean).join("; "));
    put(tr(find(id)?.vi ?? id, find(id)?.en ?? id), each.join("\n"));
  }
  if (typeof content.text === "object") put(tr("Đề nghị", "What is asked"), texts(content.text).join("\n"));
  if (content.aggregate) put(tr("Báo cáo tổng hợp", "Aggregate report"), texts(content.aggregate).join("\n"));
  for (const name of ["subject", "paper_file", "occurred_on"]) put(tr(...SHORT[name]!), words(content[name]) ?? "");
  for (const [task, text] of Object.entries(content.evidence ?? {})) put(`${tr("Minh chứng", "Evidence")} ${task}`, words(text) ?? "");
  Array.from((content.notes ?? []) as Raw[]).forEach((note, i) => put(`${tr("Ghi chú", "Note")} ${words(note.task)} (${i + 1})`, words(note.text) ?? ""));
  return all;
}

const SHORT: Record<string, [string, string]> = {
  subject: ["Trích yếu", "Subject"],
  paper_file: ["Số hồ sơ giấy", "Paper file"],
  occurred_on: ["Ngày xảy ra", "Day"],
};

/** What a change reworded. */
function rewordings(doc: A.Doc<unknown>, change: A.DecodedChange): Rewording[] {
  const at = (heads: string[]) => sentences(contentOf(A.view(doc, heads as A.Heads)));
  const [before, after] = [at(change.deps), at([change.hash!])];
  return [...new Set([...before.keys(), ...after.keys()])]
    .map((name) => ({ name, before: before.get(name) ?? "", after: after.get(name) ?? "" }))
    .filter((one) => one.before !== one.after);
}

type Seen = { moved: Move[]; reworded: Rewording[] };
/** A change never changes: what it did is looked up once, in each language. */
const known = new Map<string, Seen>();

function seen(doc: A.Doc<unknown>, change: A.DecodedChange): Seen {
  const name = `${language.value} ${change.hash}`;
  let one = known.get(name);
  if (!one) known.set(name, (one = { moved: moves(doc, change), reworded: rewordings(doc, change) }));
  return one;
}

/** What went and what came, with a little of what stands around it. */
function Reworded({ of }: { of: Rewording }) {
  const [at, gone, comes] = difference(of.before, of.after)!;
  const around = 40;
  const [lead, tail] = [of.before.slice(Math.max(0, at - around), at), of.before.slice(at + gone, at + gone + around)];
  return (
    <li>{of.name}: <span lang="vi" class="words">{at > around && "…"}{lead}{gone > 0 && <del>{of.before.slice(at, at + gone)}</del>}{comes && <ins>{comes}</ins>}{tail}{at + gone + around < of.before.length && "…"}</span></li>
  );
}

function show(map: string, value: string | undefined): string {
  if (value === undefined) return "–";
  if (map === "figures") return formatFigure(Number(value));
  if (map === "status") return taskWord(value as TaskStatus);
  return /^\d{4}-\d\d-\d\d$/.test(value) ? showDay(value) : tr(...(CHOICES[value] ?? [value, value]));
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
  const isDraft = kindOf(paperKey) === "report" && reportStatus(bodyOf(paperKey)!, dueOf(paperKey)!) === "draft";
  const editable = office.writes(paperKey) && isDraft;
  const restore = (move: Move) => {
    office.write(paperKey, "restore", (draft) => {
      const field = find(move.field);
      if (field && isFigure(field)) setFigure(draft, move.field, move.before === undefined ? undefined : Number(move.before));
      else setFact(draft, move.field, move.before);
    });
    say(tr("Đã trở lại giá trị trước.", "Returned to the earlier value."));
  };
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
          const who = receipt ? (people.get(receipt.account ?? -1) ?? tr("máy chủ", "the server")) : tr("máy này hoặc máy cùng cơ quan, chưa gửi", "this device, or another of the body, not sent yet");
          const { moved, reworded } = seen(doc, change);
          return (
            <li key={change.hash}>
              <p><strong>{ACTS[change.message ?? ""] ? tr(...ACTS[change.message!]!) : tr("Sửa", "Edited")}</strong> · {who} · {tr("máy ghi", "device")} {showTime(change.time * 1000)}{receipt && <> · {tr("máy chủ nhận", "server")} {showTime(receipt.at)}</>}</p>
              <ul>
                {moved.map((move) => (
                  <li>{find(move.field) ? tr(find(move.field)!.vi, find(move.field)!.en) : move.field}: {show(move.map, move.before)} → {show(move.map, move.after)}{" "}
                    {editable && move.map !== "status" && <button type="button" class="quiet small" onClick={() => restore(move)}>{tr("Trở lại", "Return to")} {show(move.map, move.before)}</button>}
                  </li>
                ))}
                {reworded.map((one) => <Reworded of={one} />)}
              </ul>
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
