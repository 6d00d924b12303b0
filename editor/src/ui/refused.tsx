// What the server refused: why, and what to do. What one wrote is copied out in words, then this device's version is discarded.
import type { Automerge as A } from "@automerge/automerge-repo/slim";
import { useState } from "preact/hooks";
import { FIELDS } from "../document/fields.ts";
import { kindOf } from "../document/key.ts";
import { notices } from "../document/notice.ts";
import { rowsOf } from "../document/election.ts";
import { contentOf, factValue, provenanceOf, texts, words, type Facts, type Raw } from "../document/read.ts";
import { valueText } from "./field.tsx";
import { focusSoon } from "./focus.ts";
import { placeName, valueName } from "./names.ts";
import { Ask, say, title } from "./parts.tsx";
import { bodyName, here } from "./state.ts";
import { tr } from "./words.ts";

/** What was decided on what may be public, and the notices, one after the other. */
function readablePublication(doc: A.Doc<unknown>): string[] {
  const { items = {}, held = {}, rules = {} } = contentOf(doc);
  const decided = (all: Raw, what: string, why: string) =>
    Object.entries(all).map(([key, one]: [string, Raw]) => `${what}: ${key} – ${words(one[why]) ?? ""} (${bodyName(words(one.by) ?? "")}, ${words(one.at) ?? ""})`);
  const lines = [
    ...decided(items, tr("Duyệt công khai", "Approved"), "basis"),
    ...decided(held, tr("Giữ lại", "Held back"), "reason"),
    ...decided(rules, tr("Công khai theo quy tắc", "Public by rule"), "basis"),
  ];
  for (const [id, { date, texts: all }] of notices(doc)) {
    lines.push("", `${tr("Thông báo", "Notice")} ${id}, ${date}`);
    for (const [code, { title, text }] of Object.entries(all)) if (title || text) lines.push(`[${code}] ${title}`, ...text.split("\n").map((one) => `  ${one}`));
  }
  return lines;
}

/** The facts of an election that people correct, a line each. */
function readableElection(doc: A.Doc<unknown>): string[] {
  const facts = (map: Facts, name: string) =>
    rowsOf(doc, map).map(({ row }) => `${placeName({ map, field: words(row[name]) ?? "" })}: ${valueName({ map, field: "" }, factValue(map, row))} (${provenanceOf(row).source})`);
  return [...facts("dates", "rule"), ...facts("constituencies", "id"), ...facts("units", "code")];
}

/** A document in plain words, to be read and typed again. */
export function readable(key: string): string {
  const doc = here().paper(key).doc;
  const content = contentOf(doc);
  const rows = (list: unknown) => Array.from((list ?? []) as Raw[], (row) => Object.values(row).map(words).filter(Boolean).join("; "));
  const lines: string[] = [title(key), ""];
  if (kindOf(key) === "report") {
    for (const field of FIELDS) {
      const value = valueText(field, doc);
      const long = [...texts(content.texts?.[field.id]), ...rows(content.lists?.[field.id])];
      if (value !== undefined) lines.push(`${tr(field.vi, field.en)}: ${value}`);
      if (long.length > 0) lines.push(`${tr(field.vi, field.en)}:`, ...long.map((one) => `  ${one}`));
    }
    return lines.join("\r\n");
  }
  if (kindOf(key) === "publication") return [...lines, ...readablePublication(doc)].join("\r\n");
  if (kindOf(key) === "election") return [...lines, ...readableElection(doc)].join("\r\n");
  for (const [name, value] of Object.entries(content)) {
    if (Array.isArray(value)) lines.push(...value.map((one) => (typeof one === "object" && one !== null && "text" in one ? `${words(one.task) ?? name}: ${words(one.text)}` : `${name}: ${words(one)}`)));
    else if (typeof value === "object" && value !== null && value.constructor === Object) lines.push(...Object.entries(value).map(([part, one]) => `${part}: ${words(one)}`));
    else lines.push(`${name}: ${words(value)}`);
  }
  return lines.join("\r\n");
}

function copy(key: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob(["\ufeff", readable(key)], { type: "text/plain;charset=utf-8" }));
  link.download = `${key.replace(/\W+/g, "-")}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  say(tr("Đã lưu bản sao ra tệp.", "A copy was saved to a file."));
}

/** Refusals that pass, or after which this device's may be the last whole copy: nothing is to be discarded for them. */
const KEEPS = ["damaged", "no-room"];

/** The refusal of a document, if there is one. */
export function Refused({ of }: { of: string }) {
  const office = here();
  const [asking, setAsking] = useState(false);
  const refusal = office.sending.refused.value[of];
  const id = of.replace(/\W+/g, "-");
  if (!refusal) return null;
  return (
    <div class="errors refused">
      <p role="alert"><strong>{tr("Máy chủ từ chối:", "The server refused it:")}</strong> {tr(refusal.vi, refusal.en)}</p>
      <p class="actions">
        <button type="button" class="quiet" onClick={() => copy(of)}>{tr("Lưu bản sao để đọc (.txt)", "Save a readable copy (.txt)")}</button>
        {!asking && !KEEPS.includes(refusal.code) && <button type="button" class="warn discard" id={`discard-${id}`} onClick={() => setAsking(true)}>{tr("Bỏ bản trên máy này, lấy bản của máy chủ…", "Discard this device's version, take the server's…")}</button>}
      </p>
      {asking && (
        <Ask
          text={tr("Những gì máy chủ chưa nhận của văn bản này sẽ mất khỏi máy này. Đã lưu bản sao chưa?", "What the server has not taken of this document goes from this device. Was a copy saved?")}
          yes={tr("Bỏ hẳn", "Discard it")}
          no={tr("Chưa bỏ", "Not yet")}
          confirm={{ class: "confirm" }}
          act={() => void office.drop(of)}
          leave={() => (setAsking(false), focusSoon(`discard-${id}`))}
        />
      )}
    </div>
  );
}
