// Long texts: lists of paragraphs, each an Automerge text. A changed paragraph is written as one replacement between its common
// beginning and end, unchanged paragraphs are not touched (as src/document/text.rs does), so two people who replace the same
// phrase do not get it letter by letter.
import { Automerge as A } from "@automerge/automerge-repo/slim";

/** The replacement that leads from one text to another: [where, how much goes, what comes]; never inside a surrogate pair. */
export function difference(old: string, next: string): [number, number, string] | undefined {
  if (old === next) return undefined;
  let head = 0;
  const least = Math.min(old.length, next.length);
  while (head < least && old[head] === next[head]) head++;
  if (head > 0 && isHigh(old.charCodeAt(head - 1))) head--;
  let tail = 0;
  while (tail < least - head && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail++;
  if (tail > 0 && isLow(old.charCodeAt(old.length - tail))) tail--;
  return [head, old.length - head - tail, next.slice(head, next.length - tail)];
}

/** Replacements that lead from one text to another, last first: what stands between them is not touched. Paragraphs are held against
 * each other first, then letters within those that differ. */
export function edits(old: string, next: string): [number, number, string][] {
  const whole = difference(old, next);
  if (!whole) return [];
  const [start, gone, b] = whole;
  const [left, right] = [lines(old.slice(start, start + gone)), lines(b)];
  const found: [number, number, string][] = [];
  let [at, i, j] = [start, 0, 0];
  for (const [oldEnd, newEnd] of [...common(left, right), [left.length, right.length] as [number, number]]) {
    const [a, c] = [left.slice(i, oldEnd).join(""), right.slice(j, newEnd).join("")];
    found.unshift(...letters(a, c).map(([from, less, comes]) => [at + from, less, comes] as [number, number, string]));
    at += a.length + (left[oldEnd]?.length ?? 0);
    [i, j] = [oldEnd + 1, newEnd + 1];
  }
  return found;
}

/** Paragraphs, each with the end of its line. */
function lines(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

/** How many pairs of letters, or of paragraphs, are held against each other before a text is replaced as a whole. */
const MOST_LETTERS = 250_000;
const MOST_PARAGRAPHS = 1_000_000;

/** The same letter by letter. */
function letters(old: string, next: string): [number, number, string][] {
  const whole = difference(old, next);
  if (!whole) return [];
  const [start, gone, b] = whole;
  const a = old.slice(start, start + gone);
  if (a.length * b.length > MOST_LETTERS) return [whole];
  const kept: [number, number][] = [...common(units(a), units(b)), [a.length, b.length]];
  const found: [number, number, string][] = [];
  let [i, j] = [0, 0];
  for (const [oldEnd, newEnd] of kept) {
    if (oldEnd > i || newEnd > j) found.unshift([start + i, oldEnd - i, b.slice(j, newEnd)]);
    [i, j] = [oldEnd + 1, newEnd + 1];
  }
  return found;
}

/** Code units, as positions of a text count them. */
function units(text: string): string[] {
  return text.split("");
}

const isHigh = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number) => code >= 0xdc00 && code < 0xe000;

/** Makes the list at a path of a document that is being changed hold these paragraphs. `old`: what it holds, if that is known: to read
 * it from a document that is being changed takes long. */
export function setParagraphs(doc: A.Doc<unknown>, path: A.Prop[], next: string[], old?: string[]): void {
  const list = path.reduce<unknown>((at, name) => (at as Record<A.Prop, unknown>)[name], doc) as string[];
  old ??= Array.from(list, String);
  const kept = [...common(old, next), [old.length, next.length] as [number, number]];
  for (let i = kept.length - 1; i >= 0; i--) {
    const [oldEnd, newEnd] = kept[i]!;
    const [oldStart, newStart] = i === 0 ? [0, 0] : [kept[i - 1]![0] + 1, kept[i - 1]![1] + 1];
    const both = Math.min(oldEnd - oldStart, newEnd - newStart);
    if (oldEnd - oldStart > both) list.splice(oldStart + both, oldEnd - oldStart - both);
    for (let j = both; j < newEnd - newStart; j++) list.splice(oldStart + j, 0, next[newStart + j]!);
    for (let j = 0; j < both; j++) rewrite(doc, [...path, oldStart + j], old[oldStart + j]!, next[newStart + j]!);
  }
}

/** Gives an Automerge text another wording with one replacement. */
export function rewrite(doc: A.Doc<unknown>, path: A.Prop[], old: string, next: string): void {
  const change = difference(old, next);
  if (change) A.splice(doc, path, ...change);
}

/** Positions of a longest common subsequence, ascending in both. What is equal at the beginning and at the end is not searched. */
function common(old: string[], next: string[]): [number, number][] {
  const least = Math.min(old.length, next.length);
  let [head, tail] = [0, 0];
  while (head < least && old[head] === next[head]) head++;
  while (tail < least - head && old[old.length - 1 - tail] === next[next.length - 1 - tail]) tail++;
  const both = (count: number, i: number, j: number): [number, number][] => Array.from({ length: count }, (_, n) => [i + n, j + n]);
  const middle = between(old.slice(head, old.length - tail), next.slice(head, next.length - tail));
  return [...both(head, 0, 0), ...middle.map(([i, j]) => [i + head, j + head] as [number, number]), ...both(tail, old.length - tail, next.length - tail)];
}

function between(old: string[], next: string[]): [number, number][] {
  if (old.length === 0 || next.length === 0 || old.length * next.length > MOST_PARAGRAPHS) return [];
  const width = next.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = next.length - 1; j >= 0; j--) {
      const at = i * width + j;
      longest[at] = old[i] === next[j] ? longest[at + width + 1]! + 1 : Math.max(longest[at + width]!, longest[at + 1]!);
    }
  }
  const pairs: [number, number][] = [];
  for (let i = 0, j = 0; i < old.length && j < next.length; ) {
    if (old[i] === next[j]) pairs.push([i++, j++]);
    else if (longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!) i++;
    else j++;
  }
  return pairs;
}
