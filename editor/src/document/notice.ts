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

/** What a notice lacks: its date, or a title or text in a language, or the language itself, which no page can name. */
export interface Lack {
  code: string;
  part: "title" | "text" | "date" | "language";
}

/** No notice is older than the first general election. */
export const EARLIEST = "1946-01-01";

/** One line as a public page shows it; says the same as `document::text::clean`. */
export const clean = (text: string) => nfc(text).replace(/[\u202a-\u202e\u2066-\u2069\ufeff]/g, "").replace(/[\p{Cc}\u2028\u2029]/gu, " ").replace(/ +/g, " ").replace(/^ | $/g, "");
const has = (text: string) => clean(text).trim() !== "";
const paragraphs = (text: string) => nfc(text).split("\n").map((one) => one.trim()).filter(has);

export const isKnown = (code: string): boolean => LANGUAGES.some((one) => one.code === code);

/** Vietnamese is written always; another language as a whole or not at all. A language that no page can name may only stay as it
 * stood `before`. */
export function lacks({ date, texts: all }: Notice, before?: Notice): Lack[] {
  const found: Lack[] = /^\d{4}-\d\d-\d\d$/.test(date) && date >= EARLIEST ? [] : [{ code: "", part: "date" }];
  for (const [code, { title, text }] of Object.entries(all)) {
    if (!isKnown(code)) {
      const there = before?.texts[code];
      if (there?.title !== title || there.text !== text) found.push({ code, part: "language" });
      continue;
    }
    if (code !== "vi" && !has(title) && !has(text)) continue;
    if (!has(title)) found.push({ code, part: "title" });
    if (!has(text)) found.push({ code, part: "text" });
  }
  return found;
}

/** As it stands once it is written. */
export function tidy({ date, texts: all }: Notice): Notice {
  return { date, texts: Object.fromEntries(Object.entries(all).map(([code, of]) => [code, isKnown(code) ? { title: nfc(of.title.trim()), text: paragraphs(of.text).join("\n") } : of])) };
}

/** Whether both say the same; a language without a word says nothing. */
export function same(a: Notice, b: Notice): boolean {
  const said = ({ date, texts: all }: Notice) => JSON.stringify([date, Object.entries(all).filter(([, of]) => of.title !== "" || of.text !== "").map(([code, of]) => [code, of.title, of.text]).sort()]);
  return said(a) === said(b);
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
  // A language that no page can name stays as it is, or goes.
  for (const code of Object.keys(there.texts)) if (!isKnown(code) && !(code in notice.texts)) delete there.texts[code];
  for (const [code, { title, text }] of Object.entries(notice.texts)) {
    if (!isKnown(code)) continue;
    if (!(code in there.texts)) there.texts[code] = { title: "", paragraphs: [] };
    const path = ["content", "notices", at, "texts", code];
    rewrite(doc, [...path, "title"], words(there.texts[code].title) ?? "", nfc(title.trim()));
    setParagraphs(doc, [...path, "paragraphs"], paragraphs(text));
  }
}

/** Takes it back, and whatever else stands under its id. */
export function removeNotice(doc: Draft, id: string): void {
  const list = (doc as Raw).content.notices as Raw[];
  for (let at = list.length - 1; at >= 0; at--) if (words((list[at] as Raw).id) === id) list.splice(at, 1);
}
