// Whether a document can be shown on this device. A blank form in its place would say that nothing was written.
import type { PaperState } from "../local/paper.ts";

/** `none`: nobody has begun it, and it is not for this person to begin. */
export type Lack = "none" | "unavailable" | "opening";

/** Why it cannot be shown; undefined if it can. */
export function lacking(state: PaperState, { own, known, begun }: { own: boolean; known: boolean; begun: boolean }): Lack | undefined {
  if (!own && !known) return "none";
  if (state === "unavailable") return "unavailable";
  return state === "loading" || (!own && !begun) ? "opening" : undefined;
}
