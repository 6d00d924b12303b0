// Unsent work as a file, to be brought in elsewhere by a USB stick: whole documents, checked to be what their keys say before
// anything of them is taken in.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { begin } from "../document/skeleton.ts";
import { whenReady } from "./engine.ts";
import { packed, unpacked } from "./text64.ts";
import type { Office } from "./office.ts";

const FORMAT = "niemyet-unsent-1";

interface File {
  format: string;
  election: string;
  body: string;
  documents: { key: string; bytes: string }[];
}

/** What waits to be sent, as a file. Whoever delivers it counts as its author from then on, so what is written here afterwards is by
 * another actor of Automerge's: the server would refuse it as written by somebody else. What was typed in the last seconds before
 * a network went away unnoticed may be by an actor that has sent before: a colleague is refused it then, and it stays here. */
export async function save(office: Office): Promise<Blob> {
  const documents = [];
  for (const key of Object.keys(office.waiting.value)) {
    const paper = await office.opened(key);
    const bytes = A.save(paper.begin().doc() as A.Doc<unknown>);
    office.carried(paper);
    documents.push({ key, bytes: packed(bytes) });
  }
  const file: File = { format: FORMAT, election: office.desk.value.election, body: office.desk.value.account.body, documents };
  return new Blob([JSON.stringify(file)], { type: "application/json" });
}

export type Brought = { taken: number } | { wrong: "not-ours" | "another-election" | "another-body" };

/** Takes a file in; merging it twice does no harm. */
export async function bring(office: Office, text: string): Promise<Brought> {
  await whenReady();
  let file: File;
  try {
    file = JSON.parse(text) as File;
    if (file.format !== FORMAT || !Array.isArray(file.documents)) return { wrong: "not-ours" };
  } catch {
    return { wrong: "not-ours" };
  }
  const { election, account } = office.desk.value;
  if (file.election !== election) return { wrong: "another-election" };
  if (file.body !== account.body) return { wrong: "another-body" };
  const checked: [string, Uint8Array][] = [];
  for (const { key, bytes } of file.documents) {
    try {
      const raw = unpacked(bytes);
      const [first] = A.getHeads(begin(election, key));
      // What does not begin as every device begins it is not this document.
      if (!office.writes(key) || !A.hasHeads(A.load(raw), [first!])) return { wrong: "not-ours" };
      checked.push([key, raw]);
    } catch {
      return { wrong: "not-ours" };
    }
  }
  for (const [key, raw] of checked) {
    (await office.opened(key)).merge(raw);
    office.wrote(key);
  }
  return { taken: checked.length };
}
