// Tasks of this body: the directive's own words, cited documents, deadline, status, evidence, notes.
import { useRef, useState } from "preact/hooks";
import { addNote, setEvidence, setTask } from "../document/edit.ts";
import { inList, keysOf } from "../document/place.ts";
import { contested, contentOf, rivals, words, type Raw } from "../document/read.ts";
import { taskActions, type TaskAction } from "../document/status.ts";
import { here, today } from "./state.ts";
import { go, lackOf, Missing, say, Tag, taskWord } from "./parts.tsx";
import { focusSoon } from "./focus.ts";
import { Differs } from "./field.tsx";
import { Newer } from "./newer.tsx";
import { Refused } from "./refused.tsx";
import { LongText, ShortText } from "./inputs.tsx";
import { ownTasks, taskDate, type Duty } from "./duties.ts";
import { daysBetween, fold, inDays, named, sentence, showDay, tr } from "./words.ts";

const ACTION: Record<TaskAction, [string, string]> = {
  start: ["Bắt đầu", "Start"],
  block: ["Báo vướng", "Report an obstacle"],
  resume: ["Làm tiếp", "Go on"],
  finish: ["Đã xong", "Finish"],
  reopen: ["Mở lại", "Reopen"],
};

function progress() {
  return here().paper(`progress/${here().desk.value.account.body}`);
}

function write(message: string, change: Parameters<ReturnType<typeof progress>["change"]>[1], heads?: string[]): void {
  here().write(progress().key, message, change, heads);
}

export function Tasks({ open }: { open?: string }) {
  const [search, setSearch] = useState("");
  const wanted = fold(search);
  const all = ownTasks().filter((one) => !wanted || fold(`${one.task.id} ${one.task.text_vi} ${one.task.text_en} ${one.task.cited.join(" ")}`).includes(wanted));
  const clashes = contested("progress", progress().doc);
  const lack = lackOf(progress().key);
  if (lack) return <Missing why={lack} none={tr("Chưa ai ghi gì.", "Nobody has written yet.")} back={tr("Hôm nay", "Today")} to={go("")} />;
  return (
    <main id="main">
      <h1>{tr("Nhiệm vụ", "Tasks")}</h1>
      <Newer of={progress().key} />
      <Refused of={progress().key} />
      {clashes.length > 0 && <p class="inset"><a href={go("conflicts")}>{tr("Có trạng thái hoặc minh chứng được ghi khác nhau; xin chọn.", "Some statuses or evidence were written differently; please choose.")}</a></p>}
      <p class="field">
        <label for="search">{tr("Tìm (gõ không dấu cũng được)", "Search (marks are not needed)")}</label>
        <input id="search" type="search" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      </p>
      <p><a href={go("directives")}>{tr("Văn bản chỉ đạo", "Directing documents")}</a></p>
      <p role="status" class="hint">{tr(`${all.length} nhiệm vụ`, `${all.length} task(s)`)}</p>
      {all.map((one) => <Task key={one.task.id} duty={one} open={open === one.task.id} />)}
    </main>
  );
}

function Cited({ symbol, directive }: { symbol: string; directive: string }) {
  const list = Array.from((contentOf(here().paper(`directive/${directive}`).doc).cited ?? []) as Raw[]);
  const one = list.find((row) => words(row.symbol) === symbol);
  return <li>{one ? `${named(one, "kind")} ` : ""}{symbol}{one?.date ? `, ${showDay(String(one.date))}` : ""}{one?.about_vi ? <>: <span lang="vi">{String(one.about_vi)}</span></> : null}</li>;
}

function Task({ duty, open }: { duty: Duty; open: boolean }) {
  const { task, state } = duty;
  const date = taskDate(task);
  const id = `task-${task.id.replace(/\W/g, "-")}`;
  const keys = keysOf(useRef(new Map<string, string>()).current, state.notes.map((one) => one.note));
  const act = (action: TaskAction, next: Duty["state"]["status"]) => {
    write(`task ${action}`, (doc) => setTask(doc, task.id, next));
    say(`${task.id}: ${taskWord(next)}`);
  };
  return (
    <details class="task" open={open}>
      <summary>
        <span class="task-text">{task.id} · <span lang={task.text_en ? undefined : "vi"}>{sentence(named(task, "text"))}</span></span> <Tag kind={state.status}>{taskWord(state.status)}</Tag>
        {date && <span class="hint"> {showDay(date)}, {inDays(daysBetween(today(), date))}</span>}
      </summary>
      <dl>
        <dt>{tr("Văn bản giao", "Ordained by")}</dt>
        <dd>{duty.directive}, {tr("mục", "section")} {task.section} · {duty.owns ? tr("chủ trì", "in charge") : tr("phối hợp", "takes part")}</dd>
        {task.deadline_vi && <><dt>{tr("Thời hạn theo văn bản", "Deadline in its words")}</dt><dd lang="vi">{task.deadline_vi}</dd></>}
        {task.cited.length > 0 && <><dt>{tr("Văn bản được dẫn", "Cited documents")}</dt><dd><ul>{task.cited.map((symbol) => <Cited symbol={symbol} directive={duty.directive} />)}</ul></dd></>}
      </dl>
      <p class="actions" role="group" aria-label={tr("Chuyển trạng thái", "Change the status")}>
        {taskActions(state.status).map(([action, next]) => (
          <button type="button" class={action === "finish" || action === "start" ? "" : "quiet"} onClick={() => act(action, next)}>{tr(...ACTION[action])}</button>
        ))}
      </p>
      <p class="field">
        <label for={`${id}-evidence`}>{tr("Minh chứng: số văn bản hoặc số hồ sơ giấy", "Evidence: symbol of a document or number of a paper file")}</label>
        <ShortText id={`${id}-evidence`} paper={progress()} path={["content", "evidence", task.id]} describedBy={`${id}-evidence-hint`} write={(text, heads) => write("evidence", (doc) => setEvidence(doc, task.id, text), heads)} />
        <span class="hint" id={`${id}-evidence-hint`}>{rivals(progress().doc, "evidence", task.id).length > 1 && <Differs />}</span>
      </p>
      {state.notes.map((note, i) => (
        <div key={keys[i]} class="field">
          <label for={`${id}-note-${i}`}>{tr("Ghi chú", "Note")} {i + 1}</label>
          <LongText id={`${id}-note-${i}`} rows={2} max={10_000} message="note" paper={progress()} path={inList(["content", "notes"], note.row, "text")} describedBy={`${id}-warning`} wrote={() => here().wrote(progress().key)} />
        </div>
      ))}
      <p>
        <span class="hint" id={`${id}-warning`}>{tr("Không ghi nội dung mật, tên người khiếu nại, tố cáo.", "No secrets, no names of complainants.")}</span><br />
        <button type="button" class="quiet" onClick={() => (write("note", (doc) => addNote(doc, task.id)), focusSoon(`${id}-note-${state.notes.length}`))}>{tr("Thêm ghi chú", "Add a note")}</button>
      </p>
    </details>
  );
}
