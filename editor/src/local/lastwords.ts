// What a page could not write to IndexedDB as it went away: left where a page can write at once, and taken in when the office opens
// again. One entry a page, by account: nobody else's office reads it.
import { packed, unpacked } from "./text64.ts";

export interface Left {
  key: string;
  bytes: Uint8Array;
}

/** A value that is kept beside the documents: a draft, or what was typed and is no figure. `at`: when it was written, Unix
 * milliseconds; older versions did not say. */
export interface Aside {
  name: string;
  value: unknown;
  at?: number;
}

const prefix = (account: number) => `last words ${account} `;

interface Entry {
  /** When it was left, Unix milliseconds. */
  at: number;
  documents: { key: string; bytes: string }[];
  asides: Aside[];
}

/** Names of the entries of an account that wait, oldest first. */
export function names(account: number): string[] {
  const all = Object.keys(localStorage).filter((one) => one.startsWith(prefix(account)));
  return all.sort((a, b) => entry(a).at - entry(b).at);
}

function entry(name: string): Entry {
  const all = JSON.parse(localStorage.getItem(name) ?? "[]");
  // Older versions left documents alone, and no time.
  return { at: 0, asides: [], ...(Array.isArray(all) ? { documents: all } : all) };
}

/** False if there is no room. */
function put(name: string, entry: Entry): boolean {
  try {
    localStorage.setItem(name, JSON.stringify(entry));
    return true;
  } catch {
    // A full disk: the page has asked the person to stay.
    return false;
  }
}

/** What earlier pages left, until it is on the disk or this page leaves it anew: each is taken in once, so that nothing old comes
 * back over what was typed since. */
export class LastWords {
  /** Entries whose documents this page has not taken in yet. */
  readonly #waiting = new Set<string>();
  readonly #heard = new Set<string>();

  constructor(private readonly account: number) {}

  /** Takes in what was left beside the documents, unless `writtenAt` says of it that another window has written it anew since. */
  async takeAsides(take: (aside: Required<Aside>) => void, writtenAt: (name: string) => Promise<number>): Promise<void> {
    for (const name of names(this.account)) {
      const { at, asides } = entry(name);
      for (const aside of asides) {
        const left = { at, ...aside };
        if (left.at > (await writtenAt(aside.name))) take(left);
      }
      this.#waiting.add(name);
    }
  }

  /** Takes in the documents, and forgets all once `settled` says that it is on the disk. */
  async takeDocuments(take: (left: Left) => Promise<void>, settled: () => Promise<void>): Promise<void> {
    for (const name of [...this.#waiting]) {
      try {
        for (const { key, bytes } of entry(name).documents) await take({ key, bytes: unpacked(bytes) });
      } catch {
        // It stays for another time, and in nobody's way.
        continue;
      }
      this.#waiting.delete(name);
      this.#heard.add(name);
    }
    await settled();
    for (const name of this.#heard) localStorage.removeItem(name);
    this.#heard.clear();
  }

  /** This page's own: what it has and the disk has not. */
  leave(left: Left[], asides: Aside[]): void {
    const documents = left.map(({ key, bytes }) => ({ key, bytes: packed(bytes) }));
    const own = { at: Date.now(), documents, asides };
    if (left.length + asides.length > 0 && !put(prefix(this.account) + crypto.randomUUID(), own)) return;
    // What this page took in is on the disk, or among what it just left.
    for (const name of this.#heard) localStorage.removeItem(name);
    for (const name of this.#waiting) {
      const one = entry(name);
      if (one.documents.length === 0) localStorage.removeItem(name);
      else put(name, { ...one, asides: [] });
    }
  }
}
