// The server's receipt of a hand-in: the witness of when it came, whatever the device's clock says.
import { useEffect, useState } from "preact/hooks";
import { idOf } from "../document/key.ts";
import { ask, isProblem } from "../local/desk.ts";
import { allPages, type Page } from "./pages.ts";
import { here } from "./state.ts";

export interface Receipt {
  change: string;
  place: number;
  /** Who delivered it, and whether they wrote it: what was brought again after a restore others may have written. */
  account: number | null;
  author: boolean;
  at: number;
}

/** All receipts of a document; kept for the days without a network. */
export async function receiptsOf(key: string): Promise<Receipt[]> {
  const { desk, disk } = here();
  const path = `/api/documents/${idOf(desk.value.election, key)}/receipts`;
  const all = await allPages<Receipt>(async (after) => {
    const answer = await ask<Page<Receipt>>("GET", `${path}?after=${after}`);
    return answer === "offline" || isProblem(answer) ? undefined : answer;
  });
  const name = `receipts ${key}`;
  if (!all) return (await disk.get<Receipt[]>(name)) ?? [];
  await disk.set(name, all);
  return all;
}

/** When the server took the last hand-in, by its own clock; undefined while it has not. */
export function useReceipt(key: string): number | undefined {
  const [at, setAt] = useState<number | undefined>(undefined);
  const hash = here().glance(key)?.handIn;
  const waits = key in here().waiting.value;
  const online = here().link.value;
  useEffect(() => {
    let current = true;
    setAt(undefined);
    if (!hash) return;
    const look = async () => {
      const found = (await receiptsOf(key)).find((one) => one.change === hash);
      if (current && found) setAt(found.at);
    };
    void look();
    return () => void (current = false);
  }, [key, hash, waits, online]);
  return at;
}
