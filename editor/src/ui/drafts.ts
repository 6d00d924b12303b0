// Drafts of notices, kept on this device: in memory while the tab lives, whatever the disk takes, and on the disk from the first letter.
import { computed, signal } from "@preact/signals";
import type { Draft, Drafts } from "../document/draft.ts";
import { DRAFTS } from "../local/disk.ts";
import { here } from "./state.ts";
import { unreads } from "./unread.ts";

const AGAIN = 3_000;

/** By the id of their notice. */
export const drafts = signal<Drafts>({});

/** Corrections of the election that are open, and not written. */
export const corrections = computed(() => Object.keys(unreads.texts.value).filter((name) => name.startsWith("election#")).length);

export async function loadDrafts(): Promise<void> {
  const kept = await here().disk.getFrom<Draft | undefined>(DRAFTS);
  const those = Object.entries(kept).filter((one): one is [string, Draft] => one[1] !== undefined);
  drafts.value = { ...Object.fromEntries(those), ...drafts.value };
}

export function keepDraft(id: string, draft: Draft | undefined): void {
  const { [id]: _, ...others } = drafts.value;
  // Who types in one of several stays where they are.
  drafts.value = draft ? { ...drafts.value, [id]: draft } : others;
  void here().disk.set(DRAFTS + id, draft);
}

/** Puts these in the place of all; a draft is on the disk under its new id before it leaves the old one. */
export function replaceDrafts(next: Drafts): void {
  const before = drafts.value;
  for (const id of Object.keys(next)) if (next[id] !== before[id]) keepDraft(id, next[id]);
  for (const id of Object.keys(before)) if (!(id in next)) keepDraft(id, undefined);
}

/** The draft was written into its document, which has these heads now: it is shown no more, and leaves the disk once the document is
 * there. A page that opens before that knows it by the heads. */
export async function draftWritten(id: string, heads: string[]): Promise<void> {
  const office = here();
  const { [id]: draft, ...others } = drafts.value;
  drafts.value = others;
  void office.disk.set(DRAFTS + id, draft && { ...draft, written: heads });
  while (!(await office.settled())) await new Promise((resolve) => setTimeout(resolve, AGAIN));
  if (!(id in drafts.value)) void office.disk.set(DRAFTS + id, undefined);
}
