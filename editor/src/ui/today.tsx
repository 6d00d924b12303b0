// Today: what this body owes and when, the deadline in the committee's own time; then the next dates of the law.
import { roundWords } from "./round.tsx";
import { bodyName, election, here, isOver, ownRegime, regimes, today } from "./state.ts";
import { isBegun, reportStatus } from "./standing.ts";
import { AllHeldBack } from "./held.tsx";
import { go, reportWord, Tag, taskWord } from "./parts.tsx";
import { ownTasks, taskDate } from "./duties.ts";
import { daysBetween, inDays, named, sentence, showDay, tr } from "./words.ts";

export function Today() {
  const { account } = here().desk.value;
  const day = today();
  const asOf = here().desk.value.as_of;
  return (
    <main id="main">
      <h1>{tr("Hôm nay", "Today")} <span class="sub">{showDay(day, true)}</span></h1>
      {asOf && <p class="inset">{tr("Bản trình diễn: “hôm nay” được đặt là ngày này.", "A demonstration: “today” is set to this day.")}</p>}
      <p>{bodyName(account.body)}{election.value.election_day && <> · {tr("Ngày bầu cử", "Election day")} {showDay(String(election.value.election_day))}, {inDays(daysBetween(day, String(election.value.election_day)))}</>}</p>
      <Reports day={day} />
      {here().isAgency && <AllHeldBack />}
      <Tasks day={day} />
      <Steps day={day} />
    </main>
  );
}

function Reports({ day }: { day: string }) {
  const { account } = here().desk.value;
  if (here().isAgency) {
    const all = regimes()[0];
    const due = all && (all.dues.filter((one) => one <= day).at(-1) ?? all.dues[0]);
    if (!due) return null;
    return (
      <section>
        <h2>{tr("Đợt báo cáo", "Round of reports")}</h2>
        <p class="row"><a href={go("round", due)}>{tr(`Đợt hạn ${showDay(due, true)}`, `Round due ${showDay(due, true)}`)}</a></p>
        <p>{roundWords(due)}</p>
      </section>
    );
  }
  const regime = ownRegime();
  if (!regime) {
    return (
      <section>
        <h2>{tr("Báo cáo tuần", "Weekly report")}</h2>
        <p>{tr("Chưa có văn bản nào quy định chế độ báo cáo tuần của cơ quan này.", "No document sets a weekly report for this body.")}</p>
      </section>
    );
  }
  const late = regime.dues.filter((due) => due < day && ["draft", "returned"].includes(reportStatus(account.body, due)));
  const next = regime.dues.find((due) => due >= day);
  const shown = [...late.slice(-3), ...(next ? [next] : [])];
  return (
    <section>
      <h2>{tr("Báo cáo tuần", "Weekly report")}</h2>
      <ul class="rows tagged">
        {shown.map((due) => {
          const status = reportStatus(account.body, due);
          const over = isOver(due, regime);
          const days = daysBetween(day, due);
          return (
            <li>
              <p><a href={go("report", account.body, due)}>{tr(`Báo cáo tuần, hạn ${showDay(due, true)}, trước ${regime.before}`, `Weekly report due ${showDay(due, true)}, before ${regime.before}`)}</a>{" "}
              <span class={["submitted", "accepted"].includes(status) ? "unseen" : days < 0 || over ? "late" : "hint"}>{inDays(days)}</span></p>
              <Tag kind={status}>{isBegun(account.body, due) ? reportWord(status) : tr("Chưa viết", "Not begun")}</Tag>
            </li>
          );
        })}
      </ul>
      <p class="hint">{tr("Giờ Việt Nam (UTC+7).", "Vietnam time (UTC+7).")} <span lang="vi">{regime.citation}</span></p>
    </section>
  );
}

function Tasks({ day }: { day: string }) {
  const open = ownTasks().filter((one) => one.state.status !== "done");
  if (open.length === 0) return null;
  const dated = open.map((one) => ({ ...one, date: taskDate(one.task) })).sort((a, b) => (a.date ?? "9").localeCompare(b.date ?? "9"));
  return (
    <section>
      <h2>{tr("Nhiệm vụ chưa xong", "Open tasks")} ({open.length})</h2>
      <ul class="rows tagged">
        {dated.slice(0, 6).map(({ task, state, date }) => (
          <li>
            <p><a href={`${go("tasks")}/${encodeURIComponent(task.id)}`}>{sentence(named(task, "text"), 140)}</a>{" "}
            {date && <span class={date.slice(0, 10) < day ? "late" : "hint"}>{showDay(date)}, {inDays(daysBetween(day, date))}</span>}</p>
            <Tag kind={state.status}>{taskWord(state.status)}</Tag>
          </li>
        ))}
      </ul>
      <p><a href={go("tasks")}>{tr("Tất cả nhiệm vụ", "All tasks")}</a></p>
    </section>
  );
}

function Steps({ day }: { day: string }) {
  const steps = here().desk.value.timetable.filter((step) => (step.end ?? step.start ?? "") >= day).slice(0, 8);
  if (steps.length === 0) return null;
  return (
    <section>
      <h2>{tr("Thời hạn theo luật sắp tới", "Next limits of the law")}</h2>
      <table class="cards">
        <thead><tr><th>{tr("Ngày", "Date")}</th><th>{tr("Việc", "Step")}</th><th>{tr("Căn cứ", "Article")}</th></tr></thead>
        <tbody>
          {steps.map((step) => (
            <tr>
              <td>{showDay((step.end ?? step.start)!)}<br /><span class="hint">{inDays(daysBetween(day, (step.end ?? step.start)!))}</span></td>
              <td>{named(step, "name")}</td>
              <td lang="vi">{step.article}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
