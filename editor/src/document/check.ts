// Checks of a weekly report as one types (domain rules of its form): arithmetic that cannot be right, and figures that fell
// since last week without a word. None of them stops a hand-in but the first kind.
import { FIELDS, find } from "./fields.ts";
import { contentOf, type Raw } from "./read.ts";
import type { Automerge as A } from "@automerge/automerge-repo/slim";

export interface Fault {
  field: string;
  kind: "exceeds" | "sum" | "fell" | "missing";
  /** What it is held against: another field, or last week's value. */
  against: string;
  blocks: boolean;
}

/** Pairs of which the first must not exceed the second, by the last part of their ids. */
const AT_MOST: [string, string][] = [
  ["ec_established", "ec_planned"],
  ["units_done", "units_due"],
  ["valid", "received"],
  ["women", "received"],
  ["ethnic_minority", "received"],
  ["under_40", "received"],
  ["non_party", "received"],
  ["re_elected", "received"],
  ["self_nominated", "received"],
  ["lists_posted", "lists_due"],
  ["list_complaints_resolved", "list_complaints_received"],
  ["seals_delivered", "seals_needed"],
  ["budget_disbursed", "budget_approved"],
];

/** Figures that only grow from week to week. */
const CUMULATIVE = /\.(ec_established|units_done|dossiers_issued|received|lists_posted|training_classes|trainees|budget_disbursed|seals_delivered)$/;

function sibling(id: string, name: string): string {
  return id.slice(0, id.lastIndexOf(".") + 1) + name;
}

export function check(doc: A.Doc<unknown>, before?: A.Doc<unknown>): Fault[] {
  const figures = (contentOf(doc).figures ?? {}) as Record<string, number>;
  const facts = (contentOf(doc).facts ?? {}) as Raw;
  const earlier = (before ? (contentOf(before).figures ?? {}) : {}) as Record<string, number>;
  const faults: Fault[] = [];
  for (const name of ["header.period_start", "header.period_end"]) {
    if (facts[name] === undefined) faults.push({ field: name, kind: "missing", against: "", blocks: true });
  }
  for (const [id, value] of Object.entries(figures)) {
    const pair = AT_MOST.find(([part]) => id.endsWith(`.${part}`));
    const whole = pair && sibling(id, pair[1]);
    if (whole && find(whole) && figures[whole] !== undefined && value > figures[whole]) {
      faults.push({ field: id, kind: "exceeds", against: whole, blocks: true });
    }
    const last = earlier[id];
    if (CUMULATIVE.test(id) && last !== undefined && value < last) {
      faults.push({ field: id, kind: "fell", against: String(last), blocks: false });
    }
  }
  const { "voters.male": male, "voters.female": female, "voters.voters_total": total } = figures;
  if (male !== undefined && female !== undefined && total !== undefined && male + female !== total) {
    faults.push({ field: "voters.voters_total", kind: "sum", against: String(male + female), blocks: true });
  }
  const order = new Map(FIELDS.map((field, i) => [field.id, i]));
  return faults.sort((a, b) => (order.get(a.field) ?? 0) - (order.get(b.field) ?? 0));
}
