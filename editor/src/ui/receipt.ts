// The server's receipt of a hand-in: the witness of when it came, whatever the device's clock says.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { useEffect, useState } from "preact/hooks";
import { submissions } from "../document/read.ts";
import { ask, isProblem } from "../local/desk.ts";
import type { Paper } from "../local/paper.ts";
import { here } from "./state.ts";

export interface Receipt {
  change: string;
  account: number | null;
  author: boolean;
  at: number;
}

/** All receipts of a document; kept for the days without a network. */
export async function receiptsOf(paper: Paper): Promise<Receipt[]> {
  const answer = await ask<{ receipts: Receipt[] }>("GET", `/api/documents/${paper.id}/receipts`);
  const name = `receipts ${paper.key}`;
  if (answer === "offline" || isProblem(answer)) return (await here().disk.get<Receipt[]>(name)) ?? [];
  await here().disk.set(name, answer.receipts);
  return answer.receipts;
}

/** Hash of the change that made the last hand-in. */
export function lastHandIn(doc: A.Doc<unknown>): string | undefined {
  const heads = submissions(doc).at(-1)?.heads;
  if (!heads) return undefined;
  const after = A.getMissingDeps(doc, heads).length === 0 ? A.getChangesSince(doc, heads) : [];
  for (const bytes of after) {
    const change = A.decodeChange(bytes);
    if (heads.every((head) => change.deps.includes(head)) && change.message === "submit") return change.hash;
  }
  return undefined;
}

/** When the server took the last hand-in, by its own clock; undefined while it has not. */
export function useReceipt(paper: Paper): number | undefined {
  const [at, setAt] = useState<number | undefined>(undefined);
  const hash = paper.opened && lastHandIn(paper.opened);
  const waits = paper.key in here().waiting.value;
  const online = here().link.value;
  useEffect(() => {
    let current = true;
    setAt(undefined);
    if (!hash) return;
    const look = async () => {
      const found = (await receiptsOf(paper)).find((one) => one.change === hash);
      if (current && found) setAt(found.at);
    };
    void look();
    return () => void (current = false);
  }, [hash, waits, online]);
  return at;
}
