// Inputs bound to documents. What a person types goes into the document at once; what comes from elsewhere never moves the caret
// and never touches a text while an input method composes.
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { formatFigure, parseFigure } from "../document/figure.ts";
import { nfc } from "../document/edit.ts";
import { edits, setParagraphs } from "../document/text.ts";
import { isApart, texts, type Raw } from "../document/read.ts";
import { UNREAD } from "../local/disk.ts";
import type { Paper } from "../local/paper.ts";
import { here } from "./state.ts";
import { tr } from "./words.ts";

/** How long a text waits for the next letter: one change holds a few letters. Who never pauses waits no longer than this many times:
 * a killed process costs no more. */
const PAUSE = 200;
const PAUSES = 5;

/** What fields hold back until the next letter. */
const held = new Set<(leaving: boolean) => void>();

/** Writes all of it down now: before the page goes away, or makes way for a new version. Who only looks at another window goes on
 * composing. */
export function writeDown(leaving = true): void {
  for (const write of [...held]) {
    try {
      write(leaving);
    } catch (error) {
      // One field's fault keeps no other from being written.
      reportError(error);
    }
  }
}

/** Holds a write back, and lets nothing of it get lost when the field goes away. */
function useHeld(write: (leaving: boolean) => void): void {
  const last = useRef(write);
  last.current = write;
  useEffect(() => {
    const now = (leaving: boolean) => last.current(leaving);
    held.add(now);
    return () => {
      now(true);
      held.delete(now);
    };
  }, []);
}

/** What was typed and is no figure: kept, also across a reload, until it is mended. By key and field. */
export const unread = signal<Record<string, string>>({});

export async function loadUnread(): Promise<void> {
  const all = await here().disk.getFrom<string | undefined>(UNREAD);
  unread.value = Object.fromEntries(Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined));
}

export function keepUnread(name: string, text: string | undefined): void {
  const { [name]: before, ...rest } = unread.value;
  if (before === text) return;
  unread.value = text === undefined ? rest : { ...rest, [name]: text };
  // Each by itself: another window has others.
  void here().disk.set(UNREAD + name, text);
}

/** The field that a letter was typed into just now. What is half a figure ("1.2" of "1.234") is not called wrong before the pause. */
export const typing = signal("");
const THOUGHT = 1_000;
let thought: ReturnType<typeof setTimeout> | undefined;

function isTyping(name: string): void {
  typing.value = name;
  clearTimeout(thought);
  thought = setTimeout(() => (typing.value = ""), THOUGHT);
}

function hasTyped(): void {
  clearTimeout(thought);
  typing.value = "";
}

export function figureError(text: string): string | undefined {
  const parsed = parseFigure(text);
  if ("value" in parsed) return undefined;
  switch (parsed.error) {
    case "not-whole":
      return tr("Hãy ghi số nguyên, không có phần thập phân.", "Write a whole number without decimals.");
    case "grouping":
      return tr("Dấu chấm phải ngăn từng ba chữ số, ví dụ 1.234.567.", "Dots must separate groups of three digits, as in 1.234.567.");
    case "leading-zero":
      return tr("Số không bắt đầu bằng 0: hãy ghi 12, không ghi 0012.", "A number does not begin with 0: write 12, not 0012.");
    case "negative":
      return tr("Số không được âm.", "The number cannot be negative.");
    case "too-large":
      return tr("Số quá lớn.", "The number is too large.");
    case "not-a-number":
      return tr("Chỉ ghi chữ số, ví dụ 1.234.", "Write digits only, as in 1.234.");
  }
}

interface FigureProps {
  id: string;
  name: string;
  value: number | undefined;
  describedBy: string;
  invalid: boolean;
  write: (value: number | undefined) => void;
}

export function FigureInput({ id, name, value, describedBy, invalid, write }: FigureProps) {
  const [typed, setTyped] = useState<{ text: string; means: number | undefined; over: number | undefined } | undefined>(undefined);
  const kept = unread.value[name];
  // What was written elsewhere meanwhile is shown, also to who still stands in the field.
  const own = typed && (value === typed.means || value === typed.over) ? typed.text : undefined;
  const shown = own ?? kept ?? (value === undefined ? "" : formatFigure(value));
  const type = (text: string) => {
    isTyping(name);
    const parsed = parseFigure(text);
    setTyped({ text, means: "value" in parsed ? parsed.value : value, over: value });
    if ("value" in parsed) {
      keepUnread(name, undefined);
      if (parsed.value !== value) write(parsed.value);
    } else keepUnread(name, text);
  };
  return (
    <input
      id={id}
      class="figure"
      inputMode="numeric"
      autocomplete="off"
      value={shown}
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onInput={(event) => type(event.currentTarget.value)}
      onBlur={() => (hasTyped(), setTyped(undefined))}
    />
  );
}

interface LongProps {
  id: string;
  paper: Paper;
  /** Where the list of paragraphs stands. */
  path: (string | number)[];
  describedBy?: string;
  wrote: () => void;
}

/** Paragraphs, one a line. */
export function LongText({ id, paper, path, describedBy, wrote }: LongProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  /** What the area's text stands for: the document at these heads, with these paragraphs. */
  const seen = useRef<{ heads: string[]; paragraphs: string[] }>({ heads: [], paragraphs: [] });
  const composing = useRef(false);
  /** Set while the area holds what the document does not have yet. */
  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  /** Until when it is written at the latest. */
  const latest = useRef(0);
  const [merged, setMerged] = useState(false);
  const version = paper.version.value;
  /** What the area holds, also when it is no longer on the screen. */
  const typed = useRef<string | undefined>(undefined);

  const stands = () => texts(path.reduce<any>((at, name) => at?.[name], paper.doc as Raw));

  /** Brings the area to what the document holds, without moving the caret. */
  const follow = (own: boolean) => {
    const box = area.current;
    if (!box || composing.current) return;
    if (pending.current !== undefined) return write();
    const paragraphs = stands();
    const changes = edits(box.value, paragraphs.join("\n"));
    for (const [at, gone, comes] of changes) box.setRangeText(comes, at, at + gone, "preserve");
    if (changes.length > 0 && !own && (document.activeElement === box || isApart(paper.opened, seen.current.heads))) setMerged(true);
    seen.current = { heads: paper.heads, paragraphs };
  };

  useEffect(() => follow(false), [version]);

  const write = (leaving = false) => {
    clearTimeout(pending.current);
    pending.current = undefined;
    if (typed.current === undefined) return;
    // A document that is still being opened takes it once it is open, and all of it at once.
    if (paper.isEarly && !leaving) return void (pending.current = setTimeout(write, PAUSE));
    const text = nfc(typed.current);
    typed.current = undefined;
    const next = text === "" ? [] : text.split("\n");
    const { heads, paragraphs } = seen.current;
    paper.changeAt(heads, "edit", (doc) => setParagraphs(doc, path, next, paragraphs));
    wrote();
    if (!leaving) follow(true);
  };

  useHeld((leaving) => (leaving || !composing.current) && write(leaving));

  return (
    <>
      <textarea
        id={id}
        ref={area}
        rows={4}
        aria-describedby={describedBy}
        onInput={(event) => {
          typed.current = event.currentTarget.value;
          const now = performance.now();
          if (pending.current === undefined) latest.current = now + PAUSES * PAUSE;
          clearTimeout(pending.current);
          pending.current = composing.current ? undefined : setTimeout(write, Math.min(PAUSE, latest.current - now));
        }}
        onCompositionStart={() => (composing.current = true)}
        onCompositionEnd={(event) => {
          composing.current = false;
          typed.current = event.currentTarget.value;
          write();
        }}
        onBlur={() => {
          if (pending.current !== undefined) write();
          setMerged(false);
        }}
      />
      {merged && <p class="hint" role="status">{tr("Đã gộp với phần người khác vừa viết; xin xem lại.", "Merged with what somebody else just wrote; please look it over.")}</p>}
    </>
  );
}

interface ShortProps {
  id: string;
  value: string;
  type?: "text" | "date";
  describedBy?: string;
  readOnly?: boolean;
  max?: number;
  write: (value: string) => void;
}

/** A year that is still being typed begins with zeros. */
const WHOLE_DAY = /^[1-9]\d{3}-\d\d-\d\d$/;

/** A short text, written as a whole when the person pauses or leaves it. */
export function ShortText({ id, value, type = "text", describedBy, max = 1000, write }: ShortProps) {
  const [typed, setTyped] = useState<{ text: string; over: string } | undefined>(undefined);
  const composing = useRef(false);
  const pending = useRef<{ text: string; timer: ReturnType<typeof setTimeout> } | undefined>(undefined);
  const flush = () => {
    const waits = pending.current;
    if (!waits) return;
    clearTimeout(waits.timer);
    pending.current = undefined;
    write(waits.text);
  };
  useHeld(flush);
  const own = typed && (value === typed.over || value === nfc(typed.text) || composing.current) ? typed.text : undefined;
  const take = (text: string) => {
    setTyped({ text, over: value });
    if (pending.current) clearTimeout(pending.current.timer);
    pending.current = undefined;
    if (!composing.current && nfc(text) !== value && (type === "text" || text === "" || WHOLE_DAY.test(text))) {
      pending.current = { text: nfc(text), timer: setTimeout(flush, PAUSE) };
    }
  };
  return (
    <input
      id={id}
      {...({ type } as { type: "text" })}
      maxLength={type === "text" ? max : undefined}
      autocomplete="off"
      value={own ?? value}
      aria-describedby={describedBy}
      onInput={(event) => take(event.currentTarget.value)}
      onCompositionStart={() => (composing.current = true)}
      onCompositionEnd={(event) => {
        composing.current = false;
        take(event.currentTarget.value);
      }}
      onBlur={() => {
        flush();
        setTyped(undefined);
      }}
    />
  );
}
