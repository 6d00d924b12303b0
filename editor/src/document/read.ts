// Reading documents: words may stand as values or as texts, what is missing stays missing.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { rowAt, type RowAt } from "./place.ts";
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
  /** `note`: the entry itself, by which it is known. */
  notes: { row: RowAt; note: unknown; text: string }[];
}

export function taskState(doc: A.Doc<unknown>, task: string): TaskState {
  const content = contentOf(doc);
  const notes = Array.from((content.notes ?? []) as Raw[], (note, at) => ({ at, note }));
  return {
    status: (words(content.status?.[task]) ?? "not_started") as TaskStatus,
    evidence: words(content.evidence?.[task]) ?? "",
    notes: notes.filter(({ note }) => words(note.task) === task).map(({ at, note }) => ({ row: rowAt(content.notes, at), note, text: words(note.text) ?? "" })),
  };
}

/** Whether this is part of a document, and not a plain value that was seen of one. */
function isOpened(part: object): boolean {
  return Boolean(A.getObjectId(part));
}

/** All values that devices wrote at once at `content/<map>/<name>`, the one shown first; empty while they agree. */
export function rivals(doc: A.Doc<unknown>, map: string, name: string): Rival[] {
  return rivalsAt(contentOf(doc)[map], name);
}

/** The same of a part of a document. */
export function rivalsAt(part: unknown, name: A.Prop): Rival[] {
  const at = part as A.Doc<Raw> | undefined;
  if (!at || at[name as string] === undefined || !isOpened(at)) return [];
  const all = Object.entries(A.getConflicts(at, name as string) ?? {}).map(([op, value]) => ({
    value: typeof value === "number" ? value : String(value),
    actor: op.split("@")[1] ?? "",
  }));
  const shown = typeof at[name as string] === "number" ? at[name as string] : String(at[name as string]);
  if (!all.some((one) => one.value !== shown)) return [];
  return all.sort((a, b) => Number(b.value === shown) - Number(a.value === shown));
}

/** Whether something came that was written without knowing what was seen: a merge, which a person had better look over. */
export function isApart(doc: A.Doc<unknown> | undefined, seen: string[]): boolean {
  if (!doc || seen.length === 0 || A.getMissingDeps(doc, seen as A.Heads).length > 0) return false;
  const fresh = A.getChangesSince(doc, seen as A.Heads).map((bytes) => A.decodeChange(bytes));
  const known = new Set([...seen, ...fresh.map((change) => change.hash!)]);
  return fresh.some((change) => change.deps.some((dep) => !known.has(dep)));
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

/** A report, weekly or ad-hoc, as it was handed in, and the fields that moved since: another device wrote before it knew of the hand-in. */
export interface HandIn {
  doc: A.Doc<unknown>;
  moved: string[];
}

const handIns = new WeakMap<object, HandIn>();

/** What was handed in last; the document itself if nothing was. Looked up once, since an Automerge document never changes. */
export function asHandedIn(doc: A.Doc<unknown>): HandIn {
  const known = handIns.get(doc);
  if (known) return known;
  const heads = submissions(doc).at(-1)?.heads as A.Heads | undefined;
  const isHere = heads && A.getMissingDeps(doc, heads).length === 0;
  const then = isHere ? A.view(doc, heads) : doc;
  const found = { doc: then, moved: isHere ? movedSince(doc, then) : [] };
  handIns.set(doc, found);
  return found;
}

/** Fields that stand otherwise than in an earlier state, or in which another value waits beside the one that is shown. */
function movedSince(doc: A.Doc<unknown>, then: A.Doc<unknown>): string[] {
  const [now, before] = [contentOf(doc), contentOf(then)];
  const differs = (one: unknown, other: unknown) => JSON.stringify(one) !== JSON.stringify(other);
  const short = ["trigger", "occurred_on", "subject", "paper_file", "text"].filter((name) => differs(now[name], before[name]));
  const moved = ["figures", "facts", "texts", "lists"].flatMap((map) => {
    const fields = new Set([...Object.keys(now[map] ?? {}), ...Object.keys(before[map] ?? {})]);
    return [...fields].filter((field) => differs(now[map]?.[field], before[map]?.[field]));
  });
  return [...new Set([...short, ...moved, ...conflicts(doc, ["figures", "facts"]).map((one) => one.field)])].sort();
}

/** What who stands in a form has seen: of a report that another device hands in under their hands, the draft that was handed in. */
export function draftHeads(doc: A.Doc<unknown>): string[] | undefined {
  return handedIn(doc) ? submissions(doc).at(-1)?.heads : undefined;
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
