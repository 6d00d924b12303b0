// Keys and ids of documents, as the Rust side derives them (src/document/key.rs, id.rs): two offline devices that start the
// same report start the same document.
import type { DocumentId } from "@automerge/automerge-repo/slim";
import bs58check from "bs58check";
import { sha256 } from "./sha256.ts";

export type Kind = "election" | "directive" | "progress" | "report" | "incident" | "review" | "publication";

/** The kind of a key. */
export function kindOf(key: string): Kind {
  return key.split("/", 1)[0] as Kind;
}

/** The body a document belongs to, for the kinds that belong to one. */
export function bodyOf(key: string): string | undefined {
  return ["progress", "report", "incident"].includes(kindOf(key)) ? key.split("/")[1] : undefined;
}

/** The due date in a key, for the kinds that belong to a round. */
export function dueOf(key: string): string | undefined {
  const parts = key.split("/");
  return kindOf(key) === "report" ? parts[2] : kindOf(key) === "review" ? parts[1] : undefined;
}

/** First 16 bytes of SHA-256 over the parts with a NUL between them. */
function hash(parts: string[]): Uint8Array {
  return sha256(new TextEncoder().encode(parts.join("\0"))).slice(0, 16);
}

/** The id of a document: 16 bytes with the bits of a version-4 UUID (RFC 9562, section 5.4), written as automerge-repo writes it. */
export function idOf(election: string, key: string): DocumentId {
  const bytes = hash(["niemyet", election, key]);
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return bs58check.encode(bytes) as DocumentId;
}

/** The actor of the first change of a document, hexadecimal. */
export function firstActor(id: DocumentId): string {
  return Array.from(hash(["niemyet", "first change", id]), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
