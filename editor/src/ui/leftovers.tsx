// What was typed and came into no document: the page went away before the document was open, or another device removed the row in
// which somebody typed. It is kept on this device, and shown until the person has copied or discarded it.
import { signal } from "@preact/signals";
import { LEFT } from "../local/disk.ts";
import type { Paper } from "../local/paper.ts";
import { addressOf, say, title } from "./parts.tsx";
import { here } from "./state.ts";
import { Unreads } from "./unread.ts";
import { tr } from "./words.ts";

/** By the key of the document, the label and the id of the field, and a page or a moment. */
const left = new Unreads();
const page = crypto.randomUUID();
/** What is typed in this page into documents that are not open yet. */
const early = new Set<string>();
/** Other pages that are open: what they hold is not left over. */
const alive = signal<ReadonlySet<string>>(new Set());

const pageOf = (name: string): string => name.slice(name.lastIndexOf("#") + 1);
const lockOf = (one: string): string => `niemyet-page-${one}`;

export async function loadLeftovers(): Promise<void> {
  const { disk, desk } = here();
  void navigator.locks?.request(lockOf(page), () => new Promise(() => undefined));
  await left.open({
    all: () => disk.getFrom<string | undefined>(LEFT),
    put: (name, text) => void (text === undefined ? disk.drop(LEFT + name) : disk.set(LEFT + name, text)),
    channel: `niemyet-left-${desk.value.account.id}`,
  });
  if (!navigator.locks) return;
  const others = new Set(Object.keys(left.texts.value).map(pageOf).filter((one) => one !== page));
  alive.value = others;
  for (const one of others) void navigator.locks.request(lockOf(one), { mode: "shared" }, () => void (alive.value = new Set([...alive.value].filter((other) => other !== one))));
}

/** Whether something that was typed waits for a document to be opened. */
export const isEarly = (): boolean => [...early].some((name) => name in left.texts.value) || here().isHeld;

/** A text that has no place any more. */
export function giveBack(key: string, field: string, text: string): void {
  left.keep(`${key}#${field}##${crypto.randomUUID()}`, text);
}

const AGAIN = 1_000;
const labelOf = (id: string): string => document.querySelector(`label[for="${id}"]`)?.textContent ?? "";

/** Something was typed into the field of this id. Until its document is open a page that goes away leaves it here. */
export function keepEarly(paper: Paper, id: string, text: string): void {
  if (!paper.isEarly) return;
  const name = `${paper.key}#${labelOf(id)}#${id}#${page}`;
  if (!early.has(name)) {
    early.add(name);
    void paper.whenCaughtUp().then(() => isSafe(name));
  }
  left.keep(name, text || undefined, false);
}

/** The document is open, or nobody has begun it: what was typed goes where everything goes that is typed, and is kept until it is there. */
async function isSafe(name: string): Promise<void> {
  const office = here();
  office.beforeOthers();
  while (!(await office.settled())) await new Promise((resolve) => setTimeout(resolve, AGAIN));
  early.delete(name);
  left.keep(name, undefined, false);
}

function copy(text: string): void {
  const failed = () => say(tr("Máy không cho sao chép; hãy bôi đen phần chữ rồi chép.", "This device does not let it be copied; select the text and copy it."));
  if (!navigator.clipboard) return failed();
  navigator.clipboard.writeText(text).then(() => say(tr("Đã sao chép.", "Copied.")), failed);
}

export function Leftovers() {
  const all = Object.entries(left.texts.value).filter(([name]) => !early.has(name) && !alive.value.has(pageOf(name)));
  if (all.length === 0) return null;
  return (
    <section class="leftovers" aria-labelledby="leftovers-name">
      <div class="inset bad">
        <h2 id="leftovers-name">{tr("Phần bạn viết chưa vào được văn bản", "What you wrote came into no document")}</h2>
        <p role="status">{tr("Trang đã đóng trước khi văn bản mở xong, hoặc dòng bạn đang viết đã bị xóa trên máy khác. Hãy chép lại vào chỗ cần ghi, rồi bỏ ở đây.", "The page was closed before the document was open, or another device removed the row in which you were writing. Copy it to where it belongs, then discard it here.")}</p>
        {all.map(([name, text]) => {
          const [key = "", field = ""] = name.split("#");
          return (
            <div key={name} class="leftover">
              <p><a href={addressOf(key)}>{title(key)}</a>{field && ` – ${field}`}</p>
              <p class="words" lang="vi">{text}</p>
              <p class="actions">
                <button type="button" class="quiet copy" onClick={() => copy(text)}>{tr("Sao chép", "Copy")}<span class="unseen"> {field}</span></button>
                <button type="button" class="quiet discard" onClick={() => left.keep(name, undefined)}>{tr("Bỏ phần này", "Discard it")}<span class="unseen"> {field}</span></button>
              </p>
            </div>
          );
        })}
      </div>
    </section>
  );
}
