// Writing documents inside a change, in the form that the server's rules admit (src/policy/rules): words as values, records
// whole in one change, long texts as texts.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { canBecome, STATUSES } from "./status.ts";
import { words, type Conflict, type Raw, type Short } from "./read.ts";
import { find } from "./fields.ts";
import { placeOf, putText, type RowAt } from "./place.ts";

export type Draft = A.Doc<unknown>;

/** One letter, one form, whatever the keyboard sent. */
export const nfc = (text: string) => text.normalize("NFC");
const word = (text: string) => new A.ImmutableString(nfc(text));
const content = (doc: Draft) => (doc as Raw).content as Raw;

/** Writes a figure, or takes it back. Writing it also ends a conflict. */
export function setFigure(doc: Draft, field: string, value: number | undefined): void {
  const figures = content(doc).figures;
  if (value !== undefined) figures[field] = value;
  else if (field in figures) delete figures[field];
}

/** Writes a date, a yes or no, a choice, or takes it back. */
export function setFact(doc: Draft, field: string, value: string | undefined): void {
  const facts = content(doc).facts;
  if (value) facts[field] = word(value);
  else if (field in facts) delete facts[field];
}

export function addRow(doc: Draft, field: string): void {
  content(doc).lists[field].push({});
}

export function removeRow(doc: Draft, field: string, row: RowAt): void {
  const rows = content(doc).lists[field];
  const at = placeOf(rows, row);
  if (at !== undefined) rows.splice(at, 1);
}

export function setCell(doc: Draft, field: string, row: RowAt, name: string, value: string, long: boolean): void {
  const at = placeOf(content(doc).lists[field], row);
  // Somebody took the row away meanwhile.
  if (at === undefined) return;
  const cells = content(doc).lists[field][at] as Raw;
  if (long) putText(doc, ["content", "lists", field, at, name], nfc(value), words(cells[name]) ?? "");
  else if (value) cells[name] = word(value);
  else delete cells[name];
}

/** Hands in exactly what stood at these heads, which are those before this change. */
export function submit(doc: Draft, heads: string[], at: string): void {
  const all = content(doc);
  all.status = word("submitted");
  all.submissions.push({ at: word(at), heads: [...heads].sort().map(word) });
}

/** Takes a report back, or starts to correct what was returned. */
export function toDraft(doc: Draft): void {
  content(doc).status = word("draft");
}

/** The standing agency's decision on what was handed in at these heads. */
export function decide(
  doc: Draft,
  body: string,
  verdict: { decision: "returned" | "accepted"; reason: string; by: string; at: string; heads: string[] },
): void {
  content(doc).verdicts[body] = {
    decision: word(verdict.decision),
    reason: word(verdict.reason),
    by: word(verdict.by),
    at: word(verdict.at),
    heads: verdict.heads.map(word),
  };
}

export function setTask(doc: Draft, task: string, status: string): void {
  content(doc).status[task] = word(status);
}

export function setEvidence(doc: Draft, task: string, reference: string): void {
  content(doc).evidence[task] = word(reference);
}

/** Begins a note on a task. */
export function addNote(doc: Draft, task: string, text = ""): void {
  content(doc).notes.push({ task: word(task), text: nfc(text) });
}

/** A short field of an ad-hoc report. */
export function setShort(doc: Draft, field: Short, value: string): void {
  if (value) content(doc)[field] = word(value);
  else if (field in content(doc)) delete content(doc)[field];
}

/** Writes a value where it stands; undefined takes it back. */
export function setValue(doc: Draft, { map, field }: Pick<Conflict, "map" | "field">, value: string | undefined): void {
  if (map === "figures") setFigure(doc, field, value === undefined ? undefined : Number(value));
  else if (map === "facts") setFact(doc, field, value);
  else if (map === "status" && value !== undefined) setTask(doc, field, value);
  else if (map === "evidence" && value !== undefined) setEvidence(doc, field, value);
  else if (map === "evidence" && field in content(doc).evidence) delete content(doc).evidence[field];
  else if (map === "short") setShort(doc, field as Short, value ?? "");
}

/** Writes one of the values that stand side by side, which ends it. */
export function choose(doc: Draft, conflict: Conflict, value: string | number): void {
  const { map, field, row, column = "" } = conflict;
  const text = String(value);
  if (map === "status") chooseStatus(doc, field, text);
  else if (map !== "cells") {
    // Of what is shown already Automerge would write nothing, and a choice that somebody else makes meanwhile would replace it unheard.
    setValue(doc, conflict, undefined);
    setValue(doc, conflict, text);
  } else if (row) {
    // A text of two is written anew: what is changed in one of them leaves the other beside it.
    const at = placeOf(content(doc).lists[field], row);
    if (at !== undefined && isLong(field, column)) content(doc).lists[field][at][column] = nfc(text);
    else for (const next of ["", text]) setCell(doc, field, row, column, next, false);
  }
}

/** Of what is shown already Automerge writes nothing and takes the others away, which the server does not admit of a status: it is
 * written as a step from one that leads there. */
function chooseStatus(doc: Draft, task: string, status: string): void {
  const statuses = content(doc).status;
  // Somebody chose meanwhile.
  if (!A.getConflicts(statuses, task)) return;
  const from = STATUSES.find((one) => one !== String(statuses[task]) && canBecome(one, status));
  if (from) setTask(doc, task, from);
  setTask(doc, task, status);
}

function isLong(field: string, column: string): boolean {
  const holds = find(field)?.holds;
  return holds?.type === "rows" && holds.of.some((one) => one.name === column && one.cell === "long");
}
