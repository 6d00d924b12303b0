// A round as the standing agency sees it: who has handed in and when the server received it, who is late, missing or returned, and
// which body's devices still hold work that was not sent.
import { bodyName, here, isLate, isOver, regimes, today, type Regime } from "./state.ts";
import { contentOf, texts } from "../document/read.ts";
import { LongText } from "./inputs.tsx";
import { Newer } from "./newer.tsx";
import { Refused } from "./refused.tsx";
import { go, lackOf, lackWords, reportWord, Tag } from "./parts.tsx";
import { glanceAt } from "./standing.ts";
import { useReceipt } from "./receipt.ts";
import { showDay, showTime, tr } from "./words.ts";

function reportersOf(due: string): { body: string; regime: Regime }[] {
  return regimes().flatMap((regime) => (regime.dues.includes(due) ? regime.reporters.map((body) => ({ body, regime })) : []));
}

/** How many reports of a round stand where. */
export function roundWords(due: string): string {
  const counts = { submitted: 0, accepted: 0, returned: 0, draft: 0 };
  for (const { body } of reportersOf(due)) counts[glanceAt(body, due).status]++;
  return tr(
    `${counts.submitted} chờ xem, ${counts.accepted} đã tiếp nhận, ${counts.returned} trả lại, ${counts.draft} chưa nộp.`,
    `${counts.submitted} to be looked at, ${counts.accepted} accepted, ${counts.returned} returned, ${counts.draft} not handed in.`,
  );
}

export function Round({ due }: { due: string }) {
  const all = regimes();
  const dues = [...new Set(all.flatMap((one) => one.dues))].sort();
  const shown = dues.includes(due) ? due : dues.filter((one) => one <= today()).at(-1) ?? dues[0];
  if (!shown) return <main id="main"><h1>{tr("Chưa có chế độ báo cáo", "No reporting regime")}</h1></main>;
  const reporters = reportersOf(shown);
  return (
    <main id="main">
      <h1>{tr("Đợt báo cáo", "Round of reports")} <span class="sub">{showDay(shown, true)}</span></h1>
      <p class="field">
        <label for="due">{tr("Chọn đợt", "Choose a round")}</label>
        <select id="due" value={shown} onChange={(event) => (location.hash = go("round", event.currentTarget.value))}>
          {dues.map((one) => <option value={one}>{showDay(one, true)}</option>)}
        </select>
      </p>
      <p role="status">{roundWords(shown)}</p>
      <table class="cards">
        <thead><tr><th>{tr("Cơ quan", "Body")}</th><th>{tr("Báo cáo", "Report")}</th><th>{tr("Máy chủ nhận lúc", "Received by the server")}</th><th>{tr("Trên các máy", "On their devices")}</th></tr></thead>
        <tbody>{reporters.map(({ body, regime }) => <Row key={`${shown}/${body}`} body={body} due={shown} regime={regime} />)}</tbody>
      </table>
      <Aggregate key={shown} due={shown} />
      <p class="hint">{tr("Số liệu về việc chưa gửi là lời máy nói lần cuối có kết nối. Cơ quan chưa nộp là chưa báo cáo, không phải bằng không.", "What is said of unsent work is what the device said when it was last connected. Who has not handed in is missing, not zero.")}</p>
    </main>
  );
}

/** What the agency makes of the round: one text, which every account of the committee may read. */
function Aggregate({ due }: { due: string }) {
  const office = here();
  const key = `review/${due}`;
  const paper = office.paper(key);
  const lack = lackOf(key);
  return (
    <section>
      <h2>{tr("Báo cáo tổng hợp của đợt", "Aggregate report of the round")}</h2>
      <Newer of={key} />
      <Refused of={key} />
      {lack && lack !== "none" ? (
        <p class="hint">{lackWords(lack)}</p>
      ) : office.writes(key) ? (
        <div class="field">
          <label for="aggregate">{tr("Nội dung (mỗi dòng là một đoạn)", "Text (one paragraph a line)")}</label>
          <span class="hint" id="aggregate-hint">{tr("Mọi tài khoản của Ủy ban đọc được.", "Every account of the committee can read it.")}</span>
          <LongText id="aggregate" paper={paper} path={["content", "aggregate"]} describedBy="aggregate-hint" wrote={() => office.wrote(key)} />
        </div>
      ) : (
        texts(contentOf(paper.doc).aggregate).map((one) => <p lang="vi">{one}</p>)
      )}
    </section>
  );
}

function Row({ body, due, regime }: { body: string; due: string; regime: Regime }) {
  const office = here();
  const { status, isBegun, wasHandedIn } = glanceAt(body, due);
  const receipt = useReceipt(`report/${body}/${due}`);
  const over = isOver(due, regime);
  const waiting = office.desk.value.waiting.filter((one) => one.body === body);
  const holding = waiting.filter((one) => one.count > 0);
  const heard = Math.max(0, ...waiting.map((one) => one.heard));
  return (
    <tr>
      <th scope="row">{isBegun ? <a href={go("report", body, due)}>{bodyName(body)}</a> : bodyName(body)}</th>
      <td data-label={tr("Báo cáo", "Report")}><Tag kind={status}>{status === "draft" ? tr("Chưa nộp", "Not handed in") : reportWord(status)}</Tag> {status === "draft" && over && <span class="late tight">{tr("quá hạn", "overdue")}</span>}</td>
      <td data-label={tr("Máy chủ nhận", "Received")}>{wasHandedIn && receipt !== undefined ? <>{showTime(receipt)} {isLate(receipt, due, regime) && <span class="late tight">{tr("muộn", "late")}</span>}</> : "–"}</td>
      <td data-label={tr("Trên các máy", "Devices")}>
        {holding.length > 0
          ? holding.map((one) => <span class="late">{tr(`giữ ${one.count} văn bản chưa gửi`, `holds ${one.count} unsent`)}{one.since && <>, {tr("từ", "since")} {showTime(one.since)}</>} </span>)
          : heard > 0 ? tr("không giữ gì", "nothing held") : tr("chưa từng kết nối", "never connected")}
        {heard > 0 && <span class="hint"> ({tr("liên lạc cuối", "last heard")} {showTime(heard)})</span>}
      </td>
    </tr>
  );
}
