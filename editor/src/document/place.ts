// Where something stands in a document. A row of a list is known by its object, whatever comes and goes before it; in a document that
// is not open yet, a plain value, by its place alone.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { rewrite, setParagraphs } from "./text.ts";

/** The path of a place now; undefined once it is taken away. */
export type Find = (doc: A.Doc<unknown>) => A.Prop[] | undefined;

export interface RowAt {
  at: number;
  object?: string | undefined;
}

/** The object that a part of an open document is. */
export function objectOf(part: unknown): string | undefined {
  return typeof part === "object" && part !== null ? (A.getObjectId(part as A.Doc<unknown>) ?? undefined) || undefined : undefined;
}

export function rowAt(list: unknown, at: number): RowAt {
  return { at, object: objectOf((list as unknown[])[at]) };
}

/** The same of a row that was seen at these heads, before the document was open. */
export function seenRow(opened: A.Doc<unknown> | undefined, heads: string[], list: A.Prop[], row: RowAt): RowAt {
  if (row.object !== undefined || !opened || heads.length === 0 || !A.hasHeads(opened, heads as A.Heads)) return row;
  return rowAt(list.reduce<any>((at, part) => at?.[part], A.view(opened, heads as A.Heads)) ?? [], row.at);
}

/** Where a row stands in this list now; undefined once it is taken away. */
export function placeOf(list: unknown, { at, object }: RowAt): number | undefined {
  const rows = list as ArrayLike<unknown>;
  // Mostly where it stood.
  if (object === undefined || objectOf(rows[at]) === object) return at < rows.length ? at : undefined;
  const found = Array.from(rows).findIndex((row) => objectOf(row) === object);
  return found < 0 ? undefined : found;
}

/** A part of a row, whatever becomes of the others. */
export function inList(list: A.Prop[], row: RowAt, name: string): Find {
  return (doc) => {
    const at = placeOf(list.reduce<any>((at, part) => at?.[part], doc) ?? [], row);
    return at === undefined ? undefined : [...list, at, name];
  };
}

let made = 0;

/** What rows are called on the screen. `known`: what it calls them. Who stands in a row while the document is opened stays there. */
export function keysOf(known: Map<string, string>, rows: unknown[]): string[] {
  const isOpening = [...known.keys()].every((name) => name.startsWith("at "));
  return rows.map((row, at) => {
    const name = objectOf(row) ?? `at ${at}`;
    const key = known.get(name) ?? (isOpening ? known.get(`at ${at}`) : undefined) ?? `row ${made++}`;
    known.set(name, key);
    return key;
  });
}

/** The text at a path: a text, or paragraphs, one a line. */
export function textAt(doc: A.Doc<unknown>, path: A.Prop[] | undefined): string {
  const there = path?.reduce<any>((at, name) => at?.[name], doc);
  return Array.isArray(there) ? Array.from(there, String).join("\n") : String(there ?? "");
}

/** Gives the text at a path another wording. `old`: what it is. */
export function putText(doc: A.Doc<unknown>, path: A.Prop[], next: string, old: string): void {
  const name = path.at(-1)!;
  const parent = path.slice(0, -1).reduce<any>((at, part) => at?.[part], doc);
  // Somebody took it away.
  if (!parent) return;
  const paragraphs = (text: string) => (text === "" ? [] : text.split("\n"));
  if (Array.isArray(parent[name])) setParagraphs(doc, path, paragraphs(next), paragraphs(old));
  else if (typeof parent[name] === "string") rewrite(doc, path, old, next);
  else parent[name] = next;
}
