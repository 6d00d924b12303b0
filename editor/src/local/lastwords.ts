// What a page could not write to IndexedDB as it went away: left where a page can write at once, and taken in when the office opens
// again. One entry a page, by account: nobody else's office reads it.
import { packed, unpacked } from "./text64.ts";

export interface Left {
  key: string;
  bytes: Uint8Array;
}

/** A value that is kept beside the documents: a draft, or what was typed and is no figure. */
export interface Aside {
  name: string;
  value: unknown;
}

const prefix = (account: number) => `last words ${account} `;

export function leave(account: number, left: Left[], asides: Aside[]): void {
  if (left.length + asides.length === 0) return;
  try {
    const documents = left.map(({ key, bytes }) => ({ key, bytes: packed(bytes) }));
    localStorage.setItem(prefix(account) + crypto.randomUUID(), JSON.stringify({ documents, asides }));
  } catch {
    // A full disk: the page has asked the person to stay.
  }
}

/** Names of the entries that wait. */
export function names(account: number): string[] {
  return Object.keys(localStorage).filter((one) => one.startsWith(prefix(account)));
}

export function read(name: string): { left: Left[]; asides: Aside[] } {
  const all = JSON.parse(localStorage.getItem(name) ?? "[]");
  // Older versions left documents alone.
  const { documents, asides } = (Array.isArray(all) ? { documents: all, asides: [] } : all) as { documents: { key: string; bytes: string }[]; asides: Aside[] };
  return { left: documents.map(({ key, bytes }) => ({ key, bytes: unpacked(bytes) })), asides };
}

export function forget(name: string): void {
  localStorage.removeItem(name);
}
