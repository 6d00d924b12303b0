// The program: opens the device's office and draws the screen that the address names.
import { options, render } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Account } from "./ui/account.tsx";
import { Conflicts, clashes } from "./ui/conflicts.tsx";
import { Directive, Directives } from "./ui/directives.tsx";
import { Election } from "./ui/election.tsx";
import { History } from "./ui/history.tsx";
import { Incident, Incidents } from "./ui/incidents.tsx";
import { draw } from "./local/drawing.ts";
import type { Early } from "./local/early.ts";
import { keepStarting, startEngine } from "./local/engine.ts";
import { diskFault } from "./local/disk.ts";
import { isOwnDoing } from "./local/leaving.ts";
import { loadDrafts } from "./ui/drafts.ts";
import { loadUnread, writeDown } from "./ui/inputs.tsx";
import { arriveAt } from "./ui/focus.ts";
import { isEarly, Leftovers, loadLeftovers } from "./ui/leftovers.tsx";
import { go, StatusBar, title } from "./ui/parts.tsx";
import { Publish } from "./ui/publish.tsx";
import { Report } from "./ui/report.tsx";
import { Round } from "./ui/round.tsx";
import { Sign } from "./ui/sign.tsx";
import { election, here, office, readRoute, resume, route } from "./ui/state.ts";
import { Tasks } from "./ui/tasks.tsx";
import { Today } from "./ui/today.tsx";
import { Update, watch } from "./ui/update.tsx";
import { language, named, tr } from "./ui/words.ts";

declare const ICON: string;

/** While the committee's own data is not on this device, no screen can tell the truth. */
function First() {
  const state = here().paper("election").state.value;
  return (
    <main id="main">
      <h1>{state === "loading" ? tr("Đang tải dữ liệu về máy…", "Bringing the data onto this device…") : tr("Dữ liệu chưa có trên máy này", "The data is not on this device yet")}</h1>
      <p>{tr("Lần đầu cần có mạng; sau đó làm việc được khi không có mạng.", "The first time needs a network; after that you can work without one.")}</p>
    </main>
  );
}

function Screen() {
  if (here().paper("election").state.value !== "here" && route.value[0] !== "account") return <First />;
  const [name = "", ...rest] = route.value;
  switch (name) {
    case "tasks":
      return <Tasks open={rest[0]} />;
    case "report":
      return <Report key={rest.slice(0, 2).join("/")} body={rest[0] ?? ""} due={rest[1] ?? ""} part={rest[2] ?? ""} />;
    case "incidents":
      return <Incidents />;
    case "incident":
      return <Incident key={rest.join("/")} body={rest[0] ?? ""} id={rest[1] ?? ""} />;
    case "publish":
      return here().publishes ? <Publish /> : <Today />;
    case "directives":
      return <Directives />;
    case "directive":
      return <Directive key={rest.join("/")} symbol={rest.join("/")} />;
    case "election":
      return <Election />;
    case "round":
      return <Round due={rest[0] ?? ""} />;
    case "conflicts":
      return <Conflicts />;
    case "history":
      return <History key={rest.join("/")} paperKey={rest.join("/")} />;
    case "account":
      return <Account />;
    default:
      return <Today />;
  }
}

/** The heading of the screen that an address names, for the window's title. */
function titleNow(): string {
  const [name = "", ...rest] = route.value;
  switch (name) {
    case "tasks":
      return tr("Nhiệm vụ", "Tasks");
    case "report":
      return `${/^\d+$/.test(rest[2] ?? "") ? `${tr("Mục", "Section")} ${rest[2]} – ` : ""}${title(rest.slice(0, 2).reduce((key, part) => `${key}/${part}`, "report"))}`;
    case "incidents":
    case "incident":
      return tr("Báo cáo đột xuất", "Ad-hoc reports");
    case "publish":
      return tr("Công bố", "Publishing");
    case "directives":
    case "directive":
      return `${tr("Văn bản chỉ đạo", "Directing documents")} ${rest.join("/")}`.trim();
    case "election":
      return title("election");
    case "round":
      return tr("Đợt báo cáo", "Round of reports");
    case "conflicts":
      return tr("Hai máy ghi khác nhau", "Two devices differ");
    case "history":
      return `${tr("Lịch sử", "History")} – ${title(rest.join("/"))}`;
    case "account":
      return tr("Tài khoản và máy này", "Account and this device");
    case "login":
    case "code":
    case "first":
      return tr("Đăng nhập", "Log in");
    default:
      return office.value ? tr("Hôm nay", "Today") : tr("Đăng nhập", "Log in");
  }
}

function Menu() {
  const at = route.value[0] ?? "";
  const count = clashes().length;
  const items: [string, string][] = [
    ["", tr("Hôm nay", "Today")],
    ["tasks", tr("Nhiệm vụ", "Tasks")],
    ...(here().isAgency ? ([["round", tr("Đợt báo cáo", "Round")]] as [string, string][]) : []),
    ...(here().publishes ? ([["publish", tr("Công bố", "Publish")]] as [string, string][]) : []),
    ["incidents", tr("Đột xuất", "Ad-hoc")],
    ["directives", tr("Văn bản", "Directives")],
    ["election", title("election")],
    ...(count > 0 ? ([["conflicts", tr(`Khác nhau (${count})`, `Conflicts (${count})`)]] as [string, string][]) : []),
    ["account", tr("Tài khoản", "Account")],
  ];
  return (
    <nav class="menu" aria-label={tr("Chính", "Main")}>
      <ul class={items.length > 5 ? "many" : undefined}>{items.map(([name, words]) => <li class={name === "directives" ? "wide" : name === "election" ? name : undefined}><a href={go(name)} aria-current={at === name || (at !== "" && name.startsWith(at)) ? "page" : undefined}>{words}</a></li>)}</ul>
    </nav>
  );
}

function App() {
  const spoken = language.value;
  const [name = ""] = route.value;
  const address = route.value.join("/");
  const heading = titleNow();
  useEffect(() => {
    document.documentElement.lang = spoken;
    document.title = `${heading} – Niêm yết`;
  }, [spoken, heading]);
  const first = useRef(true);
  useEffect(() => {
    // Who opens the program begins where the browser begins.
    if (!first.current) return arriveAt(/^report\/[^/]+\/[^/]+\/\d+$/.test(address) ? "#section-name" : "main h1");
    first.current = false;
  }, [address]);
  if (!office.value || ["login", "code", "first"].includes(name)) {
    return <Sign way={name === "code" || name === "first" ? name : "login"} />;
  }
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), event.currentTarget.blur(), void arriveAt("main h1"))}>{tr("Tới nội dung", "Skip to content")}</a>
      <header class="top">
        <p class="brand"><a href="#/" lang="vi">Niêm yết</a> <span>{named(election.value, "name")}</span></p>
        <Menu />
        <StatusBar />
        <Update />
      </header>
      <Leftovers />
      <Screen />
    </>
  );
}

/** What the window and an installed program are known by. */
function dress(): void {
  for (const [rel, href] of [["icon", ICON], ["manifest", "app.webmanifest"]] as const) {
    if (!document.querySelector(`link[rel=${rel}]`)) document.head.append(Object.assign(document.createElement("link"), { rel, href }));
  }
}

/** Called by the first script once the program is here; the wasm may still be coming. */
export async function start(wasm: () => Promise<Response>, early: Promise<Early>): Promise<void> {
  // A first visit waits for all of it, behind its progress bar; later ones show at once what is on the device.
  const isFirst = !navigator.serviceWorker?.controller;
  if (isFirst) await startEngine(wasm);
  readRoute();
  addEventListener("hashchange", readRoute);
  await resume(await early);
  office.subscribe((one) => {
    if (!one) return;
    one.beforeOthers = () => writeDown(false);
    void loadUnread();
    void loadLeftovers();
    void loadDrafts();
  });
  const root = document.getElementById("app")!;
  root.textContent = "";
  // After the first frame: what compiles would stand in the way of what is drawn. A window that nobody sees has no frames.
  let isBegun = false;
  const begin = () => {
    if (isBegun) return;
    isBegun = true;
    dress();
    if (!isFirst) void keepStarting(wasm);
  };
  requestAnimationFrame(() => setTimeout(begin));
  setTimeout(begin, 500);
  options.debounceRendering = draw;
  render(<App />, root);
  void watch();
  addEventListener("pagehide", () => (writeDown(), office.value?.lastWords()));
  // A page that the browser brings back as it was would not know what the next one took over from it.
  addEventListener("pageshow", (event) => event.persisted && location.reload());
  document.addEventListener("visibilitychange", () => document.hidden && writeDown(false));
  // While the disk is full, or a document is not open yet, what was typed lives in this page alone.
  addEventListener("beforeunload", (event) => office.value && (diskFault.value || (isEarly() && !isOwnDoing())) && event.preventDefault());
}
