// What the server gives in parts.

export interface Page<T> {
  receipts: T[];
  /** Whether there is more after these. */
  more: boolean;
}

/** All of it, in order; undefined if a part did not come. */
export async function allPages<T extends { place: number }>(page: (after: number) => Promise<Page<T> | undefined>): Promise<T[] | undefined> {
  const all: T[] = [];
  for (;;) {
    const next = await page(all.at(-1)?.place ?? 0);
    if (!next) return undefined;
    all.push(...next.receipts);
    if (!next.more || next.receipts.length === 0) return all;
  }
}
