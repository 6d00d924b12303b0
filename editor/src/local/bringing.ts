// Brings everything of an account onto the device, for the days without a network, and to the server what it lost by a restore.
import type { Desk } from "./desk.ts";
import type { Inventory } from "./inventory.ts";
import type { Ledger } from "./ledger.ts";
import type { Paper } from "./paper.ts";

type Documents = Desk["documents"];

export class Bringing {
  #isBusy = false;

  /** `papers`: those of this page; `paper`: one of them, made if it is not there yet; `mayLack`: the server may lack this document. */
  constructor(
    private readonly ledger: Ledger,
    private readonly inventory: Inventory,
    private readonly papers: ReadonlyMap<string, Paper>,
    private readonly paper: (key: string) => Paper,
    private readonly mayLack: (key: string) => void,
  ) {}

  /** Opens one after the other; what is here just as the server has it is left on the disk. */
  async all(documents: Documents): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    await this.#each(documents).finally(() => (this.#isBusy = false));
  }

  async #each(documents: Documents): Promise<void> {
    const places = new Map(documents.map(({ key, last }) => [key, last]));
    // What is here and not there may have been there once.
    for (const key of new Set([...places.keys(), ...this.inventory.keys])) {
      const last = places.get(key);
      if (this.papers.get(key)?.handle || (last !== undefined && this.inventory.has(key) && this.ledger.has(key, last))) continue;
      if (last === undefined) this.mayLack(key);
      await this.paper(key).load(true, true);
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** What the server had a while ago and is here whole needs no opening next time. */
  arrived(documents: Documents, storage: string | undefined): void {
    for (const { key, last } of documents) {
      if (this.papers.get(key)?.isInStep(storage)) this.ledger.arrived(key, last);
    }
  }

  /** A server that was restored from a backup may lack what it had: all that is here is brought to it again. */
  compareStores(before: Desk, now: Desk): void {
    if (before.store === undefined || before.store === now.store) return;
    this.ledger.forgetPlaces();
    for (const key of this.inventory.keys) this.mayLack(key);
    // Whoever brings to the new store first what was written here is its author there.
    for (const paper of this.papers.values()) paper.goOnAsAnother();
  }
}
