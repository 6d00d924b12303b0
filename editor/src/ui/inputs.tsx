// Inputs bound to documents. What a person types goes into the document at once; what comes from elsewhere never moves the caret
// and never touches a text while an input method composes.
import type { Automerge as A } from "@automerge/automerge-repo/slim";
import { signal } from "@preact/signals";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { formatFigure, parseFigure } from "../document/figure.ts";
import { nfc } from "../document/edit.ts";
import { Own, stands } from "../document/own.ts";
import { putText, textAt, type Find } from "../document/place.ts";
import { edits } from "../document/text.ts";
import { isApart, words } from "../document/read.ts";
import { UNREAD } from "../local/disk.ts";
import type { Paper } from "../local/paper.ts";
import { keepEarly } from "./leftovers.tsx";
import { here } from "./state.ts";
import { unreads } from "./unread.ts";
import { holdsBack } from "./unwritten.ts";
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

/** Holds a write back, and lets nothing of it get lost when the field goes away. Gives what is to be told whether something is held
 * back now. */
function useHeld(write: (leaving: boolean) => void): (back: boolean) => void {
  const last = useRef(write);
  last.current = write;
  const field = useRef({}).current;
  useEffect(() => {
    const now = (leaving: boolean) => last.current(leaving);
    held.add(now);
    return () => {
      now(true);
      held.delete(now);
      holdsBack(field, false);
    };
  }, []);
  return (back) => holdsBack(field, back);
}

/** What was typed and is no figure, by key and field. */
export const unread = unreads.texts;

export function loadUnread(): Promise<void> {
  const { disk, desk } = here();
  return unreads.open({
    all: () => disk.getFrom<string | undefined>(UNREAD),
    put: (name, text) => void disk.set(UNREAD + name, text),
    channel: `niemyet-unread-${desk.value.account.id}`,
  });
}

export const keepUnread = (name: string, text: string | undefined): void => unreads.keep(name, text);

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

/** Brings a box to a text, without moving the caret away from the letters that it stands between; gives whether it held another. */
function bring(box: HTMLInputElement | HTMLTextAreaElement, text: string): boolean {
  // A day has no caret, and nothing in it can be replaced.
  if (box.type === "date") {
    const differs = box.value !== text;
    if (differs) box.value = text;
    return differs;
  }
  const changes = edits(box.value, text);
  for (const [at, gone, comes] of changes) box.setRangeText(comes, at, at + gone, "preserve");
  return changes.length > 0;
}

/** What the person types into a field with one value, beside what the document holds there. */
function useOwn<V>(paper: Paper, path: A.Prop[] | Find, read: (raw: unknown) => V) {
  const own = (useRef<Own<V>>(undefined).current ??= new Own<V>());
  const [, draw] = useState(0);
  const at = useRef(path);
  at.current = path;
  const now = () => stands(paper.doc, paper.heads, typeof at.current === "function" ? at.current(paper.doc) : at.current, read);
  const there = now();
  own.follow(there);
  return { own, now, value: there.value, draw: () => draw((n) => n + 1) };
}

interface FigureProps {
  id: string;
  name: string;
  paper: Paper;
  path: A.Prop[];
  describedBy: string;
  invalid: boolean;
  /** `heads`: what the person saw, if others wrote there meanwhile. */
  write: (value: number | undefined, heads?: string[]) => void;
}

const asFigure = (raw: unknown): number | undefined => (raw === undefined || raw === null ? undefined : Number(raw));

export function FigureInput({ id, name, paper, path, describedBy, invalid, write }: FigureProps) {
  const { own, now, value, draw } = useOwn(paper, path, asFigure);
  const box = useRef<HTMLInputElement>(null);
  const shown = own.text ?? unread.value[name] ?? (value === undefined ? "" : formatFigure(value));
  useLayoutEffect(() => void bring(box.current!, shown));
  const type = (text: string) => {
    isTyping(name);
    keepEarly(paper, id, text);
    own.type(text, now());
    const parsed = parseFigure(text);
    if ("value" in parsed) {
      keepUnread(name, undefined);
      own.write(parsed.value, now, (heads) => write(parsed.value, heads));
    } else keepUnread(name, text);
    draw();
  };
  return (
    <input
      id={id}
      ref={box}
      class="figure"
      inputMode="numeric"
      autocomplete="off"
      aria-describedby={describedBy}
      aria-invalid={invalid}
      onInput={(event) => type(event.currentTarget.value)}
      onBlur={() => (hasTyped(), own.leave(), draw())}
    />
  );
}

interface LongProps {
  id: string;
  paper: Paper;
  /** Where the text stands: a list of paragraphs, which are one a line here, or a text of its own. */
  path: A.Prop[] | Find;
  describedBy?: string;
  rows?: number;
  max?: number;
  message?: string;
  wrote: () => void;
}

export function LongText(props: LongProps) {
  const { area, composing, type, end, leave, merged } = useLong(props);
  return (
    <>
      <textarea
        id={props.id}
        ref={area}
        rows={props.rows ?? 4}
        maxLength={props.max}
        aria-describedby={props.describedBy}
        onInput={(event) => type(event.currentTarget.value)}
        onCompositionStart={() => (composing.current = true)}
        onCompositionEnd={(event) => end(event.currentTarget.value)}
        onBlur={leave}
      />
      {merged && <p class="hint" role="status">{tr("Đã gộp với phần người khác vừa viết; xin xem lại.", "Merged with what somebody else just wrote; please look it over.")}</p>}
    </>
  );
}

/** What an area holds beside what the document holds. */
function useLong({ id, paper, path, message = "edit", wrote }: LongProps) {
  const area = useRef<HTMLTextAreaElement>(null);
  const find = typeof path === "function" ? path : () => path;
  /** What the area's text stands for: the document at these heads, with this text there. */
  const seen = useRef<{ heads: string[]; text: string; path: A.Prop[] | undefined }>({ heads: [], text: "", path: undefined });
  const composing = useRef(false);
  /** Set while the area holds what the document does not have yet. */
  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  /** Until when it is written at the latest. */
  const latest = useRef(0);
  const [merged, setMerged] = useState(false);
  const version = paper.version.value;
  /** What the area holds, also when it is no longer on the screen. */
  const typed = useRef<string | undefined>(undefined);
  /** Brings the area to what the document holds, without moving the caret. */
  const follow = (own: boolean) => {
    const box = area.current;
    if (!box || composing.current) return;
    if (pending.current !== undefined) return write();
    const [heads, at] = [paper.heads, find(paper.doc)];
    // Somebody took it away: it goes from the screen as well.
    if (!at) return;
    const text = textAt(paper.doc, at);
    if (bring(box, text) && !own && (document.activeElement === box || isApart(paper.opened, seen.current.heads))) setMerged(true);
    seen.current = { heads, text, path: at };
  };
  useEffect(() => follow(false), [version]);
  const write = (leaving = false) => {
    clearTimeout(pending.current);
    pending.current = undefined;
    if (typed.current === undefined) return;
    // A document that is still being opened takes it once it is open, and all of it at once.
    if (paper.isEarly && !leaving) return void (pending.current = setTimeout(write, PAUSE));
    const next = nfc(typed.current);
    typed.current = undefined;
    const { heads, text, path: at = find(paper.doc) } = seen.current;
    // What was taken back, or never came of a composition, is no change.
    if (next !== text && at) {
      paper.changeAt(heads, message, (doc) => putText(doc, at, next, paper.has(heads) ? text : textAt(doc, at)));
      wrote();
    }
    hold(false);
    if (!leaving) follow(true);
  };
  const hold = useHeld((leaving) => (leaving || !composing.current) && write(leaving));
  const type = (text: string) => {
    typed.current = text;
    keepEarly(paper, id, text);
    hold(true);
    const now = performance.now();
    if (pending.current === undefined) latest.current = now + PAUSES * PAUSE;
    clearTimeout(pending.current);
    pending.current = composing.current ? undefined : setTimeout(write, Math.min(PAUSE, latest.current - now));
  };
  const end = (text: string) => ((composing.current = false), (typed.current = text), write());
  const leave = () => {
    if (pending.current !== undefined) write();
    setMerged(false);
  };
  return { area, composing, type, end, leave, merged };
}

interface ShortProps {
  id: string;
  paper: Paper;
  path: A.Prop[] | Find;
  type?: "text" | "date";
  describedBy?: string;
  max?: number;
  /** `heads`: what the person saw, if others wrote there meanwhile. */
  write: (value: string, heads?: string[]) => void;
}

/** A year that is still being typed begins with zeros. */
const WHOLE_DAY = /^[1-9]\d{3}-\d\d-\d\d$/;

const asWords = (raw: unknown): string => words(raw) ?? "";

/** A short text, written as a whole when the person pauses or leaves it. */
export function ShortText({ id, paper, path, type = "text", describedBy, max = 1000, write }: ShortProps) {
  const { own, now, value, draw } = useOwn(paper, path, asWords);
  const box = useRef<HTMLInputElement>(null);
  const composing = useRef(false);
  const pending = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const flush = (leaving: boolean) => {
    clearTimeout(pending.current);
    pending.current = undefined;
    const text = nfc(own.text ?? "");
    if (!own.isDirty || (composing.current && !leaving) || (type === "date" && text !== "" && !WHOLE_DAY.test(text))) return;
    own.write(text, now, (heads) => write(text, heads));
    hold(false);
  };
  const hold = useHeld(flush);
  const shown = own.text ?? value;
  useLayoutEffect(() => void (composing.current || bring(box.current!, shown)));
  const take = (text: string) => {
    keepEarly(paper, id, text);
    own.type(text, now());
    clearTimeout(pending.current);
    pending.current = undefined;
    const waits = own.differs(nfc(text)) && (type === "text" || text === "" || WHOLE_DAY.test(text));
    hold(waits);
    if (waits && !composing.current) pending.current = setTimeout(() => (flush(false), draw()), PAUSE);
    else if (!composing.current) flush(false);
    draw();
  };
  return (
    <input
      id={id}
      ref={box}
      {...({ type } as { type: "text" })}
      maxLength={type === "text" ? max : undefined}
      autocomplete="off"
      aria-describedby={describedBy}
      onInput={(event) => take(event.currentTarget.value)}
      onCompositionStart={() => (composing.current = true)}
      onCompositionEnd={(event) => {
        composing.current = false;
        take(event.currentTarget.value);
      }}
      onBlur={() => {
        flush(true);
        own.leave();
        draw();
      }}
    />
  );
}
