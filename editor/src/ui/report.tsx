// The weekly report: its sections as a form, last week's figures beside it, checks as one types, and the way from draft to accepted.
import type { Automerge as A } from "@automerge/automerge-repo/slim";
import { useState } from "preact/hooks";
import { check, type Fault } from "../document/check.ts";
import { setFact, submit, toDraft } from "../document/edit.ts";
import { FIELDS, find } from "../document/fields.ts";
import { formatFigure } from "../document/figure.ts";
import { contested, contentOf, draftHeads, submissions, verdictOn } from "../document/read.ts";
import { here, isLate, ownRegime, bodyName } from "./state.ts";
import { ErrorSummary, go, lackOf, Missing, reportWord, say, Tag } from "./parts.tsx";
import { arriveAt, focusSoon } from "./focus.ts";
import { figureError, typing, unread, writeDown } from "./inputs.tsx";
import { FieldRow, inputId } from "./field.tsx";
import { Moved } from "./moved.tsx";
import { Printed } from "./printed.tsx";
import { Newer, newer } from "./newer.tsx";
import { Refused } from "./refused.tsx";
import { Judge } from "./judge.tsx";
import { reportShown, reportStatus } from "./standing.ts";
import { useReceipt } from "./receipt.ts";
import { showDay, showTime, tr } from "./words.ts";

export const SECTIONS: [string, string][] = [
  ["Kỳ báo cáo", "Period"],
  ["Chỉ đạo, điều hành", "Direction"],
  ["Tổ chức phụ trách bầu cử", "Election bodies"],
  ["Đơn vị bầu cử, khu vực bỏ phiếu", "Constituencies, polling areas"],
  ["Hiệp thương", "Consultation"],
  ["Người ứng cử", "Candidates"],
  ["Cử tri", "Voters"],
  ["Cơ sở vật chất, kinh phí", "Logistics and budget"],
  ["Thông tin, tuyên truyền", "Communication"],
  ["An ninh, trật tự (chỉ số liệu)", "Security (figures only)"],
  ["Khiếu nại, tố cáo, kiến nghị (chỉ số liệu)", "Complaints (figures only)"],
  ["Khó khăn, kiến nghị", "Difficulties and proposals"],
  ["Nhiệm vụ tuần tới", "Next week"],
];

function faultText(fault: Fault): string {
  const name = (id: string) => tr(find(id)?.vi ?? id, find(id)?.en ?? id);
  switch (fault.kind) {
    case "missing":
      return tr(`${name(fault.field)}: chưa ghi.`, `${name(fault.field)}: not filled in.`);
    case "empty":
      return tr(`Báo cáo chưa có nội dung: hãy ghi ít nhất một mục, hoặc chọn “Có” ở “${name(fault.field)}”.`, `The report has no content: fill in something, or choose “Yes” at “${name(fault.field)}”.`);
    case "exceeds":
      return tr(`${name(fault.field)}: lớn hơn “${name(fault.against)}”.`, `${name(fault.field)}: more than “${name(fault.against)}”.`);
    case "sum":
      return tr(`${name(fault.field)}: nam cộng nữ là ${formatFigure(Number(fault.against))}.`, `${name(fault.field)}: men and women make ${formatFigure(Number(fault.against))}.`);
    case "fell":
      return tr(`${name(fault.field)}: thấp hơn tuần trước (${formatFigure(Number(fault.against))}); nếu đúng, xin nêu lý do ở mục 11.`, `${name(fault.field)}: lower than last week (${formatFigure(Number(fault.against))}); if so, say why in section 11.`);
  }
}

/** One entry of the list; `lacks`: it is told once somebody tries to hand in. */
interface Told {
  name: string;
  field: string;
  text: string;
  blocks: boolean;
  lacks: boolean;
}

/** Faults by field, those of texts that are no figures included. */
export function faultsOf(key: string, faults: Fault[]): Told[] {
  const typed = Object.entries(unread.value)
    .filter(([name]) => name.startsWith(`${key}#`))
    .map(([name, text]) => ({ field: name.slice(key.length + 1), text: figureError(text), blocks: true }))
    .filter((one) => one.text !== undefined)
    .map((one) => ({ ...one, name: `${one.field} typed`, lacks: false, text: `${tr(find(one.field)?.vi ?? "", find(one.field)?.en ?? "")}: ${one.text}` }));
  return [...typed, ...faults.map((one) => ({ name: `${one.field} ${one.kind}`, field: one.field, text: faultText(one), blocks: one.blocks, lacks: one.kind === "missing" || one.kind === "empty" }))];
}

export function Report({ body, due, part }: { body: string; due: string; part: string }) {
  const office = here();
  const key = `report/${body}/${due}`;
  const paper = office.paper(key);
  const regime = ownRegime(body);
  const before = regime?.dues.filter((one) => one < due).at(-1);
  const last = before ? reportShown(body, before).doc : undefined;
  const own = office.writes(key);
  const status = reportStatus(body, due);
  const verdict = verdictOn(office.paper(`review/${due}`).doc, body);
  const section = /^\d+$/.test(part) ? Math.min(Number(part), 12) : 0;
  const receipt = useReceipt(key);
  const [tried, setTried] = useState(false);
  // What was handed in, by its heads; a draft as it stands.
  const { doc, moved } = reportShown(body, due);
  const faults = faultsOf(key, check(doc, last));
  const clashes = status === "draft" ? contested("report", doc) : [];
  const shownFaults = own && status === "draft" ? faults.filter((one) => typing.value !== `${key}#${one.field}`) : [];
  const jump = (field: string) => {
    location.hash = go("report", body, due, String(find(field)?.section ?? 0));
    focusSoon(inputId(field));
  };
  const [back, to] = own ? [tr("Hôm nay", "Today"), go("")] : [tr("Đợt báo cáo", "The round"), go("round", due)];
  const lack = lackOf(key);
  if (lack) return <Missing why={lack} none={tr("Chưa có báo cáo này", "No such report yet")} back={back} to={to} />;

  // What a field held back while another device handed the report in was written by who saw the draft.
  const write = (message: string, change: (doc: A.Doc<unknown>) => void, heads?: string[]) =>
    office.write(key, message, change, heads ?? draftHeads(paper.doc));
  const handIn = async () => {
    await paper.whenCaughtUp();
    writeDown();
    // Pressed twice, or handed in elsewhere meanwhile: once is enough.
    if (reportStatus(body, due) !== "draft") return;
    if (paper.isNewer) return say(newer());
    setTried(true);
    const wrong = faultsOf(key, check(paper.doc, last)).some((one) => one.blocks);
    if (wrong || contested("report", paper.doc).length > 0) {
      focusSoon(wrong ? "errors" : "clashes");
      return;
    }
    paper.begin();
    const [heads, at] = [paper.heads, new Date(office.now()).toISOString()];
    office.writeNow(key, "submit", (draft) => submit(draft, heads, at));
    say(tr("Đã nộp trên máy này. Xem thanh tình trạng để biết máy chủ đã có chưa.", "Handed in on this device. The status bar says whether the server has it."));
    arriveAt("main h1");
  };
  const withdraw = () => (office.writeNow(key, status === "returned" ? "revise" : "withdraw", toDraft), void arriveAt("main h1"));
  const filled = FIELDS.filter((one) => reported(doc, one.id));
  const counts = SECTIONS.map((_, n) => filled.filter((one) => one.section === n).length);
  const sent = submissions(paper.doc).at(-1);
  return (
    <main id="main" class="report">
      <div class="screen-only">
        <p class="crumb"><a href={to}>{back}</a></p>
        <h1>{tr("Báo cáo tuần", "Weekly report")} <Tag kind={status}>{reportWord(status)}</Tag></h1>
        <p>{bodyName(body)} · {tr("hạn", "due")} {showDay(due, true)}{regime && <> {tr("trước", "before")} {regime.before} {tr("(giờ Việt Nam)", "(Vietnam time)")}</>}</p>
        {status !== "draft" && sent && (
          <p id="receipt">
            {tr("Nộp lúc", "Handed in at")} {showTime(Date.parse(sent.at))} {tr("(theo máy nộp)", "(by the device)")}
            {receipt !== undefined && <> · <strong>{tr("máy chủ nhận lúc", "the server received it at")} {showTime(receipt)}</strong>{isLate(receipt, due, regime) && <> · <span class="late">{tr("sau hạn", "after the deadline")}</span></>}</>}
          </p>
        )}
        {verdict && ["returned", "accepted", "draft"].includes(status) && verdict.decision === "returned" && (
          <div class={`inset ${status === "returned" ? "bad" : ""}`} id="reason">
            <p><strong>{tr("Cơ quan thường trực trả lại:", "The standing agency returned it:")}</strong> <span lang="vi" class="words">{verdict.reason}</span></p>
            {own && status === "returned" && <p><button type="button" id="revise" onClick={withdraw}>{tr("Sửa báo cáo", "Correct it")}</button></p>}
          </div>
        )}
        {verdict?.decision === "accepted" && status === "accepted" && verdict.reason && (
          <p class="inset" id="remark"><strong>{tr("Ý kiến khi tiếp nhận:", "Remark on acceptance:")}</strong> <span lang="vi" class="words">{verdict.reason}</span></p>
        )}
        <Moved names={moved.map((id) => tr(find(id)?.vi ?? id, find(id)?.en ?? id))} own={own} />
        <ErrorSummary faults={(tried ? shownFaults : shownFaults.filter((one) => !one.lacks)).map((one) => ({ name: one.name, text: one.text, href: `#/${key}`, jump: () => jump(one.field) }))} loud={tried} />
        <Newer of={key} />
        <Refused of={key} />
        {clashes.length > 0 && <p class="inset"><a id="clashes" href={go("conflicts")}>{tr(`${clashes.length} chỗ được ghi khác nhau trên hai máy; xin chọn trước khi nộp.`, `${clashes.length} value(s) were written differently on two devices; choose before handing in.`)}</a></p>}
        <p class="field section-choice">
          <label for="section">{tr("Mục", "Section")}</label>
          <select id="section" value={String(section)} onChange={(event) => (location.hash = go("report", body, due, event.currentTarget.value))}>
            {SECTIONS.map((name, n) => <option value={String(n)}>{n}. {tr(...name)}{counts[n] ? ` (${counts[n]})` : ""}</option>)}
          </select>
        </p>
        <div class="work">
        <nav class="sections" aria-label={tr("Các mục của báo cáo", "Sections of the report")}>
          <ol start={0}>
            {SECTIONS.map((name, n) => (
              <li><a href={go("report", body, due, String(n))} aria-current={n === section ? "step" : undefined}>{n}. {tr(...name)}{counts[n]! > 0 && <span class="hint"> ({counts[n]})</span>}</a></li>
            ))}
          </ol>
        </nav>
        <div>
        <Section key={`${key}/${section}`} section={section} paperKey={key} doc={doc} editable={own && status === "draft"} last={last} faults={shownFaults} write={write} />
        <p class="actions pair">
          {section > 0 && <a class="button quiet" href={go("report", body, due, String(section - 1))}>{tr("Mục trước", "Previous")}</a>}
          {section < 12 && <a class="button quiet" href={go("report", body, due, String(section + 1))}>{tr("Mục tiếp", "Next section")}</a>}
        </p>
        </div>
        </div>
        <p class="actions">
          {own && status === "draft" && <button type="button" id="hand-in" onClick={() => void handIn()}>{tr("Nộp báo cáo", "Hand in")}</button>}
          {own && status === "submitted" && <button type="button" class="quiet" id="withdraw" onClick={withdraw}>{tr("Rút lại để sửa", "Withdraw to correct")}</button>}
          <a class="button quiet" href={`${go("history")}/${encodeURIComponent(key)}`}>{tr("Lịch sử", "History")}</a>
          <button type="button" class="quiet" onClick={() => print()}>{tr("In (A4)", "Print (A4)")}</button>
        </p>
        {office.isAgency && lackOf(`review/${due}`) !== "unavailable" && <Judge body={body} due={due} status={status} doc={paper.doc} />}
      </div>
      <Printed body={body} due={due} doc={doc} />
    </main>
  );
}

function reported(doc: A.Doc<unknown>, id: string): boolean {
  const content = contentOf(doc);
  return content.figures?.[id] !== undefined || content.facts?.[id] !== undefined || content.texts?.[id]?.length > 0 || content.lists?.[id]?.length > 0;
}

interface SectionProps {
  section: number;
  paperKey: string;
  doc: A.Doc<unknown>;
  editable: boolean;
  last: A.Doc<unknown> | undefined;
  faults: { field: string; text: string }[];
  write: (message: string, change: (doc: A.Doc<unknown>) => void, heads?: string[]) => void;
}

function Section({ section, paperKey, doc, editable, last, faults, write }: SectionProps) {
  const due = paperKey.split("/")[2]!;
  const week = () =>
    write("period", (doc) => {
      const end = Date.parse(due);
      setFact(doc, "header.period_start", new Date(end - 6 * 86_400_000).toISOString().slice(0, 10));
      setFact(doc, "header.period_end", due);
    });
  return (
    <section aria-labelledby="section-name">
      <h2 id="section-name">{section}. {tr(...SECTIONS[section]!)}</h2>
      {section === 0 && editable && <p><button type="button" class="quiet" id="this-week" onClick={week}>{tr("Điền kỳ của tuần này", "Fill in this week")}</button></p>}
      {(section === 9 || section === 10) && <p class="inset">{tr("Chỉ ghi số lượng. Không ghi diễn biến, tên người, nội dung đơn: những việc đó chỉ ở hồ sơ giấy.", "Only counts. No narrative, no names, no content: those belong on paper.")}</p>}
      {FIELDS.filter((one) => one.section === section).map((one) => (
        <FieldRow key={one.id} field={one} paperKey={paperKey} doc={doc} editable={editable} last={last} faults={faults.filter((fault) => fault.field === one.id).map((fault) => fault.text)} write={write} />
      ))}
    </section>
  );
}
