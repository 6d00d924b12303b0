// What a page could not write to IndexedDB as it went away: left where a page can write at once, and taken in when the office opens
// again. One entry a page, by account: nobody else's office reads it.
import { packed, unpacked } from "./text64.ts";

export interface Left {
  key: string;
  bytes: Uint8Array;
}

const prefix = (account: number) => `last words ${account} `;

export function leave(account: number, left: Left[]): void {
  if (left.length === 0) return;
  try {
    localStorage.setItem(prefix(account) + crypto.randomUUID(), JSON.stringify(left.map(({ key, bytes }) => ({ key, bytes: packed(bytes) }))));
  } catch {
    // A full disk: the page has asked the person to stay.
  }
}

/** Names of the entries that wait. */
export function names(account: number): string[] {
  return Object.keys(localStorage).filter((one) => one.startsWith(prefix(account)));
}

export function read(name: string): Left[] {
  const left = JSON.parse(localStorage.getItem(name) ?? "[]") as { key: string; bytes: string }[];
  return left.map(({ key, bytes }) => ({ key, bytes: unpacked(bytes) }));
}

export function forget(name: string): void {
  localStorage.removeItem(name);
}
