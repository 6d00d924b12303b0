// Where reports stand: by their documents where those are open anyway, in lists by the ledger, which opens none.
import { handedIn, submissions, verdictOn, type HandIn } from "../document/read.ts";
import { statusOf, type Status } from "../document/status.ts";
import { here } from "./state.ts";

/** Where a body's report of a round stands. */
export function reportStatus(body: string, due: string): Status {
  const office = here();
  const doc = office.paper(`report/${body}/${due}`).doc;
  return statusOf(handedIn(doc), submissions(doc), verdictOn(office.paper(`review/${due}`).doc, body));
}

/** A report as it counts: what was handed in, once it was; a draft as it stands. `moved`: fields that moved since the hand-in. */
export function reportShown(body: string, due: string): HandIn {
  const paper = here().paper(`report/${body}/${due}`);
  return reportStatus(body, due) === "draft" ? { doc: paper.doc, moved: [] } : paper.handIn;
}

/** Whether anybody has written into it. */
export function isBegun(body: string, due: string): boolean {
  return here().paper(`report/${body}/${due}`).isBegun;
}

/** The same as a list has it: the status, and whether there is a document at all. */
export function glanceAt(body: string, due: string): { status: Status; isBegun: boolean; wasHandedIn: boolean } {
  const office = here();
  const key = `report/${body}/${due}`;
  const line = office.glance(key);
  const status = statusOf(line?.handedIn ?? false, line?.last ? [line.last] : [], verdictOn(office.paper(`review/${due}`).doc, body));
  return { status, isBegun: line !== undefined || office.isKnown(key), wasHandedIn: line?.last !== undefined };
}
