// How many fields hold what was typed and is not written into a document yet: until then only this page has it, and no screen says "saved".
import { signal } from "@preact/signals";

const fields = new Set<object>();

export const unwritten = signal(0);

/** Says whether this field holds something back. */
export function holdsBack(field: object, back: boolean): void {
  if (back) fields.add(field);
  else fields.delete(field);
  unwritten.value = fields.size;
}
