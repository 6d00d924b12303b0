// The deterministic beginning of every document: byte for byte the change that the Rust side makes (src/document/skeleton.rs).
// It is part of the public format and never changes; tests compare its hash with the vectors that both sides share.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { FIELDS } from "./fields.ts";
import { firstActor, idOf, kindOf, type Kind } from "./key.ts";

const FIRST_FORMAT = 1;
/** The newest form of documents that this program knows. */
export const FORMAT = FIRST_FORMAT;
type Part = [path: string, make: "map" | "list" | string];

function entries(kind: Kind): Part[] {
  const maps = (...names: string[]): Part[] => names.map((name) => [name, "map"]);
  const lists = (...names: string[]): Part[] => names.map((name) => [name, "list"]);
  switch (kind) {
    case "election":
      return [...maps("provenance", "anchors"), ...lists("units", "bodies", "constituencies", "regimes", "dates")];
    case "directive":
      return [...maps("provenance"), ...lists("recipients_vi", "tasks", "cited")];
    case "progress":
      return [...maps("status", "evidence"), ...lists("notes")];
    case "report": {
      const of = (type: string, place: string): Part[] =>
        FIELDS.filter((field) => field.holds.type === type).map((field) => [`${place}/${field.id}`, "list"]);
      return [
        ["status", "=draft"],
        ...lists("submissions"),
        ...maps("figures", "facts", "texts", "lists"),
        ...of("text", "texts"),
        ...of("rows", "lists"),
      ];
    }
    case "incident":
      return [["status", "=draft"], ...lists("submissions", "text")];
    case "review":
      return [...maps("verdicts"), ...lists("aggregate")];
    case "publication":
      return [...maps("items"), ...lists("notices")];
  }
}

/** The same as a plain value: what a form shows before anybody has begun the document. */
export function blank(election: string, key: string): Record<string, unknown> {
  const content: Record<string, unknown> = {};
  for (const [path, make] of entries(kindOf(key))) {
    const names = path.split("/");
    const last = names.pop()!;
    const at = names.reduce((map, name) => map[name] as Record<string, unknown>, content);
    at[last] = make === "map" ? {} : make === "list" ? [] : make.slice(1);
  }
  return { schema: FIRST_FORMAT, election, key, content };
}

/** A document that holds its first change and nothing else. */
export function begin(election: string, key: string): A.Doc<unknown> {
  const empty = A.init<Record<string, unknown>>({ actor: firstActor(idOf(election, key)) as A.ActorId });
  return A.change(empty, { message: "niemyet", time: 0 }, (doc) => {
    doc.schema = FIRST_FORMAT;
    doc.election = new A.ImmutableString(election);
    doc.key = new A.ImmutableString(key);
    doc.content = {};
    for (const [path, make] of entries(kindOf(key))) {
      const names = path.split("/");
      const last = names.pop()!;
      let at = doc.content as Record<string, unknown>;
      for (const name of names) at = at[name] as Record<string, unknown>;
      at[last] = make === "map" ? {} : make === "list" ? [] : new A.ImmutableString(make.slice(1));
    }
  });
}
