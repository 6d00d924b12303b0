// What this device holds: which documents, and which of them have changes that the server does not have. A record each in the
// device's storage, so that no window writes over what another noted, and told to the other windows, so that each shows all of it.
import { signal } from "@preact/signals";
import type { Disk, Kept } from "./disk.ts";

const WAITS = "waiting ";
const HAS = "local ";
/** What older programs kept, one value for all documents; an old window may still write them. */
const FORMER = ["waiting", "local"] as const;

/** `since`: undefined if the server has it all. `apart`: it was saved to a file that a colleague may deliver. */
interface Word {
  key: string;
  since: number | undefined;
  apart?: true;
}

export class Inventory {
  /** Keys of documents with changes that the server does not have → since when (Unix ms of this device). */
  readonly waiting = signal<Record<string, number>>({});
  readonly #local = new Set<string>();
  #channel: BroadcastChannel | undefined;
  /** What was heard before this window knew what it holds. */
  #early: Word[] | undefined = [];

  /** `isUnsent`: whether this window has something in a document that the server lacks. */
  constructor(
    private readonly disk: Pick<Disk, "set" | "drop">,
    account: number,
    private readonly isUnsent: (key: string) => boolean,
    private readonly moved: () => void,
    private readonly carried: (key: string) => void,
  ) {
    this.#channel = new BroadcastChannel(`niemyet-${account}-inventory`);
    this.#channel.onmessage = ({ data }) => (this.#early ? this.#early.push(data as Word) : this.#hear(data as Word));
  }

  load(kept: Kept): void {
    this.waiting.value = kept.from(WAITS);
    for (const key of Object.keys(kept.from(HAS))) this.#local.add(key);
    const [oldWaiting, oldLocal] = FORMER;
    for (const [key, since] of Object.entries(kept.get<Record<string, number>>(oldWaiting) ?? {})) void this.wait(key, since);
    for (const key of kept.get<string[]>(oldLocal) ?? []) this.know(key);
    for (const name of kept.those([...FORMER])) void this.disk.drop(name);
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const word of early) this.#hear(word);
  }

  has(key: string): boolean {
    return this.#local.has(key);
  }

  get keys(): string[] {
    return [...this.#local];
  }

  waits(key: string): boolean {
    return key in this.waiting.value;
  }

  /** This device has it. */
  know(key: string): void {
    if (this.#local.has(key)) return;
    this.#local.add(key);
    void this.disk.set(HAS + key, true);
  }

  /** Something of it waits to be sent, from now on at the latest. */
  wait(key: string, since = Date.now()): void {
    if (this.waits(key)) return;
    this.waiting.value = { ...this.waiting.value, [key]: since };
    // Other windows say of it that it is saved.
    void this.disk.set(WAITS + key, since).then(() => this.waits(key) && this.#tell({ key, since }));
    this.moved();
  }

  /** The server has all of it. */
  async sent(key: string): Promise<void> {
    if (!this.waits(key)) return;
    this.hide(key);
    await this.disk.drop(WAITS + key);
    // What another window writes down again goes after this; what this one wrote meanwhile waits again.
    if (!this.waits(key)) this.#tell({ key, since: undefined });
  }

  /** A file holds it, which a colleague may deliver. */
  carry(key: string): void {
    this.#tell({ key, since: this.waiting.value[key], apart: true });
  }

  /** It counts no more in this window. */
  hide(key: string): void {
    const { [key]: _, ...rest } = this.waiting.value;
    this.waiting.value = rest;
    this.moved();
  }

  /** Nothing of it is here any more. */
  async forget(key: string): Promise<void> {
    this.hide(key);
    this.#local.delete(key);
    await Promise.all([this.disk.drop(WAITS + key), this.disk.drop(HAS + key)]);
    this.#tell({ key, since: undefined });
  }

  /** Hears and tells other windows no more. */
  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  #tell(word: Word): void {
    this.#channel?.postMessage(word);
  }

  #hear({ key, since, apart }: Word): void {
    if (apart) this.carried(key);
    if (since !== undefined) {
      this.#local.add(key);
      if (!this.waits(key)) this.waiting.value = { ...this.waiting.value, [key]: since };
    } else if (this.waits(key) && this.isUnsent(key)) {
      const own = this.waiting.value[key];
      void this.disk.set(WAITS + key, own);
      this.#tell({ key, since: own });
    } else this.hide(key);
    this.moved();
  }
}
