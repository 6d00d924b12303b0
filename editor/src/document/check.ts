// Checks of a weekly report as one types (domain rules of its form): arithmetic that cannot be right, what is missing, and figures
// that fell since last week, which stop a hand-in unless it is said why.
import rules from "./checks.json" with { type: "json" };
import { FIELDS, find } from "./fields.ts";
import { contentOf, words, type Raw } from "./read.ts";
import type { Automerge as A } from "@automerge/automerge-repo/slim";

export interface Fault {
  field: string;
  kind: "exceeds" | "sum" | "fell" | "missing" | "empty";
  /** What it is held against: another field, or last week's value. */
  against: string;
  blocks: boolean;
}

/** The rules of the Rust side (src/document/report/check.rs), written out by its test. */
const { required, nil, at_most, sums, cumulative, note } = rules as unknown as {
  required: string[];
  nil: string;
  at_most: [string, string][];
  sums: [string, string, string][];
  cumulative: string[];
  note: string;
};

function sibling(id: string, name: string): string {
  return id.slice(0, id.lastIndexOf(".") + 1) + name;
}

export function check(doc: A.Doc<unknown>, before?: A.Doc<unknown>): Fault[] {
  const figures = (contentOf(doc).figures ?? {}) as Record<string, number>;
  const facts = (contentOf(doc).facts ?? {}) as Raw;
  const earlier = (before ? (contentOf(before).figures ?? {}) : {}) as Record<string, number>;
  const rows = Array.from((contentOf(doc).lists?.[note] ?? []) as Raw[]);
  const isExplained = rows.some((row) => Object.values(row).some((cell) => words(cell)?.trim()));
  const faults: Fault[] = [];
  for (const name of required) {
    if (facts[name] === undefined) faults.push({ field: name, kind: "missing", against: "", blocks: true });
  }
  if (isEmpty(contentOf(doc))) faults.push({ field: nil, kind: "empty", against: "", blocks: true });
  for (const [id, value] of Object.entries(figures)) {
    const pair = at_most.find(([part]) => id.endsWith(`.${part}`));
    const whole = pair && sibling(id, pair[1]);
    if (whole && find(whole) && figures[whole] !== undefined && value > figures[whole]) {
      faults.push({ field: id, kind: "exceeds", against: whole, blocks: true });
    }
    const last = earlier[id];
    if (cumulative.includes(id.slice(id.lastIndexOf(".") + 1)) && last !== undefined && value < last) {
      faults.push({ field: id, kind: "fell", against: String(last), blocks: !isExplained });
    }
  }
  for (const [one, other, sum] of sums) {
    const parts = figures[one] !== undefined && figures[other] !== undefined ? figures[one] + figures[other] : undefined;
    if (parts !== undefined && figures[sum] !== undefined && parts !== figures[sum]) {
      faults.push({ field: sum, kind: "sum", against: String(parts), blocks: true });
    }
  }
  const order = new Map(FIELDS.map((field, i) => [field.id, i]));
  return faults.sort((a, b) => (order.get(a.field) ?? 0) - (order.get(b.field) ?? 0));
}

/** Nothing outside the header, and nobody said that there is nothing. */
function isEmpty(content: Raw): boolean {
  const header = nil.slice(0, nil.indexOf(".") + 1);
  const parts = [...Object.values(content.texts ?? {}), ...Object.values(content.lists ?? {})] as { length: number }[];
  const written = Object.keys(content.figures ?? {}).length > 0 || Object.keys(content.facts ?? {}).some((id) => !id.startsWith(header)) || parts.some((one) => one.length > 0);
  return !written && String(content.facts?.[nil] ?? "") !== "true";
}
