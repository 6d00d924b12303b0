// Small parts of screens: the status that is always in sight, tags, links, error lists.
import { computed, effect, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { Status, TaskStatus } from "../document/status.ts";
import { diskFault, writing } from "../local/disk.ts";
import { engineFault } from "../local/engine.ts";
import { corrections, drafts } from "./drafts.ts";
import { useFocus } from "./focus.ts";
import { lacking, type Lack } from "./lacking.ts";
import { TASKS } from "./names.ts";
import { Spoken } from "./speech.tsx";
import { statusLine, type Line } from "./status.ts";
import { bodyName, here, notice, office } from "./state.ts";
import { unwritten } from "./unwritten.ts";
import { dueOf, kindOf, bodyOf } from "../document/key.ts";
import { showDay, tr } from "./words.ts";

export const go = (...parts: string[]): string => `#/${parts.map(encodeURIComponent).join("/")}`;

const REPORT: Record<Status, [string, string]> = {
  draft: ["Bản nháp", "Draft"],
  submitted: ["Đã nộp", "Submitted"],
  returned: ["Bị trả lại", "Returned"],
  accepted: ["Đã tiếp nhận", "Accepted"],
};

export function reportWord(status: Status): string {
  return tr(...REPORT[status]);
}

export function taskWord(status: TaskStatus): string {
  return tr(...TASKS[status]!);
}

export function Tag({ kind, children }: { kind: string; children: ComponentChildren }) {
  return <strong class={`tag ${kind}`}>{children}</strong>;
}

/** What a document is, in words. */
export function title(key: string): string {
  const body = bodyOf(key);
  const of = body ? ` – ${bodyName(body)}` : "";
  const due = dueOf(key);
  switch (kindOf(key)) {
    case "report":
      return tr(`Báo cáo tuần, hạn ${showDay(due!)}`, `Weekly report due ${showDay(due!)}`) + of;
    case "progress":
      return tr("Tiến độ nhiệm vụ", "Progress of tasks") + of;
    case "incident":
      return tr("Báo cáo đột xuất", "Ad-hoc report") + of;
    case "review":
      return tr(`Ý kiến của cơ quan thường trực, đợt ${showDay(due!)}`, `Review of the round of ${showDay(due!)}`);
    case "publication":
      return tr("Công bố", "Publishing");
    case "election":
      return tr("Lịch và đơn vị", "Timetable and units");
    default:
      return key;
  }
}

/** The address of the screen on which a document is worked. */
export function addressOf(key: string): string {
  const parts = key.split("/");
  if (kindOf(key) === "report") return go("report", parts[1]!, parts[2]!);
  if (kindOf(key) === "incident") return go("incident", parts[1]!, parts[2]!);
  if (kindOf(key) === "review") return go("round", parts[1]!);
  if (kindOf(key) === "publication") return go("publish");
  if (kindOf(key) === "election") return go("election");
  return go("tasks");
}

/** When this page had a connection last (Unix ms of this device). */
const heard = signal<number | undefined>(undefined);
let was: string | undefined;
effect(() => {
  const link = office.value?.link.value;
  if (was === "online" && link !== "online") heard.value = Date.now();
  was = link;
});

/** When the server was heard last, by its own clock, as far as this device remembers. */
function lastHeard(): number {
  const one = here();
  return Math.max(one.desk.value.now ?? -Infinity, (heard.value ?? -Infinity) + one.skew.value);
}

const line = computed<Line>(() => {
  const one = office.value;
  if (!one) return { kind: "calm", text: "" };
  const skew = one.skew.value;
  const last = one.sending.lastSent.value;
  return statusLine({
    fault: diskFault.value !== undefined,
    lame: engineFault.value,
    refused: Object.keys(one.sending.refused.value).length,
    waiting: Object.keys(one.waiting.value).length,
    since: one.since.value + skew,
    busy: unwritten.value + writing.value + one.sending.unsaved.value > 0,
    drafts: Object.keys(drafts.value).length,
    corrections: corrections.value,
    lastSent: last === undefined ? undefined : last + skew,
    heard: lastHeard(),
    online: one.link.value === "online",
  });
});

function net(): string {
  switch (here().link.value) {
    case "online":
      return tr("Có kết nối", "Connected");
    case "login":
      return tr("Đã hết phiên đăng nhập: vẫn viết tiếp được", "Login has ended: you can go on writing");
    case "connecting":
      return engineFault.value ? tr("Chưa nối được", "Not connected") : tr("Đang nối…", "Connecting…");
    case "offline":
      return tr("Không có mạng: vẫn làm việc được", "No connection: you can go on working");
    case "busy":
      return tr("Có mạng, nhưng máy chủ chưa nhận: vẫn làm việc được, máy tự thử lại", "The network is there, but the server takes nothing just now: you can go on working, it tries again by itself");
  }
}

export function StatusBar() {
  const one = here();
  const { kind, text, spoken } = line.value;
  const waits = Object.keys(one.waiting.value).length > 0;
  const off = Math.abs(one.skew.value) > 5 * 60_000;
  return (
    <section class={`bar ${kind}`} aria-label={tr("Tình trạng", "Status")}>
      <Spoken status={spoken === "" ? "" : `${spoken ?? text} ${net()}`} />
      <p id="status">
        <span class="sign" aria-hidden="true">{{ good: "✓", wait: "↑", bad: "!", calm: "…" }[kind]}</span> {text}
      </p>
      <p class="net">
        <span id="net">{net()}</span>
        {off && <span class="clock"> · {tr("Đồng hồ máy này sai; dùng giờ máy chủ", "This device's clock is wrong; the server's is used")}</span>}
        {one.link.value === "login" && <a href={go("login")}>{tr("Đăng nhập để gửi", "Log in to send")}</a>}
        {waits && one.link.value !== "login" && (
          <button type="button" class="quiet" onClick={() => one.sendNow()}>{tr("Gửi ngay", "Send now")}</button>
        )}
        {diskFault.value && (
          <button type="button" class="quiet" onClick={() => one.retryDisk()}>{tr("Thử lưu lại", "Try to save again")}</button>
        )}
        {kind !== "good" && kind !== "calm" && <a href={go("account")}>{tr("Xem chi tiết", "Details")}</a>}
      </p>
      <p role="alert" class="notice">{notice.value}</p>
    </section>
  );
}

/** Why a document cannot be shown on this device; undefined if it can. `own`: whether the person may begin it. */
export function lackOf(key: string, own = here().writes(key)): Lack | undefined {
  const office = here();
  const paper = office.paper(key);
  return lacking(paper.state.value, { own, known: office.isKnown(key), begun: paper.isBegun });
}

/** The screen in its place. `none`: what is said of one that nobody has begun; `back`: where one comes from. */
export function Missing({ why, none, back, to }: { why: Lack; none: string; back: string; to: string }) {
  return (
    <main id="main">
      <p class="crumb"><a href={to}>{back}</a></p>
      <h1>{why === "none" ? none : lackWords(why)}</h1>
      {why === "unavailable" && <p>{tr("Cần có mạng một lần để tải về.", "It needs a network once.")}</p>}
    </main>
  );
}

export function lackWords(why: Exclude<Lack, "none">): string {
  return why === "opening" ? tr("Đang mở…", "Opening…") : tr("Văn bản này chưa có trên máy", "This document is not on this device yet");
}

export function say(text: string): void {
  notice.value = text;
  setTimeout(() => notice.value === text && (notice.value = ""), 8_000);
}

/** A list of what is wrong; each entry leads to its field. What appears while one types is not read out; its field says it. `name`
 * stays with an entry while others come and go: whoever stands on it goes on standing there. */
export function ErrorSummary({ faults, loud, id = "errors" }: { id?: string; faults: { name: string; text: string; jump: () => void; href: string }[]; loud: boolean }) {
  if (faults.length === 0) return null;
  return (
    <div class="errors" role={loud ? "alert" : "region"} aria-labelledby={`${id}-name`} tabIndex={-1} id={id}>
      <h2 id={`${id}-name`}>{tr("Cần xem lại", "Please check")}</h2>
      <ul>
        {faults.map((one) => (
          <li key={one.name}>
            <a href={one.href} onClick={(event) => (event.preventDefault(), one.jump())}>{one.text}</a>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** A question before something that cannot simply be undone. The keyboard stands on it; whoever stays goes on where they were. */
export function Ask({ text, yes, no, act, leave, confirm }: { text: string; yes: string; no: string; act: () => void; leave: () => void; confirm: Record<string, string> }) {
  const box = useFocus<HTMLDivElement>();
  return (
    <div class="errors" role="group" aria-label={text} tabIndex={-1} ref={box} onKeyDown={(event) => event.key === "Escape" && leave()}>
      <p>{text}</p>
      <p class="actions"><button type="button" {...confirm} class={`warn ${confirm.class ?? ""}`} onClick={act}>{yes}</button><button type="button" class="quiet" onClick={leave}>{no}</button></p>
    </div>
  );
}
