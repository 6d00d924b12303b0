// Facts of the `election` document as people correct them: dates of steps, seats, names of units. A correction is written as a whole,
// with the document that it was read in, so that two that were written apart stand side by side as wholes.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { nfc, type Draft } from "./edit.ts";
import { parseFigure } from "./figure.ts";
import { clean, EARLIEST } from "./notice.ts";
import { objectOf, placeOf, rowAt, type RowAt } from "./place.ts";
import { contentOf, FACTS, factValue, provenanceOf, stands, WITHDRAWN, words, type Conflict, type Facts, type Provenance, type Raw, type Rival } from "./read.ts";

/** What one types. `value`: the name, the seats, or the day. The others belong to a date. */
export interface Correction extends Provenance {
  value: string;
  rule?: string;
  kind?: string;
  time?: string;
}

export const KINDS = ["planned", "actual", "override"] as const;

/** Where a fact stands: by its code, or of a date by its row. */
export type Where = { map: "units" | "constituencies"; code: string } | { map: "dates"; row: RowAt | undefined };

export type Part = "rule" | "value" | "time" | "source";

/** A time of day as people type it, as documents have it; undefined if it is none. */
export function parseTime(text: string): string | undefined {
  const found = /^(\d{1,2})[:hg.](\d\d)$/.exec(text.trim().toLowerCase());
  if (!found || Number(found[1]) > 23 || Number(found[2]) > 59) return undefined;
  return `${found[1]!.padStart(2, "0")}:${found[2]}`;
}

/** Whether this is a day that there is. */
export function isDay(text: string): boolean {
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  return text >= EARLIEST && !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

const one = (text: string) => clean(text).trim();

/** What keeps a correction from being written. */
export function lacks(map: Facts, now: Correction): Part[] {
  const found: Part[] = [];
  if (map === "dates" && !now.rule) found.push("rule");
  if (!isRight(map, now.value)) found.push("value");
  if (map === "dates" && now.time?.trim() && !parseTime(now.time)) found.push("time");
  if (one(now.source) === "") found.push("source");
  return found;
}

function isRight(map: Facts, value: string): boolean {
  if (map === "dates") return isDay(value);
  if (map === "units") return one(value) !== "";
  const parsed = parseFigure(value);
  return "value" in parsed && parsed.value !== undefined && parsed.value > 0;
}

/** What stands in a fact now, as one begins to correct it; the document that the new value is read in has to be named anew. */
export function begun(map: Facts, row: Raw | undefined): Correction {
  const cell = (name: string) => words(row?.[name]) ?? "";
  const nothing = { source: "", verified: false };
  if (map === "units") return { value: cell("name_vi"), ...nothing };
  if (map === "constituencies") return { value: cell("seats"), ...nothing };
  return { value: cell("date"), rule: cell("rule"), kind: cell("kind") || "actual", time: cell("time"), ...nothing };
}

/** All that a person sees of a fact, to tell whether it moved. */
export const standing = (map: Facts, row: Raw): string => JSON.stringify([factValue(map, row), provenanceOf(row)]);

const word = (text: string) => new A.ImmutableString(nfc(text));
const list = (doc: Draft, map: Facts) => ((doc as Raw).content as Raw)[map] as Raw[];

/** Where the row of a fact is in its list now; -1 once it is taken back. */
export function findFact(doc: A.Doc<unknown>, where: Where): number {
  if (where.map !== "dates") {
    const rows = (contentOf(doc)[where.map] ?? []) as Raw[];
    // One after the other: inside a change each row that is looked at costs.
    for (let at = 0; at < rows.length; at++) if (words(rows[at]![FACTS[where.map].by]) === where.code) return at;
    return -1;
  }
  const dates = (contentOf(doc).dates ?? []) as Raw[];
  const at = where.row && placeOf(dates, where.row);
  return at !== undefined && stands("dates", dates[at]!) ? at : -1;
}

const provenance = ({ source, verified }: Provenance) => ({ source: word(one(source)), verified, note: null });

/** Writes a correction; a date that is not there is added. */
export function putFact(doc: Draft, where: Where, now: Correction): void {
  const at = findFact(doc, where);
  const cells = cellsOf(where.map, now);
  if (at >= 0) overwrite(list(doc, where.map)[at]!, { ...cells, provenance: provenance(now) });
  else if (where.map === "dates") list(doc, "dates").push({ rule: word(now.rule ?? ""), ...cells, provenance: provenance(now) });
}

/** Writes each cell even if it holds the same already: who only confirms a value, or chooses what is shown, says so beside one who
 * changes it. Automerge would leave the value out, and keep of the two what nobody wrote together. */
function overwrite(row: Raw, cells: Raw): void {
  for (const name of Object.keys(cells)) delete row[name];
  Object.assign(row, cells);
}

function cellsOf(map: Facts, now: Correction): Raw {
  if (map === "units") return { name_vi: word(one(now.value)) };
  if (map === "constituencies") return { seats: (parseFigure(now.value) as { value: number }).value };
  const time = parseTime(now.time ?? "");
  return { kind: word(now.kind ?? ""), date: word(now.value), time: time === undefined ? null : word(time), citation: word(one(now.source)) };
}

/** Takes a date back. Its row stays and says so: a correction that is written meanwhile stands beside that, instead of being lost with
 * the row. What is no date, as an older version let in, goes with its row. */
export function removeDate(doc: Draft, row: RowAt): void {
  const at = findFact(doc, { map: "dates", row });
  if (at < 0) return;
  const there = list(doc, "dates")[at]!;
  const now = { ...begun("dates", there), kind: WITHDRAWN, source: words(there.citation) ?? "" };
  if (lacks("dates", now).some((part) => part !== "source")) list(doc, "dates").splice(at, 1);
  else overwrite(there, { ...cellsOf("dates", now), provenance: provenance(provenanceOf(there)) });
}

/** Writes one of the facts that stand side by side, with what it was read in, which ends it. */
export function chooseFact(doc: Draft, { map, row }: Conflict, { value, provenance: from }: Rival): void {
  const facts = map as Facts;
  const at = row && placeOf(list(doc, facts), row);
  if (at === undefined) return;
  const there = list(doc, facts)[at]!;
  const said = String(value).split("\t");
  const cells = FACTS[facts].cells.map((name, i) => {
    const text = said[i] ?? "";
    return [name, name === "seats" ? Number(text) : name === "time" && text === "" ? null : word(text)];
  });
  overwrite(there, { ...Object.fromEntries(cells), provenance: provenance(from ?? provenanceOf(there)) });
}

/** A row, and where it is to be found again. */
export interface Row {
  row: Raw;
  where: Where;
}

const known = new WeakMap<Raw, Row>();

/** What is in a list and where; the same object for a row that has neither moved nor changed. */
export function rowsOf(doc: A.Doc<unknown>, map: Facts): Row[] {
  const all = (contentOf(doc)[map] ?? []) as Raw[];
  const found = Array.from(all, (row, at): Row => {
    const before = known.get(row);
    if (before?.where.map === map && (before.where.map !== "dates" || before.where.row?.at === at)) return before;
    const of: Row = { row, where: map === "dates" ? { map, row: rowAt(all, at) } : { map, code: words(row[FACTS[map].by]) ?? "" } };
    if (typeof row === "object") known.set(row, of);
    return of;
  });
  return found.filter(({ row }) => stands(map, row));
}

/** A date as a person decides on it. */
export interface Told {
  rule: string;
  kind: string;
  date: string;
  verified: boolean;
}

export const toldOf = (row: Raw): Told => ({ rule: words(row.rule) ?? "", kind: words(row.kind) ?? "", date: words(row.date) ?? "", verified: provenanceOf(row).verified });

/** All dates but that of one row; all of them of a document that is not open yet, in which no row is known. */
export const restOf = (doc: A.Doc<unknown>, object: string | undefined): Told[] =>
  rowsOf(doc, "dates").filter(({ row }) => object === undefined || objectOf(row) !== object).map(({ row }) => toldOf(row));

/** Whether the server keeps the constituencies from the public until this day: they become public when they are published (law 85/2015,
 * article 10; src/policy/public.rs). `today`: ISO 8601. */
export const keepsBack = ({ rule, kind, date, verified }: Told, today: string): boolean =>
  rule === "publish_na_constituencies" && kind === "actual" && verified && date > today;

/** Until when the constituencies are kept back and would be, if that is sooner once `next`, or nothing, stands in the place of `now`
 * beside the dates `rest`. `then`: undefined if nothing keeps them back any more. */
export function letsOut(now: Told, next: Told | undefined, rest: () => Told[], today: string): { until: string; then: string | undefined } | undefined {
  if (!keepsBack(now, today)) return undefined;
  const last = (all: Told[]) => all.filter((one) => keepsBack(one, today)).map((one) => one.date).sort().at(-1);
  const others = rest();
  const [until, then] = [last([...others, now])!, last(next ? [...others, next] : others)];
  return (then ?? "") < until ? { until, then } : undefined;
}

/** On which side of the law's limits a day lies outside them. `start`, `end`: days or instants; the end of `before` is not within. */
export function outside(day: string, { bound, start, end }: { bound: string; start: string | null; end: string | null }): "early" | "late" | undefined {
  if (!isDay(day)) return undefined;
  if (start && day < start.slice(0, 10)) return "early";
  const last = end?.slice(0, 10);
  return last && (day > last || (bound === "before" && day === last && end!.length === 10)) ? "late" : undefined;
}
