// Drafts of notices: what was typed on this device and is not written yet, beside what stands in the document meanwhile.
import { same, tidy, type Notice } from "./notice.ts";

/** What was typed, and what the notice was when the typing began; `over` is undefined of a new one. */
export interface Draft {
  now: Notice;
  over: Notice | undefined;
}

export type Drafts = Readonly<Record<string, Draft>>;

/** An id that no other device chooses the same day: a day, and a tail of 40 random bits. */
export function freshId(day: string): string {
  const tail = crypto.getRandomValues(new Uint8Array(5));
  return `${day}-${Array.from(tail, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The drafts as they stand beside what is written: one that was written whole is done, and a new one whose id somebody else's notice
 * has goes on under another. The same object if nothing is to be done. */
export function beside(drafts: Drafts, written: [string, Notice][], day: string): Drafts {
  const next: Record<string, Draft> = {};
  let moved = false;
  for (const [id, draft] of Object.entries(drafts)) {
    const there = written.find(([known]) => known === id)?.[1];
    const done = there !== undefined && same(tidy(there), tidy(draft.now));
    const taken = there !== undefined && draft.over === undefined;
    moved ||= done || taken;
    if (!done) next[taken ? freshId(day) : id] = draft;
  }
  return moved ? next : drafts;
}

/** Whether somebody took the notice back while it was being changed here. */
export const isGone = (draft: Draft | undefined, there: Notice | undefined): boolean => draft?.over !== undefined && there === undefined;

/** Whether somebody changed it meanwhile. */
export const isOvertaken = (draft: Draft | undefined, there: Notice | undefined): boolean =>
  draft?.over !== undefined && there !== undefined && !same(draft.over, there);
