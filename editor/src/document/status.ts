// The life of a report and of a task, as the Rust side has them (src/document/status.rs, progress.rs).

export type Status = "draft" | "submitted" | "returned" | "accepted";
export type Action = "submit" | "withdraw" | "return" | "accept" | "revise" | "reopen";
export type Party = "reporter" | "standing_agency";
export type TaskStatus = "not_started" | "in_progress" | "blocked" | "done";
export type TaskAction = "start" | "block" | "resume" | "finish" | "reopen";

export interface Submission {
  at: string;
  heads: string[];
}

export interface Verdict {
  decision: "returned" | "accepted";
  reason: string;
  heads: string[];
  by: string;
  at: string;
}

const NEXT: Record<Party, Partial<Record<Status, Partial<Record<Action, Status>>>>> = {
  reporter: { draft: { submit: "submitted" }, submitted: { withdraw: "draft" }, returned: { revise: "draft" } },
  standing_agency: { submitted: { return: "returned", accept: "accepted" }, accepted: { reopen: "returned" } },
};

const TASKS: Record<TaskStatus, Partial<Record<TaskAction, TaskStatus>>> = {
  not_started: { start: "in_progress", block: "blocked", finish: "done" },
  in_progress: { block: "blocked", finish: "done" },
  blocked: { resume: "in_progress" },
  done: { reopen: "in_progress" },
};

export const STATUSES = Object.keys(TASKS) as TaskStatus[];

/** Takes a report on; undefined if it may not be. */
export function apply(status: Status, action: Action, party: Party): Status | undefined {
  return NEXT[party][status]?.[action];
}

/** What a task can be next, with the action that leads there. */
export function taskActions(status: TaskStatus): [TaskAction, TaskStatus][] {
  return Object.entries(TASKS[status]) as [TaskAction, TaskStatus][];
}

/** Whether something that can be done to a task leads from one status to another. */
export const canBecome = (from: TaskStatus, to: string): boolean => taskActions(from).some(([, next]) => next === to);

function same(a: string[], b: string[]): boolean {
  return a.length === b.length && a.every((one, i) => one === b[i]);
}

/** Where a report stands: a verdict counts only for the submission whose heads it names. */
export function statusOf(handedIn: boolean, submissions: Submission[], verdict?: Verdict): Status {
  const last = submissions.at(-1);
  const decision = verdict && last && same(last.heads, verdict.heads) ? verdict.decision : undefined;
  if (decision === "accepted") return "accepted";
  if (!handedIn) return "draft";
  return decision === "returned" ? "returned" : "submitted";
}
