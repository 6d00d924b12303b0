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

/** The least replacements that lead from one text to another, last first: what stands between them is not touched. */
export function edits(old: string, next: string): [number, number, string][] {
  const whole = difference(old, next);
  if (!whole) return [];
  const [start, gone, b] = whole;
  const a = old.slice(start, start + gone);
  if (a.length * b.length > 4_000_000) return [whole];
  const width = b.length + 1;
  const longest = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const at = i * width + j;
      longest[at] = a[i] === b[j] ? longest[at + width + 1]! + 1 : Math.max(longest[at + width]!, longest[at + 1]!);
    }
  }
  const found: [number, number, string][] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    const [from, to] = [i, j];
    while ((i < a.length || j < b.length) && !(i < a.length && j < b.length && a[i] === b[j])) {
      if (j >= b.length || (i < a.length && longest[(i + 1) * width + j]! >= longest[i * width + j + 1]!)) i++;
      else j++;
    }
    if (i > from || j > to) found.unshift([start + from, i - from, b.slice(to, j)]);
    while (i < a.length && j < b.length && a[i] === b[j]) i++, j++;
  }
  return found;
}

const isHigh = (code: number) => code >= 0xd800 && code < 0xdc00;
const isLow = (code: number) => code >= 0xdc00 && code < 0xe000;

/** Makes the list at a path of a document that is being changed hold these paragraphs. */
export function setParagraphs(doc: A.Doc<unknown>, path: A.Prop[], next: string[]): void {
  const list = path.reduce<unknown>((at, name) => (at as Record<A.Prop, unknown>)[name], doc) as string[];
  const old = Array.from(list, String);
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

/** Positions of a longest common subsequence, ascending in both. */
function common(old: string[], next: string[]): [number, number][] {
  const width = next.length + 1;
  const longest = new Uint32Array((old.length + 1) * width);
  for (let i = old.length - 1; i >= 0; i--) {
    for (let j = next.length - 1; j >= 0; j--) {
      longest[i * width + j] =
        old[i] === next[j]
          ? longest[(i + 1) * width + j + 1]! + 1
          : Math.max(longest[(i + 1) * width + j]!, longest[i * width + j + 1]!);
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
