// What was written here, on its way to the disk and to the server. A document waits from its first change until the server's own heads
// cover it; what the server refuses goes on waiting, and is told.
import { signal } from "@preact/signals";
import { ask, isProblem } from "./desk.ts";
import { diskFault, type Disk } from "./disk.ts";
import type { Inventory } from "./inventory.ts";
import type { Paper } from "./paper.ts";
import type { Signs } from "./signs.ts";

export interface Refusal {
  code: string;
  vi: string;
  en: string;
}

/** What this needs of the office. */
export interface Means {
  paper(key: string): Paper;
  writes(key: string): boolean;
  isOnline(): boolean;
  /** The storage id of the server, once it was heard. */
  storage(): string | undefined;
  /** Puts a document on the disk. */
  flush(paper: Paper): Promise<void> | undefined;
}

export class Sending {
  readonly refused = signal<Record<string, Refusal>>({});
  /** Changes that are on their way to the disk. */
  readonly unsaved = signal(0);
  readonly lastSent = signal<number | undefined>(undefined);
  /** Documents that hold something else than before, which this window may not have written. */
  readonly #moved = new Set<string>();
  /** Documents that are taken away: nothing of them is kept or told any more. */
  readonly #gone = new Set<string>();

  constructor(
    private readonly disk: Disk,
    private readonly inventory: Inventory,
    private readonly signs: Signs,
    private readonly means: Means,
  ) {}

  /** Something was written into this document. */
  wrote(key: string): void {
    if (this.#gone.has(key)) return;
    this.inventory.wait(key);
    const paper = this.means.paper(key);
    this.look(paper);
    // Until it is on the disk no screen says "saved".
    this.unsaved.value++;
    const kept = paper.whenOpen().then(async () => {
      const { heads } = paper;
      await this.means.flush(paper);
      if (!diskFault.value) paper.kept = heads;
    });
    void kept.finally(() => this.unsaved.value--);
  }

  /** A document holds something else than before: the server may lack it. */
  moved(key: string): void {
    this.#moved.add(key);
  }

  /** Marks what is new here, and clears what the server has. */
  look(paper: Paper): void {
    if (!paper.handle) return;
    this.inventory.know(paper.key);
    const waits = this.inventory.waits(paper.key);
    const covered = paper.isCovered(this.means.storage());
    if (!covered && !waits && this.means.writes(paper.key)) this.#suspect(paper);
    if (covered) paper.arrived();
    if (!covered || !waits) return;
    void this.inventory.sent(paper.key);
    this.signs.arrived();
    this.lastSent.value = Date.now();
    void this.disk.set("sent", this.lastSent.value);
    this.forgive(paper.key);
  }

  /** What another window of this device wrote waits here too. While there is a connection it may just have come from the server. */
  #suspect(paper: Paper): void {
    if (!this.#moved.delete(paper.key)) return;
    const late = () => this.inventory.waits(paper.key) || paper.isCovered(this.means.storage()) || this.wrote(paper.key);
    if (this.means.isOnline()) setTimeout(late, 1_000);
    else late();
  }

  /** Asks of each document that waits whether the server has refused it. */
  async ask(): Promise<void> {
    for (const key of Object.keys(this.inventory.waiting.value)) {
      const answer = await ask<{ refusal: Refusal | null }>("GET", `/api/documents/${this.means.paper(key).id}/refusal`);
      if (answer === "offline" || isProblem(answer)) continue;
      const { refusal } = answer;
      this.signs.refused(key, refusal !== null);
      if (refusal && this.refused.value[key]?.code !== refusal.code && this.inventory.waits(key)) {
        this.refused.value = { ...this.refused.value, [key]: refusal };
      }
    }
  }

  /** What was refused of a document is none of it any more. */
  forgive(key: string): void {
    if (!(key in this.refused.value)) return;
    const { [key]: _, ...others } = this.refused.value;
    this.refused.value = others;
  }

  /** A document is being taken away. */
  letGo(key: string): void {
    this.#gone.add(key);
    this.inventory.hide(key);
  }
}
