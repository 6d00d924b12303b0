// Reading documents: words may stand as values or as texts, what is missing stays missing.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import type { Submission, TaskStatus, Verdict } from "./status.ts";

export type Raw = Record<string, any>;
export interface Rival {
  value: string | number;
  actor: string;
}

/** Words as a string, whether written as a value or as a text; undefined if there are none. */
export function words(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

export function contentOf(doc: A.Doc<unknown>): Raw {
  return ((doc as Raw).content ?? {}) as Raw;
}

export function texts(list: unknown): string[] {
  return Array.from((list ?? []) as Iterable<unknown>, String);
}

export function handedIn(doc: A.Doc<unknown>): boolean {
  return words(contentOf(doc).status) === "submitted";
}

export function submissions(doc: A.Doc<unknown>): Submission[] {
  const list = (contentOf(doc).submissions ?? []) as Raw[];
  return Array.from(list, (one) => ({ at: words(one.at) ?? "", heads: texts(one.heads) }));
}

export function verdictOn(review: A.Doc<unknown> | undefined, body: string): Verdict | undefined {
  const one = review && (contentOf(review).verdicts?.[body] as Raw | undefined);
  if (!one) return undefined;
  return {
    decision: words(one.decision) === "accepted" ? "accepted" : "returned",
    reason: words(one.reason) ?? "",
    heads: texts(one.heads),
    by: words(one.by) ?? "",
    at: words(one.at) ?? "",
  };
}

export interface TaskState {
  status: TaskStatus;
  evidence: string;
  notes: { at: number; text: string }[];
}

export function taskState(doc: A.Doc<unknown>, task: string): TaskState {
  const content = contentOf(doc);
  const notes = Array.from((content.notes ?? []) as Raw[], (note, at) => ({ at, note }));
  return {
    status: (words(content.status?.[task]) ?? "not_started") as TaskStatus,
    evidence: words(content.evidence?.[task]) ?? "",
    notes: notes.filter(({ note }) => words(note.task) === task).map(({ at, note }) => ({ at, text: words(note.text) ?? "" })),
  };
}

/** Whether this is part of a document, and not a plain value that was seen of one. */
function isOpened(part: object): boolean {
  return Boolean(A.getObjectId(part));
}

/** All values that devices wrote at once at `content/<map>/<name>`, the one shown first; empty while they agree. */
export function rivals(doc: A.Doc<unknown>, map: string, name: string): Rival[] {
  const at = contentOf(doc)[map] as A.Doc<Raw> | undefined;
  if (!at || at[name] === undefined || !isOpened(at)) return [];
  const all = Object.entries(A.getConflicts(at, name) ?? {}).map(([op, value]) => ({
    value: typeof value === "number" ? value : String(value),
    actor: op.split("@")[1] ?? "",
  }));
  const shown = typeof at[name] === "number" ? at[name] : String(at[name]);
  if (!all.some((one) => one.value !== shown)) return [];
  return all.sort((a, b) => Number(b.value === shown) - Number(a.value === shown));
}

export interface Conflict {
  map: "figures" | "facts" | "status";
  field: string;
  rivals: Rival[];
}

/** Every field of a document in which different values wait for a person. */
export function conflicts(doc: A.Doc<unknown>, maps: Conflict["map"][]): Conflict[] {
  const content = contentOf(doc);
  return maps.flatMap((map) =>
    Object.keys(content[map] ?? {})
      .map((field) => ({ map, field, rivals: rivals(doc, map, field) }))
      .filter((one) => one.rivals.length > 1),
  );
}

/** Hash of the change that made the last hand-in. */
export function lastHandIn(doc: A.Doc<unknown>): string | undefined {
  const heads = submissions(doc).at(-1)?.heads;
  if (!heads) return undefined;
  const after = A.getMissingDeps(doc, heads).length === 0 ? A.getChangesSince(doc, heads) : [];
  for (const bytes of after) {
    const change = A.decodeChange(bytes);
    if (heads.every((head) => change.deps.includes(head)) && change.message === "submit") return change.hash;
  }
  return undefined;
}
