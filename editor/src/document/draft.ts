// Drafts of notices: what was typed on this device and is not written yet, beside what stands in the document meanwhile.
import { same, tidy, type Notice } from "./notice.ts";

/** What was typed, and what the notice was when the typing began; `over` is undefined of a new one. `written`: the document's heads
 * with it, once the person wrote it. */
export interface Draft {
  now: Notice;
  over: Notice | undefined;
  written?: string[];
}

export type Drafts = Readonly<Record<string, Draft>>;

/** An id that no other device chooses the same day: a day, and a tail of 40 random bits. */
export function freshId(day: string): string {
  const tail = crypto.getRandomValues(new Uint8Array(5));
  return `${day}-${Array.from(tail, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** An id that nobody else can have chosen. */
const OWN = /^\d{4}-\d\d-\d\d-[0-9a-f]{10}$/;

/** The drafts as they stand beside what is written: one that is in the document is done, whatever became of it there since, and a new
 * one whose id somebody else's notice has goes on under another. `has`: whether the document has these heads. The same object if
 * nothing is to be done. */
export function beside(drafts: Drafts, written: [string, Notice][], day: string, has: (heads: string[]) => boolean): Drafts {
  const next: Record<string, Draft> = {};
  let moved = false;
  for (const [id, draft] of Object.entries(drafts)) {
    const there = written.find(([known]) => known === id)?.[1];
    const done = (draft.written !== undefined && has(draft.written)) || wasWrittenElsewhere(draft, there);
    const taken = there !== undefined && draft.over === undefined && !OWN.test(id);
    moved ||= done || taken;
    if (!done) next[taken ? freshId(day) : id] = draft;
  }
  return moved ? next : drafts;
}

/** Whether the document has moved to what the draft says. Where it stands as the typing found it, spaces that were just typed are a
 * draft too. */
function wasWrittenElsewhere(draft: Draft, there: Notice | undefined): boolean {
  if (!there || (draft.over && same(draft.over, there))) return false;
  return same(tidy(there), tidy(draft.now));
}

/** Whether somebody took the notice back while it was being changed here. */
export const isGone = (draft: Draft | undefined, there: Notice | undefined): boolean => draft?.over !== undefined && there === undefined;

/** Whether somebody changed it meanwhile, or wrote it in another window. */
export const isOvertaken = (draft: Draft | undefined, there: Notice | undefined): boolean =>
  draft !== undefined && there !== undefined && (draft.over === undefined || !same(draft.over, there));
