// The search of the page /tim-kiem/: finds in the index (tim-kiem/<subject>.<language>.json) and among the links on the page itself.
//
// Words for people stand in data attributes of the form, so this file speaks no language. What is found is put on the page as
// text, never as markup.

/** @typedef {{ text: string, plain: string, marks: string, from: number, to: number }} Word */
/** @typedef {{ title: string, titleLang?: string, href: string, kind: string, text: string, textLang?: string,
 *     unverified?: boolean, inTitle: Word[], inText: Word[], unseen: Word[], line: string }} Row */

const SHOWN = 50;
/** Milliseconds without a key after which is searched; longer while an input method composes a word, which changes as it goes. */
const PAUSE = 150;
const PAUSE_COMPOSING = 500;
/** Letters of a row's text that are shown. */
const SNIPPET = 180;

const form = document.querySelector("#tim");
const box = form.elements.q;
const said = document.querySelector("#tim-noi");
const list = document.querySelector("#tim-thay");
const words = form.dataset;
const lang = document.documentElement.lang;
/** The root of the site: this file lies in it. A preview of the site has a root of its own. */
const root = new URL(".", import.meta.url);

/** The words of a text: as written, without tones, hooks and the bar of đ, and these marks alone.
 * @returns {Word[]} */
function wordsOf(text) {
  return [...text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)].map(({ 0: word, index }) => {
    const letters = word.toLowerCase().replaceAll("đ", "d\u0335").normalize("NFD");
    // 03/05 is 3/5, and 03646 may be typed without its zero.
    const plain = letters.replace(/\p{M}/gu, "").replace(/^0+(?=\d)/, "");
    return { text: word, plain, marks: letters.replace(/\P{M}/gu, ""), from: index, to: index + word.length };
  });
}

/** Whether a word begins as it was typed; a number of one or two digits is a day or a month, and is no beginning. */
function begins(word, typed) {
  return /^\d{1,2}$/.test(typed.plain) ? word.plain === typed.plain : word.plain.startsWith(typed.plain);
}

/** How far a row is from what was typed, 0 being nearest; nothing if a word is not in it. Tones that were typed and are others here
 * weigh most, then words that are not in the title, then words of which only the beginning was typed, then words that stand apart, or
 * together but not at the beginning of the title. */
function distance(row, typed) {
  let sum = 0;
  for (const one of typed) {
    let least = Infinity;
    for (const [place, found] of [[0, row.inTitle], [100, row.inText], [100, row.unseen]]) {
      for (const word of found) {
        if (!begins(word, one)) continue;
        const tones = word.marks.startsWith(one.marks) ? 0 : 10_000;
        least = Math.min(least, tones + place + (word.plain === one.plain ? 0 : 10));
      }
    }
    if (least === Infinity) return undefined;
    sum += least;
  }
  const together = row.line.indexOf(` ${typed.map((one) => one.plain).join(" ")}`);
  return sum + (together < 0 ? 2 : together > 0 ? 1 : 0);
}

/** @returns {Row} */
function prepared(row) {
  const inTitle = wordsOf(row.title);
  const inText = wordsOf(row.text ?? "");
  const unseen = wordsOf(`${row.words ?? ""} ${row.kind}`);
  const line = [inTitle, inText, unseen].map((part) => ` ${part.map((word) => word.plain).join(" ")}`).join(" |");
  return { ...row, text: row.text ?? "", inTitle, inText, unseen, line };
}

/** What the page lists itself: sections, and pages that are written by hand. */
function onThePage() {
  return [...document.querySelectorAll("[data-loai] li")].map((item) => {
    const link = item.querySelector("a");
    const kind = item.closest("[data-loai]").dataset.loai;
    return prepared({ title: link.textContent, href: link.href, kind, text: item.querySelector(".phu")?.textContent });
  });
}

async function shard(name) {
  const answer = await fetch(new URL(`tim-kiem/${name}.${lang}.json`, root));
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status}`);
  const { kind, rows } = await answer.json();
  return rows.map((row) => prepared({ kind, ...row, href: new URL(`.${row.path}`, root).href }));
}

/** All rows, fetched once; after a failure they are fetched again when somebody asks again.
 * @type {Promise<Row[]> | undefined} */
let index;
/** Whether they are all here. */
let isHere = false;

function rows() {
  index ??= Promise.all(words.bang.split(" ").map(shard)).then((shards) => {
    isHere = true;
    return [...onThePage(), ...shards.flat()];
  });
  index.catch(() => (index = undefined));
  return index;
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) if (value) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

/** The text from one place to another, with the words that were found marked. */
function marked(text, found, typed, [from, to] = [0, text.length]) {
  const parts = [];
  let at = from;
  for (const word of found) {
    if (word.from < at || word.to > to || !typed.some((one) => begins(word, one))) continue;
    parts.push(text.slice(at, word.from), element("mark", {}, word.text));
    at = word.to;
  }
  return [...parts, text.slice(at, to)];
}

/** As much of a row's text as is shown: from its beginning, or from a little before the first word that was found. */
function snippet({ text, inText }, typed) {
  const first = inText.find((word) => typed.some((one) => begins(word, one)));
  let from = 0;
  if (first && first.to > SNIPPET) from = inText.find((word) => word.from >= first.from - SNIPPET / 3).from;
  const whole = inText.filter((word) => word.to <= from + SNIPPET);
  const to = text.length <= from + SNIPPET || whole.length === 0 ? Math.min(text.length, from + SNIPPET) : whole[whole.length - 1].to;
  return [from > 0 ? "… " : "", ...marked(text, inText, typed, [from, to]), to < text.length ? " …" : ""];
}

function item(row, typed) {
  const link = element("a", { href: row.href, lang: row.titleLang }, ...marked(row.title, row.inTitle, typed));
  const tag = row.unverified ? [" ", element("span", { class: "the the-ngo" }, words.chuaKiem)] : [];
  const text = element("span", { lang: row.textLang }, ...snippet(row, typed));
  const about = element("span", { class: "phu" }, row.kind, row.text ? ": " : "", text);
  return element("li", {}, link, ...tag, about);
}

function say(...parts) {
  said.replaceChildren(...parts);
}

function failed(query) {
  const again = element("button", { type: "button", class: "nut nut-nhat" }, words.thuLai);
  again.addEventListener("click", () => search(query));
  say(`${words.hong} `, again);
}

/** What is asked for now; an answer to what was asked before is late and is not shown. */
let asked = "";

async function search(query) {
  const typed = wordsOf(query.normalize("NFC"));
  asked = query;
  if (typed.length === 0) {
    list.replaceChildren();
    say();
    return;
  }
  let all;
  try {
    if (!isHere) say(words.dangTim);
    all = await rows();
  } catch {
    if (asked !== query) return;
    list.replaceChildren();
    failed(query);
    return;
  }
  if (asked !== query) return;
  const near = all.map((row) => [distance(row, typed), row]).filter(([far]) => far !== undefined);
  near.sort(([one], [other]) => one - other);
  list.replaceChildren(...near.slice(0, SHOWN).map(([, row]) => item(row, typed)));
  tell(near.length, query);
}

function tell(count, query) {
  const number = (value) => value.toLocaleString(lang);
  if (count === 0) {
    const sections = element("a", { href: "#cac-muc" }, words.cacMuc);
    say(`${words.khong} “${query}”. ${words.thu} `, sections, ".");
    return;
  }
  const shown = count > SHOWN ? ` ${words.dau.replace("{}", number(SHOWN))}` : "";
  say(`${(count === 1 ? words.mot : words.co).replace("{}", number(count))}.${shown}`);
}

/** The address of the page with what is in the box, so that it can be kept and sent. */
function keepAddress(query) {
  const here = new URL(location.href);
  if (query) here.searchParams.set("q", query);
  else here.searchParams.delete("q");
  history.replaceState(null, "", here);
}

let timer;

function soon(pause) {
  clearTimeout(timer);
  timer = setTimeout(now, pause);
}

function now() {
  clearTimeout(timer);
  const query = box.value.trim();
  if (query === asked) return;
  keepAddress(query);
  search(query);
}

box.addEventListener("focus", () => rows().catch(() => {}), { once: true });
box.addEventListener("input", (event) => soon(event.isComposing ? PAUSE_COMPOSING : PAUSE));
box.addEventListener("compositionend", () => soon(PAUSE));
form.addEventListener("submit", (event) => {
  event.preventDefault();
  now();
});

form.hidden = false;
const query = new URL(location.href).searchParams.get("q")?.trim();
if (query) {
  box.value = query;
  search(query);
}
