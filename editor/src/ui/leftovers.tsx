// What was typed and came into no document: the page went away before the document was open, or another device removed the row in
// which somebody typed. It is kept on this device, and shown until the person has copied or discarded it.
import { LEFT } from "../local/disk.ts";
import type { Paper } from "../local/paper.ts";
import { addressOf, say, title } from "./parts.tsx";
import { here } from "./state.ts";
import { Unreads } from "./unread.ts";
import { tr } from "./words.ts";

/** By the key of the document, the name of the field, and a page or a moment. */
const left = new Unreads();
const page = crypto.randomUUID();
/** What is typed in this page into documents that are not open yet: no other page may show it as left over. */
const early = new Set<string>();

export function loadLeftovers(): Promise<void> {
  const { disk, desk } = here();
  return left.open({
    all: () => disk.getFrom<string | undefined>(LEFT),
    put: (name, text) => void (text === undefined ? disk.drop(LEFT + name) : disk.set(LEFT + name, text)),
    channel: `niemyet-left-${desk.value.account.id}`,
  });
}

/** Whether something that was typed waits for a document to be opened. */
export const isEarly = (): boolean => [...early].some((name) => name in left.texts.value) || here().isHeld;

/** A text that has no place any more. */
export function giveBack(key: string, field: string, text: string): void {
  left.keep(`${key}#${field}#${crypto.randomUUID()}`, text);
}

const labelOf = (id: string): string => document.querySelector(`label[for="${id}"]`)?.textContent ?? "";

/** Something was typed into the field of this id. Until its document is open a page that goes away leaves it here. */
export function keepEarly(paper: Paper, id: string, text: string): void {
  if (!paper.isEarly) return;
  const name = `${paper.key}#${labelOf(id)}#${page}`;
  if (!early.has(name)) {
    early.add(name);
    void paper.whenOpen().then(() => {
      early.delete(name);
      left.keep(name, undefined);
    });
  }
  left.keep(name, text || undefined, false);
}

function copy(text: string): void {
  const failed = () => say(tr("Máy không cho sao chép; hãy bôi đen phần chữ rồi chép.", "This device does not let it be copied; select the text and copy it."));
  if (!navigator.clipboard) return failed();
  navigator.clipboard.writeText(text).then(() => say(tr("Đã sao chép.", "Copied.")), failed);
}

export function Leftovers() {
  const all = Object.entries(left.texts.value).filter(([name]) => !early.has(name));
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
