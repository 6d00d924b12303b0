// The tasks of this body, from all directives, with where each stands.
import { contentOf, taskState, words, type Raw, type TaskState } from "../document/read.ts";
import { here } from "./state.ts";
import { named, sentence } from "./words.ts";

export interface Duty {
  task: { id: string; section: string; text_vi: string; text_en: string; deadline_vi?: string; cited: string[]; rules: string[] };
  directive: string;
  owns: boolean;
  state: TaskState;
}

/** Words that stand for several bodies in a directive, and whose they are. */
function groups(): string[] {
  const { roles, account } = here().desk.value;
  const all = [account.body];
  if (roles.includes("team")) all.push("teams");
  if (roles.includes("district_committee")) all.push("ec_district", "level_district");
  return all;
}

export function ownTasks(): Duty[] {
  const office = here();
  const mine = groups();
  const progress = office.paper(`progress/${office.desk.value.account.body}`).doc;
  return office.keys("directive").flatMap((key) => {
    const content = contentOf(office.paper(key).doc);
    return Array.from((content.tasks ?? []) as Raw[])
      .map((one) => ({
        task: {
          id: words(one.id) ?? "",
          section: words(one.section) ?? "",
          text_vi: words(one.text_vi) ?? "",
          text_en: words(one.text_en) ?? "",
          deadline_vi: words(one.deadline_vi),
          cited: Array.from(one.cited ?? [], String),
          rules: Array.from(one.rules ?? [], String),
        },
        directive: words(content.symbol) ?? key,
        owns: Array.from(one.owners ?? [], String).some((body) => mine.includes(body)),
        works: Array.from(one.collaborators ?? [], String).some((body) => mine.includes(body)),
      }))
      .filter((one) => one.owns || one.works)
      .map(({ task, directive, owns }) => ({ task, directive, owns, state: taskState(progress, task.id) }));
  });
}

/** What a task of this body is about, where it is spoken of by its number. */
export function aboutTask(id: string): string | undefined {
  const task = ownTasks().find((one) => one.task.id === id)?.task;
  return task && sentence(named(task, "text"), 140);
}

/** The nearest limit of the law that bounds a task. */
export function taskDate(task: Duty["task"]): string | undefined {
  const steps = here().desk.value.timetable.filter((step) => task.rules.includes(step.id));
  return steps.map((step) => step.end ?? step.start ?? "").filter(Boolean).sort()[0];
}
