// How many fields hold back what was typed: until it is written only this page has it, and no screen says "saved".
import { signal } from "@preact/signals";

const fields = new Set<object>();

export const holding = signal(0);

/** Says whether this field holds something back. */
export function holds(field: object, back: boolean): void {
  if (back) fields.add(field);
  else fields.delete(field);
  holding.value = fields.size;
}
