// Reading documents: words may stand as values or as texts, what is missing stays missing.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { FIELDS, type Column } from "./fields.ts";
import type { Kind } from "./key.ts";
import { objectOf, rowAt, type RowAt } from "./place.ts";
import type { Submission, TaskStatus, Verdict } from "./status.ts";

export type Raw = Record<string, any>;
export interface Rival {
  value: string | number;
  actor: string;
  /** Of a fact of the election: what its author read it in. */
  provenance?: Provenance;
}

/** The document that a fact was read in, and whether somebody has seen it there. */
export interface Provenance {
  source: string;
  verified: boolean;
}

/** Words as a string, whether written as a value or as a text; undefined if there are none. */
export function words(value: unknown): string | undefined {
  return value === undefined || value === null ? undefined : String(value);
}

export function contentOf(doc: A.Doc<unknown>): Raw {
  return ((doc as Raw).content ?? {}) as Raw;
}

/** The form of a document: the newest that any device brought it to (src/document/upgrade.rs). */
export function formatOf(doc: A.Doc<unknown>): number {
  const all = isOpened(doc as object) ? Object.values(A.getConflicts(doc as A.Doc<Raw>, "schema") ?? {}) : [];
  return Math.max(...[(doc as Raw).schema, ...all].map(Number).filter(Number.isFinite));
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
    value: typeof value === "number" ? value : String(value ?? ""),
    actor: op.split("@")[1] ?? "",
  }));
  const shown = typeof at[name as string] === "number" ? at[name as string] : String(at[name as string] ?? "");
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

/** Short fields of an ad-hoc report. */
export const SHORT = ["trigger", "occurred_on", "subject", "paper_file"] as const;
export type Short = (typeof SHORT)[number];

/** Values of one kind: under `content/<map>`, or the short fields beside them, or the cells of rows. */
export type Values = "figures" | "facts" | "status" | "evidence" | "short" | "cells" | Facts;

/** Facts of the election that people correct, each a row of a list: by what it is known, and what of it is written as one. */
export const FACTS = {
  dates: { by: "rule", cells: ["kind", "date", "time", "citation"] },
  constituencies: { by: "id", cells: ["seats"] },
  units: { by: "code", cells: ["name_vi"] },
} as const;
export type Facts = keyof typeof FACTS;
const isFacts = (map: Values): map is Facts => map in FACTS;

/** The kind of a date that was taken back: its row stays, so that who corrects it meanwhile loses nothing. */
export const WITHDRAWN = "withdrawn";

/** Whether a fact is one still. */
export const stands = (map: Facts, row: Raw): boolean => map !== "dates" || words(row.kind) !== WITHDRAWN;

/** What is written of a fact as one: its cells, with a tab between them. */
export const factValue = (map: Facts, row: Raw): string => FACTS[map].cells.map((name) => words(row[name]) ?? "").join("\t");

export function provenanceOf(row: Raw | undefined): Provenance {
  return { source: words(row?.provenance?.source) ?? "", verified: row?.provenance?.verified === true };
}

export interface Conflict {
  map: Values;
  /** The field, the task, or the list in which the cell stands. */
  field: string;
  row?: RowAt;
  column?: string;
  rivals: Rival[];
}

/** What a document of each kind has. */
const VALUES: Partial<Record<Kind, Values[]>> = { report: ["figures", "facts", "cells"], progress: ["status", "evidence"], incident: ["short"], election: ["dates", "constituencies", "units"] };

/** Everything in a document of this kind in which different values wait for a person. */
export function contested(kind: Kind, doc: A.Doc<unknown>): Conflict[] {
  if (!isOpened(doc as object)) return [];
  const heads = A.getHeads(doc).join();
  const known = found.get(heads) ?? conflicts(doc, VALUES[kind] ?? []);
  found.delete(heads);
  found.set(heads, known);
  if (found.size > FOUND) found.delete(found.keys().next().value!);
  return known;
}

/** What was found last, by heads: a document at its heads never changes, and a screen looks at each render. The latest at the end. */
const found = new Map<string, Conflict[]>();
const FOUND = 16;

/** The same of some values. */
export function conflicts(doc: A.Doc<unknown>, maps: Values[]): Conflict[] {
  return maps.flatMap((map) => places(doc, map)).filter((one) => one.rivals.length > 1);
}

/** A value that moved; undefined where there was none. */
export interface Move {
  map: Values;
  field: string;
  before: string | undefined;
  after: string | undefined;
}

/** What moved between two contents of a document of this kind. The cells of rows are told with their rows. */
export function moves(kind: Kind, before: Raw, after: Raw): Move[] {
  return (VALUES[kind] ?? []).filter((map) => map !== "cells").flatMap((map) => {
    if (isFacts(map)) return factMoves(map, before[map], after[map]);
    const [old, next]: Raw[] = map === "short" ? [before, after] : [before[map] ?? {}, after[map] ?? {}];
    const names = map === "short" ? SHORT : [...new Set([...Object.keys(old!), ...Object.keys(next!)])];
    return names.map((field) => ({ map, field, before: words(old![field]), after: words(next![field]) })).filter((one) => one.before !== one.after);
  });
}

/** Facts that moved. Of what stands there from the beginning, as an election is set up, dates alone are told. */
function factMoves(map: Facts, before: Raw[] | undefined, after: Raw[] | undefined): Move[] {
  const { by } = FACTS[map];
  // Of a step there may be several dates.
  const known = (list: Raw[] | undefined) => new Map(Array.from(list ?? []).filter((row) => stands(map, row)).map((row) => [map === "dates" ? objectOf(row) : words(row[by]), row]));
  const [old, next] = [known(before), known(after)];
  return [...new Set([...old.keys(), ...next.keys()])]
    .map((key): Move => {
      const [was, is] = [old.get(key), next.get(key)];
      return { map, field: words((is ?? was)![by]) ?? "", before: was && factValue(map, was), after: is && factValue(map, is) };
    })
    .filter((one) => one.before !== one.after && (map === "dates" || (one.before !== undefined && one.after !== undefined)));
}

/** All that stands side by side in a fact, by who wrote it, what is shown first. Who took it back says the same as others who did. */
function factRivals(map: Facts, row: Raw): Rival[] {
  const all = FACTS[map].cells.map((name) => rivalsAt(row, name));
  const actors = new Set(all.flatMap((one) => one.map((rival) => rival.actor)));
  const shown = factValue(map, row);
  const back = map === "dates" ? Object.entries(A.getConflicts(row as A.Doc<Raw>, "kind") ?? {}).filter(([, kind]) => words(kind) === WITHDRAWN) : [];
  const tookBack = new Set(back.map(([op]) => op.split("@")[1]));
  const found = [...actors]
    .map((actor) => {
      const value = FACTS[map].cells.map((name, i) => all[i]!.find((one) => one.actor === actor)?.value ?? words(row[name]) ?? "").join("\t");
      return { value, actor, provenance: provenanceBy(row, actor) };
    })
    .sort((a, b) => Number(b.value === shown) - Number(a.value === shown));
  const first = found.find((rival) => tookBack.has(rival.actor));
  return found.filter((rival) => rival === first || !tookBack.has(rival.actor));
}

/** What this author says that a fact was read in; what stands there, of one who says nothing. */
function provenanceBy(row: Raw, actor: string): Provenance {
  const all = Object.entries(A.getConflicts(row as A.Doc<Raw>, "provenance") ?? {});
  const own = all.find(([op]) => op.endsWith(`@${actor}`))?.[1];
  return provenanceOf(own ? { provenance: own } : row);
}

function places(doc: A.Doc<unknown>, map: Values): Conflict[] {
  const content = contentOf(doc);
  if (isFacts(map)) {
    return Array.from((content[map] ?? []) as Raw[]).flatMap((row, at) => {
      const rivals = factRivals(map, row);
      return rivals.length > 1 ? [{ map, field: words(row[FACTS[map].by]) ?? "", row: rowAt(content[map], at), rivals }] : [];
    });
  }
  switch (map) {
    case "short":
      return SHORT.map((field) => ({ map, field, rivals: rivalsAt(content, field) }));
    case "cells":
      return FIELDS.flatMap(({ id, holds }) => (holds.type === "rows" ? cells(content.lists?.[id], id, holds.of) : []));
    default:
      return Object.keys(content[map] ?? {}).map((field) => ({ map, field, rivals: rivals(doc, map, field) }));
  }
}

function cells(list: Raw[] | undefined, field: string, columns: Column[]): Conflict[] {
  return Array.from(list ?? []).flatMap((row, at) =>
    columns.map(({ name }) => ({ map: "cells" as const, field, row: rowAt(list, at), column: name, rivals: rivalsAt(row, name) })),
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
  const short = [...SHORT, "text"].filter((name) => differs(now[name], before[name]));
  const moved = ["figures", "facts", "texts", "lists"].flatMap((map) => {
    const fields = new Set([...Object.keys(now[map] ?? {}), ...Object.keys(before[map] ?? {})]);
    return [...fields].filter((field) => differs(now[map]?.[field], before[map]?.[field]));
  });
  return [...new Set([...short, ...moved, ...conflicts(doc, ["figures", "facts", "short", "cells"]).map((one) => one.field)])].sort();
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
