// What differs between two releases: which pages, and the lines that a reader sees otherwise, old beside new.
import { useState } from "preact/hooks";
import { tr } from "./words.ts";

interface Paths {
  count: number;
  paths: string[];
}

interface Pages {
  added: Paths;
  changed: Paths;
  removed: Paths;
}

/** The first of the lines, and how many there are. */
interface Lines {
  count: number;
  lines: string[];
}

interface Page {
  path: string;
  title: string;
  added: Lines;
  removed: Lines;
}

export interface Changes extends Pages {
  wording: Page[];
  wording_left_off: number;
}

/** Pages that are shown at once, and lines of each; of one that came or went fewer. */
const PAGES = 20;
const LINES = 12;
const OF_WHOLE = 5;

/** How many pages differ, and which. */
function Differences({ pages }: { pages: Pages }) {
  const rows: [string, Paths][] = [
    [tr("thêm", "added"), pages.added],
    [tr("đổi", "changed"), pages.changed],
    [tr("bỏ", "removed"), pages.removed],
  ];
  return (
    <ul class="plain">
      {rows.map(([name, { count, paths }]) => (
        <li>{count} {tr("tệp", "file(s)")} {name}{count > 0 && <>: {paths.slice(0, 8).join(", ")}{count > 8 && ` ${tr(`và ${count - 8} tệp nữa`, `and ${count - 8} more`)}`}</>}</li>
      ))}
    </ul>
  );
}

/** The lines of text, page by page; `before` and `after`: what the two sides are called. */
export function Wording({ changes, before = tr("Bản trước", "Before"), after = tr("Bản này", "In this one") }: { changes: Changes; before?: string; after?: string }) {
  const [most, setMost] = useState(PAGES);
  const inEnglish = (page: Page) => Number(langOf(page) === "en");
  const differing = changes.wording.filter((page) => page.added.count + page.removed.count > 0).sort((a, b) => inEnglish(a) - inEnglish(b));
  const alike = changes.wording.length - differing.length;
  const hidden = Math.max(0, differing.length - most);
  return (
    <>
      <Differences pages={changes} />
      {differing.length > 0 && (
        <table class="cards differences wording">
          <caption>{tr("Chữ mà người đọc thấy khác đi", "What a reader sees otherwise")}</caption>
          <thead><tr><th>{tr("Trang", "Page")}</th><th>{before}</th><th>{after}</th></tr></thead>
          <tbody>{differing.slice(0, most).map((page) => <Row key={page.path} page={page} kind={kindOf(changes, page.path)} sides={[before, after]} />)}</tbody>
        </table>
      )}
      {hidden > 0 && <p><button type="button" class="quiet more-pages" onClick={() => setMost(most + PAGES)}>{tr(`Xem thêm (còn ${hidden} trang)`, `Show more (${hidden} page(s) left)`)}</button></p>}
      {alike > 0 && <p class="hint">{tr(`${alike} trang khác chỉ đổi phần không đọc thành chữ.`, `${alike} other page(s) differ only in what is not read as text.`)}</p>}
      {changes.wording_left_off > 0 && <p class="hint">{tr(`Và ${changes.wording_left_off} trang nữa không được so từng dòng.`, `And ${changes.wording_left_off} more page(s) are not compared line by line.`)}</p>}
    </>
  );
}

const langOf = (page: Page) => (page.path.startsWith("en/") ? "en" : "vi");

type Kind = "added" | "changed" | "removed";

function kindOf(changes: Changes, path: string): Kind {
  if (changes.added.paths.includes(path)) return "added";
  return changes.removed.paths.includes(path) ? "removed" : "changed";
}

const KINDS: Record<Kind, [string, string, string]> = {
  added: ["Trang mới", "New page", "accepted"],
  changed: ["Trang đổi", "Changed page", "submitted"],
  removed: ["Trang bị bỏ", "Page removed", "returned"],
};

function Row({ page, kind, sides: [before, after] }: { page: Page; kind: Kind; sides: [string, string] }) {
  const lang = langOf(page);
  const [vi, en, tag] = KINDS[kind];
  const most = kind === "changed" ? LINES : OF_WHOLE;
  return (
    <tr data-kind={kind}>
      <th scope="row"><span lang={lang}>{page.title || page.path}</span> <strong class={`tag ${tag}`}>{tr(vi, en)}</strong><br /><span class="hint">/{page.path.replace(/index\.html$/, "")}</span></th>
      <td data-label={before}><Side lines={page.removed} most={most} lang={lang} gone={true} /></td>
      <td data-label={after}><Side lines={page.added} most={most} lang={lang} gone={false} /></td>
    </tr>
  );
}

/** Lines that only one side has: by sign, by line and by colour, and in words for who hears them. */
function Side({ lines, most, lang, gone }: { lines: Lines; most: number; lang: string; gone: boolean }) {
  if (lines.count === 0) return <>–</>;
  const more = lines.count - Math.min(lines.lines.length, most);
  const Mark = gone ? "del" : "ins";
  return (
    <ul class="plain lines">
      {lines.lines.slice(0, most).map((line) => (
        <li><span class="sign" aria-hidden="true">{gone ? "−" : "+"}</span><span class="unseen">{gone ? tr("Bỏ: ", "Gone: ") : tr("Mới: ", "New: ")}</span><Mark lang={lang}>{line}</Mark></li>
      ))}
      {more > 0 && <li class="hint">{tr(`và ${more} dòng nữa`, `and ${more} more line(s)`)}</li>}
    </ul>
  );
}
