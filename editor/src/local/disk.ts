// The device's storage: IndexedDB, one database per account, durability `strict`. What could not be written stays in memory and
// is tried again, so a full disk loses nothing while the tab lives, and `saved` tells the truth.
import { signal } from "@preact/signals";
import type { Chunk, StorageAdapterInterface, StorageKey } from "@automerge/automerge-repo/slim";
import { answered } from "./early.ts";

const RETRY = 4_000;
/** How the names begin under which texts are kept that no document takes yet. */
export const UNREAD = "unread ";
/** The same of drafts of notices. */
export const DRAFTS = "notice draft ";
/** The same of what was typed and came into no document. */
export const LEFT = "left over ";
/** How the names begin under which stands when such a text was written, followed by its own: windows write the same one. */
const WHEN = "when ";
/** Why the last write failed; undefined while all is well. */
export const diskFault = signal<string | undefined>(undefined);
/** Writes of what people typed that are not on the disk yet. */
export const writing = signal(0);

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error ?? new Error("aborted"));
  });
}

/** `gone`: what stands there is taken away. */
type Write = { store: "documents" | "meta"; key: IDBValidKey; value: unknown; gone?: boolean };

/** What can be made anew from documents or asked for again: it never stands in the way of what people typed, nor counts as unsaved. */
const AGAIN = /^(lines|places|seen|receipts)( |$)/;
const isKept = (write: Write): boolean => write.store === "documents" || !AGAIN.test(String(write.key));

const nameIn = (store: Write["store"], key: IDBValidKey | StorageKey): string => JSON.stringify([store, key]);

const isAside = ({ store, key }: Write): boolean => store === "meta" && [UNREAD, DRAFTS, LEFT].some((start) => String(key).startsWith(start));

/** What stood beside the documents at one moment. */
export class Kept {
  constructor(private readonly values: Map<string, unknown>) {}

  get<T>(key: string): T | undefined {
    return this.values.get(key) as T | undefined;
  }

  /** All whose keys begin so, by the rest of the key. */
  from<T>(start: string): Record<string, T> {
    const found = [...this.values].filter(([key]) => key.startsWith(start));
    return Object.fromEntries(found.map(([key, value]) => [key.slice(start.length), value as T]));
  }

  /** Those of the names under which something stands. */
  those(keys: string[]): string[] {
    return keys.filter((key) => this.values.has(key));
  }
}

export class Disk implements StorageAdapterInterface {
  #waiting = new Map<string, Write>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #busy: Promise<void> | undefined;

  /** Documents of which something was read. */
  readonly #loaded = new Set<string>();

  constructor(private readonly db: IDBDatabase) {}

  /** Values kept beside the documents. */
  get<T>(key: string): Promise<T | undefined> {
    return this.#read<T>("meta", key);
  }

  /** All of them, as they stand on the disk at one moment: what a start reads one by one takes it several times as long. */
  async kept(): Promise<Kept> {
    const store = this.db.transaction("meta").objectStore("meta");
    const keys = answered(store.getAllKeys());
    try {
      const values = await answered(store.getAll());
      return new Kept(new Map((await keys).map((key, i) => [String(key), values[i]])));
    } catch {
      return this.#readable((await keys).map(String));
    }
  }

  /** One by one, on a disk that cannot give all: without what can be made anew. */
  async #readable(keys: string[]): Promise<Kept> {
    const values = new Map<string, unknown>();
    for (const key of keys) {
      try {
        values.set(key, await this.#read("meta", key));
      } catch (error) {
        if (!AGAIN.test(key)) throw error;
      }
    }
    return new Kept(values);
  }

  /** All values whose keys begin so, by the rest of the key. */
  async getFrom<T>(start: string): Promise<Record<string, T>> {
    const store = this.db.transaction("meta").objectStore("meta");
    const range = IDBKeyRange.bound(start, `${start}\uffff`);
    const [keys, values] = await Promise.all([answered(store.getAllKeys(range)), answered(store.getAll(range))]);
    const found = keys.map((key, i): [string, T] => [String(key), values[i] as T]);
    const waiting = this.unwritten().map(({ name, value }): [string, T] => [name, value as T]);
    return Object.fromEntries([...found, ...waiting.filter(([key]) => key.startsWith(start))].map(([key, value]) => [key.slice(start.length), value]));
  }

  /** What people typed that no document takes yet, and that is not on the disk. */
  unwritten(): { name: string; value: unknown; at: number }[] {
    const all = [...this.#waiting.values()].filter(isAside);
    return all.map(({ key, value }) => ({ name: String(key), value, at: Number(this.#waits(WHEN + String(key))?.value) }));
  }

  /** When what people typed under a name was written, Unix milliseconds; 0 if nobody knows. */
  async writtenAt(name: string): Promise<number> {
    return Number(this.#waits(WHEN + name)?.value ?? (await this.get<number>(WHEN + name)) ?? 0);
  }

  /** `at`: when it was written, if that was not now. */
  set(key: string, value: unknown, at = Date.now()): Promise<void> {
    return this.#write({ store: "meta", key, value }, at);
  }

  /** Takes away what stands under a name. */
  drop(key: string): Promise<void> {
    return this.#write({ store: "meta", key, value: undefined, gone: true });
  }

  async load(key: StorageKey): Promise<Uint8Array | undefined> {
    const waiting = this.#waiting.get(nameIn("documents", key));
    if (waiting) return waiting.value as Uint8Array | undefined;
    return (await this.#read<{ binary: Uint8Array }>("documents", key))?.binary;
  }

  save(key: StorageKey, binary: Uint8Array): Promise<void> {
    return this.#write({ store: "documents", key, value: { key, binary } });
  }

  /** What is taken away goes after what was written before it, or not at all: a document that is written anew as a whole must be on
   * the disk before its parts leave it. */
  remove(key: StorageKey): Promise<void> {
    return this.#write({ store: "documents", key, value: undefined, gone: true });
  }

  async loadRange(prefix: StorageKey): Promise<Chunk[]> {
    const range = IDBKeyRange.bound(prefix, [...prefix, "\uffff"]);
    const rows = await answered(this.db.transaction("documents").objectStore("documents").getAll(range));
    if (rows.length > 0) this.#loaded.add(prefix[0]!);
    return rows.map((row: { key: string[]; binary: Uint8Array }) => ({ key: row.key, data: row.binary }));
  }

  /** Whether something stands there. */
  async has(prefix: StorageKey): Promise<boolean> {
    const range = IDBKeyRange.bound(prefix, [...prefix, "\uffff"]);
    return (await answered(this.db.transaction("documents").objectStore("documents").getKey(range))) !== undefined;
  }

  /** Whether something of it was read from the disk. */
  hasLoaded(id: string): boolean {
    return this.#loaded.has(id);
  }

  async removeRange(prefix: StorageKey): Promise<void> {
    for (const [name, write] of this.#waiting) {
      if (write.store === "documents" && prefix.every((part, i) => (write.key as StorageKey)[i] === part)) this.#waiting.delete(name);
    }
    const transaction = this.db.transaction("documents", "readwrite");
    transaction.objectStore("documents").delete(IDBKeyRange.bound(prefix, [...prefix, "\uffff"]));
    await done(transaction).catch(() => undefined);
  }

  /** Resolves once nothing waits to be written; false if the disk does not take it. */
  async settled(): Promise<boolean> {
    await this.#flush();
    return ![...this.#waiting.values()].some(isKept);
  }

  #read<T>(store: string, key: IDBValidKey): Promise<T | undefined> {
    return answered(this.db.transaction(store).objectStore(store).get(key) as IDBRequest<T | undefined>);
  }

  #waits(key: string): Write | undefined {
    return this.#waiting.get(nameIn("meta", key));
  }

  /** Resolves when it is on the disk; until then it is tried again and again. */
  async #write(write: Write, at = Date.now()): Promise<void> {
    const all = isAside(write) ? [{ ...write, key: WHEN + String(write.key), value: at }, write] : [write];
    for (const one of all) this.#waiting.set(nameIn(one.store, one.key), one);
    this.#count();
    await this.#flush();
  }

  /** Writes all that waits; also called by the person's "try again". */
  #flush(): Promise<void> {
    this.#busy ??= this.#once().finally(() => (this.#busy = undefined));
    return this.#busy.then(() => (!diskFault.value && [...this.#waiting.values()].some(isKept) ? this.#flush() : undefined));
  }

  #count(): void {
    writing.value = [...this.#waiting.values()].filter((one) => one.store === "documents" || String(one.key).startsWith("waiting ") || isAside(one)).length;
  }

  async #once(): Promise<void> {
    clearTimeout(this.#timer);
    const all = [...this.#waiting];
    const kept = all.filter(([, write]) => isKept(write));
    diskFault.value = (await this.#put(kept, "strict")) ?? undefined;
    // A disk too full for these as well is no loss: they are tried with what comes next.
    if (!diskFault.value) await this.#put(all.filter(([, write]) => !isKept(write)), "relaxed");
    if (this.#waiting.size > 0) this.#timer = setTimeout(() => void this.#flush(), RETRY);
    this.#count();
  }

  /** Writes these in one transaction; gives what went wrong. */
  async #put(batch: [string, Write][], durability: IDBTransactionDurability): Promise<string | undefined> {
    if (batch.length === 0) return undefined;
    try {
      const transaction = this.db.transaction(["documents", "meta"], "readwrite", { durability });
      for (const [, { store, key, value, gone }] of batch) {
        if (gone) transaction.objectStore(store).delete(key);
        else transaction.objectStore(store).put(value, key);
      }
      await done(transaction);
      for (const [name, write] of batch) if (this.#waiting.get(name) === write) this.#waiting.delete(name);
      return undefined;
    } catch (error) {
      return String((error as Error)?.name ?? error);
    }
  }
}
