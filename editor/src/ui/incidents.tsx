// Ad-hoc reports: a trigger, a day, a subject, the number of the paper file, what is asked. No content that belongs on paper.
import { setShort, submit, toDraft } from "../document/edit.ts";
import { contentOf, draftHeads, handedIn, words } from "../document/read.ts";
import { bodyOf } from "../document/key.ts";
import { useState } from "preact/hooks";
import { LongText, ShortText, writeDown } from "./inputs.tsx";
import { bodyName, here } from "./state.ts";
import { arriveAt, focusSoon } from "./focus.ts";
import { Moved } from "./moved.tsx";
import { addressOf, ErrorSummary, go, lackOf, Missing, reportWord, say, Tag } from "./parts.tsx";
import { Refused } from "./refused.tsx";
import { useReceipt } from "./receipt.ts";
import { showDay, showTime, tr } from "./words.ts";

const TRIGGERS: Record<string, [string, string]> = {
  matter_arising: ["Nội dung phát sinh", "Matter arising"],
  urgent_and_complex: ["Tình huống phức tạp, cấp bách", "Urgent and complex situation"],
  on_request: ["Theo yêu cầu của cấp có thẩm quyền", "At the request of a competent authority"],
};

/** What the parts of one are called. */
const NAMES: Record<string, [string, string]> = {
  trigger: ["Lý do báo cáo", "Trigger"],
  occurred_on: ["Ngày xảy ra", "Day"],
  subject: ["Trích yếu", "Subject"],
  paper_file: ["Số hồ sơ giấy", "Paper file"],
  text: ["Đề nghị", "What is asked"],
};
const name = (part: string): string => tr(...NAMES[part]!);

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
  const content = contentOf(doc);
  const editable = office.writes(key) && !done;
  const receipt = useReceipt(key);
  const value = (name: string) => words(content[name]) ?? "";
  const set = (name: Parameters<typeof setShort>[1]) => (text: string, heads?: string[]) => office.write(key, name, (doc) => setShort(doc, name, text), heads ?? draftHeads(paper.doc));
  const at = (name: string) => ({ paper, path: ["content", name] });
  const [tried, setTried] = useState(false);
  const missing = [
    ...(value("trigger") ? [] : [{ id: "trigger", text: tr("Hãy chọn lý do báo cáo.", "Choose a trigger.") }]),
    ...(value("subject") ? [] : [{ id: "subject", text: tr("Hãy ghi trích yếu.", "Write a subject.") }]),
  ].filter(() => tried && editable);
  const error = (id: string) => missing.some((one) => one.id === id) && <span class="error" id={`${id}-error`}>{missing.find((one) => one.id === id)!.text}</span>;
  const handIn = async () => {
    await paper.whenCaughtUp();
    writeDown();
    // Pressed twice: once is enough.
    if (handedIn(paper.doc)) return;
    setTried(true);
    const written = contentOf(paper.doc);
    if (!written.trigger || !written.subject) return focusSoon("errors");
    paper.begin();
    const [heads, at] = [paper.heads, new Date(office.now()).toISOString()];
    office.write(key, "submit", (doc) => submit(doc, heads, at));
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
      <Refused of={key} />
      <Moved names={moved.map(name)} own={office.writes(key)} />
      <ErrorSummary loud faults={missing.map((one) => ({ name: one.id, text: one.text, href: addressOf(key), jump: () => focusSoon(one.id) }))} />
      {editable ? (
        <>
          <p class="inset">{tr("Không ghi bí mật nhà nước, diễn biến an ninh, tên hay nội dung đơn khiếu nại, tố cáo: ghi số hồ sơ giấy.", "No state secrets, no security narrative, no names or content of complaints: give the number of the paper file.")}</p>
          <p class="field">
            <label for="trigger">{name("trigger")}</label>
            {error("trigger")}
            <select id="trigger" value={value("trigger")} aria-describedby="trigger-error" aria-invalid={Boolean(error("trigger"))} onChange={(event) => set("trigger")(event.currentTarget.value)}>
              <option value="" disabled={value("trigger") !== ""}>–</option>
              {Object.entries(TRIGGERS).map(([word, name]) => <option value={word}>{tr(...name)}</option>)}
            </select>
          </p>
          <p class="field"><label for="occurred">{name("occurred_on")}</label><ShortText id="occurred" type="date" {...at("occurred_on")} describedBy="occurred-day" write={set("occurred_on")} /><span class="hint" id="occurred-day">{value("occurred_on") && showDay(value("occurred_on"), true)}</span></p>
          <p class="field"><label for="subject">{name("subject")}</label>{error("subject")}<ShortText id="subject" describedBy="subject-error" {...at("subject")} write={set("subject")} /></p>
          <p class="field"><label for="paper-file">{name("paper_file")}</label><ShortText id="paper-file" {...at("paper_file")} write={set("paper_file")} /></p>
          <div class="field"><label for="asked">{name("text")}</label><LongText id="asked" paper={paper} path={["content", "text"]} wrote={() => office.wrote(key)} /></div>
        </>
      ) : (
        <dl>
          <dt>{name("trigger")}</dt><dd>{TRIGGERS[value("trigger")] ? tr(...TRIGGERS[value("trigger")]!) : "–"}</dd>
          <dt>{name("occurred_on")}</dt><dd>{value("occurred_on") ? showDay(value("occurred_on")) : "–"}</dd>
          <dt>{name("subject")}</dt><dd>{value("subject") || "–"}</dd>
          <dt>{name("paper_file")}</dt><dd>{value("paper_file") || "–"}</dd>
          <dt>{name("text")}</dt><dd>{Array.from((content.text ?? []) as string[], (one) => <p>{String(one)}</p>)}</dd>
        </dl>
      )}
      {office.writes(key) && (
        <p class="actions">
          {done ? <button type="button" class="quiet" onClick={() => office.write(key, "withdraw", toDraft)}>{tr("Rút lại để sửa", "Withdraw to correct")}</button> : <button type="button" id="hand-in" onClick={() => void handIn()}>{tr("Nộp báo cáo", "Hand in")}</button>}
          <a class="button quiet" href={`${go("history")}/${encodeURIComponent(key)}`}>{tr("Lịch sử", "History")}</a>
        </p>
      )}
    </main>
  );
}
