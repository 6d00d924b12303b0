// Notices to the public: what each must have, and writing one into the `publication` document as a whole. Says the same as
// src/document/notice.rs; the languages are written out from there.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { nfc, type Draft } from "./edit.ts";
import table from "./languages.json" with { type: "json" };
import { contentOf, texts, words, type Raw } from "./read.ts";
import { rewrite, setParagraphs } from "./text.ts";

export interface Language {
  code: string;
  vi: string;
  en: string;
}

/** Vietnamese and English first: the site is written in these. */
export const LANGUAGES: readonly Language[] = table;

/** A notice in one language; the text has one paragraph a line. */
export interface Wording {
  title: string;
  text: string;
}

export interface Notice {
  date: string;
  /** By code of the language. */
  texts: Record<string, Wording>;
}

/** What a notice lacks: in which language, and whether it is the title or the text. */
export interface Lack {
  code: string;
  part: "title" | "text";
}

const paragraphs = (text: string) => nfc(text).split("\n").map((one) => one.trim()).filter((one) => one !== "");
const has = (text: string) => text.trim() !== "";

/** Vietnamese is written always; another language as a whole or not at all. */
export function lacks({ texts: all }: Notice): Lack[] {
  return Object.entries(all).flatMap(([code, { title, text }]) => {
    if (code !== "vi" && !has(title) && !has(text)) return [];
    const found: Lack[] = [];
    if (!has(title)) found.push({ code, part: "title" });
    if (!has(text)) found.push({ code, part: "text" });
    return found;
  });
}

/** The notices of a document, by id, in their order. */
export function notices(doc: A.Doc<unknown>): [string, Notice][] {
  return Array.from((contentOf(doc).notices ?? []) as Raw[], (one) => {
    const all = Object.entries((one.texts ?? {}) as Raw).map(([code, of]): [string, Wording] => [code, { title: words(of.title) ?? "", text: texts(of.paragraphs).join("\n") }]);
    return [words(one.id) ?? "", { date: words(one.date) ?? "", texts: { vi: blank(), en: blank(), ...Object.fromEntries(all) } }];
  });
}

export const blank = (): Wording => ({ title: "", text: "" });

/** Adds a notice, or rewrites the one with this id, changing only what differs. */
export function putNotice(doc: Draft, id: string, notice: Notice): void {
  const list = (doc as Raw).content.notices as Raw[];
  const at = list.findIndex((one) => words(one.id) === id);
  const date = new A.ImmutableString(notice.date);
  if (at < 0) {
    const whole = Object.entries(notice.texts).map(([code, { title, text }]) => [code, { title: nfc(title.trim()), paragraphs: paragraphs(text) }]);
    list.push({ id: new A.ImmutableString(id), date, texts: Object.fromEntries(whole) });
    return;
  }
  const there = list[at] as Raw;
  if (words(there.date) !== notice.date) there.date = date;
  for (const [code, { title, text }] of Object.entries(notice.texts)) {
    if (!(code in there.texts)) there.texts[code] = { title: "", paragraphs: [] };
    const path = ["content", "notices", at, "texts", code];
    rewrite(doc, [...path, "title"], words(there.texts[code].title) ?? "", nfc(title.trim()));
    setParagraphs(doc, [...path, "paragraphs"], paragraphs(text));
  }
}

export function removeNotice(doc: Draft, id: string): void {
  const list = (doc as Raw).content.notices as Raw[];
  const at = list.findIndex((one) => words(one.id) === id);
  if (at >= 0) list.splice(at, 1);
}
