// Stands in the first file of the program where the sources import automerge-repo (build.mjs puts it there): the same names, which hold
// the real ones once the second file has come.
import type * as Engine from "../engine.ts";

/** Until then nothing is part of an open document. */
export let Automerge = { getObjectId: () => null } as unknown as typeof Engine.Automerge;
export let decodeHeads: typeof Engine.decodeHeads;

export function arrived(engine: typeof Engine): void {
  ({ Automerge, decodeHeads } = engine);
}
