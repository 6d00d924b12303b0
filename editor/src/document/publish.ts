// Writing the `publication` document inside a change, in the form that the server's rules admit: each decision one whole record.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { nfc, type Draft } from "./edit.ts";
import { contentOf, texts, type Raw } from "./read.ts";

const word = (text: string) => new A.ImmutableString(nfc(text));
const content = (doc: Draft) => (doc as Raw).content as Raw;

export interface Signed {
  by: string;
  at: string;
}

/** Shows a document as it stands at these heads. */
export function approve(doc: Draft, key: string, heads: string[], basis: string, { by, at }: Signed): void {
  content(doc).items[key] = { by: word(by), at: word(at), basis: word(basis), heads: [...heads].sort().map(word) };
  unhold(doc, key);
}

/** Shows it no longer. */
export function withdraw(doc: Draft, key: string): void {
  if (key in content(doc).items) delete content(doc).items[key];
}

/** Whether a document may be held back as it stands at these heads: of the election another version must be approved that the site
 * goes on with. Says the same as `Publication::may_hold`. */
export function mayHold(doc: unknown, key: string, heads: string[]): boolean {
  if (key !== "election") return true;
  const { items = {}, rules = {}, held = {} } = contentOf(doc as Draft);
  if (key in items) return !sameHeads(texts(items[key].heads), heads);
  return !(key in rules) || key in held;
}

export const sameHeads = (a: string[], b: string[]): boolean => [...a].sort().join() === [...b].sort().join();

/** Looked at as it stands at these heads, and not to be public. */
export function hold(doc: Draft, key: string, heads: string[], reason: string, { by, at }: Signed): void {
  content(doc).held ??= {};
  content(doc).held[key] = { by: word(by), at: word(at), reason: word(reason), heads: [...heads].sort().map(word) };
}

export function unhold(doc: Draft, key: string): void {
  const { held } = content(doc);
  if (held && key in held) delete held[key];
}

/** Shows all documents of a kind that is public by law as they stand. */
export function setRule(doc: Draft, kind: string, basis: string, { by, at }: Signed): void {
  content(doc).rules ??= {};
  content(doc).rules[kind] = { by: word(by), at: word(at), basis: word(basis) };
}

export function clearRule(doc: Draft, kind: string): void {
  const { rules } = content(doc);
  if (rules && kind in rules) delete rules[kind];
}
