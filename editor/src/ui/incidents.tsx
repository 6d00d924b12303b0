// Ad-hoc reports: a trigger, a day, a subject, the number of the paper file, what is asked. No content that belongs on paper.
import type { Automerge as A } from "@automerge/automerge-repo/slim";
import { setShort, submit, toDraft } from "../document/edit.ts";
import { contested, contentOf, draftHeads, handedIn, SHORT, texts, words, type Raw, type Short } from "../document/read.ts";
import type { Paper } from "../local/paper.ts";
import { Differs } from "./field.tsx";
import { bodyOf } from "../document/key.ts";
import { useState } from "preact/hooks";
import { LongText, ShortText, writeDown } from "./inputs.tsx";
import { bodyName, here } from "./state.ts";
import { arriveAt, focusSoon } from "./focus.ts";
import { Moved } from "./moved.tsx";
import { addressOf, ErrorSummary, go, lackOf, Missing, reportWord, say, Tag } from "./parts.tsx";
import { langOf, partName as name, TRIGGERS, valueName } from "./names.ts";
import { Newer, newer } from "./newer.tsx";
import { Refused } from "./refused.tsx";
import { useReceipt } from "./receipt.ts";
import { showDay, showTime, tr } from "./words.ts";

export function Incidents() {
  const office = here();
  const body = office.desk.value.account.body;
  const keys = office.keys("incident");
  const add = () => (location.hash = go("incident", body, crypto.randomUUID().slice(0, 13)));
  return (
    <main id="main">
      <h1>{tr("Báo cáo đột xuất", "Ad-hoc reports")}</h1>
      <p><button type="button" onClick={add}>{tr("Lập báo cáo đột xuất", "Begin an ad-hoc report")}</button></p>
      {keys.length === 0 && <p>{tr("Chưa có báo cáo nào. Lập báo cáo khi có việc phát sinh, tình huống phức tạp, cấp bách, hoặc khi cấp có thẩm quyền yêu cầu.", "There are none yet. Begin one when a matter arises, in an urgent and complex situation, or when a competent authority asks.")}</p>}
      <ul class="rows">
        {keys.map((key) => {
          const line = office.ledger.lines.value[key];
          const status = line?.handedIn ? "submitted" : "draft";
          return (
            <li key={key}>
              <a href={addressOf(key)}>{line?.subject ? <span lang="vi">{line.subject}</span> : tr("(chưa có trích yếu)", "(no subject yet)")}</a>{" "}
              <Tag kind={status}>{reportWord(status)}</Tag>
              <span class="hint"> {bodyName(bodyOf(key)!)}{line?.day && `, ${showDay(line.day)}`}</span>
            </li>
          );
        })}
      </ul>
    </main>
  );
}

export function Incident({ body, id }: { body: string; id: string }) {
  const office = here();
  const key = `incident/${body}/${id}`;
  const paper = office.paper(key);
  const done = handedIn(paper.doc);
  // What was handed in, by its heads; a draft as it stands.
  const { doc, moved } = done ? paper.handIn : { doc: paper.doc, moved: [] };
  const own = office.writes(key);
  const receipt = useReceipt(key);
  const [tried, setTried] = useState(false);
  const clashes = own && !done ? contested("incident", paper.doc) : [];
  const missing = tried && own && !done ? lacks(doc) : [];
  const handIn = async () => {
    await paper.whenCaughtUp();
    writeDown();
    // Pressed twice: once is enough.
    if (handedIn(paper.doc)) return;
    if (paper.isNewer) return say(newer());
    setTried(true);
    if (lacks(paper.doc).length > 0) return focusSoon("errors");
    if (contested("incident", paper.doc).length > 0) return focusSoon("clashes");
    paper.begin();
    const [heads, at] = [paper.heads, new Date(office.now()).toISOString()];
    office.writeNow(key, "submit", (doc) => submit(doc, heads, at));
    say(tr("Đã nộp trên máy này. Xem thanh tình trạng để biết máy chủ đã có chưa.", "Handed in on this device. The status bar says whether the server has it."));
    arriveAt("main h1");
  };
  const lack = lackOf(key);
  if (lack) return <Missing why={lack} none={tr("Chưa có báo cáo này", "No such report yet")} back={tr("Báo cáo đột xuất", "Ad-hoc reports")} to={go("incidents")} />;
  return (
    <main id="main">
      <p class="crumb"><a href={go("incidents")}>{tr("Báo cáo đột xuất", "Ad-hoc reports")}</a></p>
      <h1>{tr("Báo cáo đột xuất", "Ad-hoc report")} <Tag kind={done ? "submitted" : "draft"}>{reportWord(done ? "submitted" : "draft")}</Tag></h1>
      <p>{bodyName(body)}{done && receipt !== undefined && <> · <strong>{tr("máy chủ nhận lúc", "the server received it at")} {showTime(receipt)}</strong></>}</p>
      <Newer of={key} />
      <Refused of={key} />
      <Moved names={moved.map((part) => name(part))} own={own} />
      <ErrorSummary loud faults={missing.map((one) => ({ name: one.id, text: one.text, href: addressOf(key), jump: () => focusSoon(one.id) }))} />
      {clashes.length > 0 && <p class="inset"><a id="clashes" href={go("conflicts")}>{tr("Có phần được ghi khác nhau trên hai máy; xin chọn trước khi nộp.", "Something was written differently on two devices; choose before handing in.")}</a></p>}
      {own && !done ? <Form paper={paper} missing={missing} clashes={clashes.map((one) => one.field)} /> : <Written content={contentOf(doc)} />}
      {own && (
        <p class="actions">
          {done ? <button type="button" class="quiet" onClick={() => office.writeNow(key, "withdraw", toDraft)}>{tr("Rút lại để sửa", "Withdraw to correct")}</button> : <button type="button" id="hand-in" onClick={() => void handIn()}>{tr("Nộp báo cáo", "Hand in")}</button>}
          <a class="button quiet" href={`${go("history")}/${encodeURIComponent(key)}`}>{tr("Lịch sử", "History")}</a>
        </p>
      )}
    </main>
  );
}

interface Lacking {
  id: string;
  text: string;
}

/** What must be there before it is handed in. */
function lacks(doc: A.Doc<unknown>): Lacking[] {
  const { trigger, subject } = contentOf(doc);
  return [
    ...(words(trigger) ? [] : [{ id: "trigger", text: tr("Hãy chọn lý do báo cáo.", "Choose a trigger.") }]),
    ...(words(subject) ? [] : [{ id: "subject", text: tr("Hãy ghi trích yếu.", "Write a subject.") }]),
  ];
}

function Form({ paper, missing, clashes }: { paper: Paper; missing: Lacking[]; clashes: string[] }) {
  const office = here();
  const { key } = paper;
  const value = (part: Short) => words(contentOf(paper.doc)[part]) ?? "";
  const write = (part: Short) => (text: string, heads?: string[]) => office.write(key, part, (doc) => setShort(doc, part, text), heads ?? draftHeads(paper.doc));
  const at = (part: Short) => ({ paper, path: ["content", part], write: write(part) });
  const error = (id: string) => missing.filter((one) => one.id === id).map((one) => <span class="error" id={`${id}-error`}>{one.text}</span>);
  const differs = (part: Short) => clashes.includes(part) && <Differs />;
  return (
    <>
      <p class="inset">{tr("Không ghi bí mật nhà nước, diễn biến an ninh, tên hay nội dung đơn khiếu nại, tố cáo: ghi số hồ sơ giấy.", "No state secrets, no security narrative, no names or content of complaints: give the number of the paper file.")}</p>
      <p class="field">
        <label for="trigger">{name("trigger")}</label>
        {error("trigger")}
        <select id="trigger" value={value("trigger")} aria-describedby="trigger-error trigger-hint" aria-invalid={error("trigger").length > 0} onChange={(event) => write("trigger")(event.currentTarget.value)}>
          <option value="" disabled={value("trigger") !== ""}>–</option>
          {Object.entries(TRIGGERS).map(([word, name]) => <option value={word}>{tr(...name)}</option>)}
        </select>
        <span class="hint" id="trigger-hint">{differs("trigger")}</span>
      </p>
      <p class="field"><label for="occurred">{name("occurred_on")}</label><ShortText id="occurred" type="date" {...at("occurred_on")} describedBy="occurred-day" /><span class="hint" id="occurred-day">{value("occurred_on") && showDay(value("occurred_on"), true)} {differs("occurred_on")}</span></p>
      <p class="field"><label for="subject">{name("subject")}</label>{error("subject")}<ShortText id="subject" describedBy="subject-error subject-hint" {...at("subject")} /><span class="hint" id="subject-hint">{differs("subject")}</span></p>
      <p class="field"><label for="paper-file">{name("paper_file")}</label><ShortText id="paper-file" describedBy="paper-file-hint" {...at("paper_file")} /><span class="hint" id="paper-file-hint">{differs("paper_file")}</span></p>
      <div class="field"><label for="asked">{name("text")}</label><LongText id="asked" paper={paper} path={["content", "text"]} wrote={() => office.wrote(key)} /></div>
    </>
  );
}

function Written({ content }: { content: Raw }) {
  return (
    <dl>
      {SHORT.map((part) => <><dt>{name(part)}</dt><dd lang={langOf({ map: "short", field: part })}>{valueName({ map: "short", field: part }, words(content[part]))}</dd></>)}
      <dt>{name("text")}</dt><dd lang="vi">{texts(content.text).map((one) => <p>{one}</p>)}</dd>
    </dl>
  );
}
