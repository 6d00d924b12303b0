// The server's receipt of a hand-in: the witness of when it came, whatever the device's clock says.
import { useEffect, useState } from "preact/hooks";
import { idOf } from "../document/key.ts";
import { ask, isProblem } from "../local/desk.ts";
import { here } from "./state.ts";

export interface Receipt {
  change: string;
  account: number | null;
  author: boolean;
  at: number;
}

/** All receipts of a document; kept for the days without a network. */
export async function receiptsOf(key: string): Promise<Receipt[]> {
  const answer = await ask<{ receipts: Receipt[] }>("GET", `/api/documents/${idOf(here().desk.value.election, key)}/receipts`);
  const name = `receipts ${key}`;
  if (answer === "offline" || isProblem(answer)) return (await here().disk.get<Receipt[]>(name)) ?? [];
  await here().disk.set(name, answer.receipts);
  return answer.receipts;
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
