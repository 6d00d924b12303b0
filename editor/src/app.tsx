// The program: opens the device's office and draws the screen that the address names.
import { initializeWasm } from "@automerge/automerge-repo/slim";
import { render } from "preact";
import { useEffect } from "preact/hooks";
import { Account } from "./ui/account.tsx";
import { Conflicts, contested } from "./ui/conflicts.tsx";
import { History } from "./ui/history.tsx";
import { Incident, Incidents } from "./ui/incidents.tsx";
import { loadUnread } from "./ui/inputs.tsx";
import { go, StatusBar } from "./ui/parts.tsx";
import { Report } from "./ui/report.tsx";
import { Round } from "./ui/round.tsx";
import { Sign } from "./ui/sign.tsx";
import { election, here, office, readRoute, resume, route } from "./ui/state.ts";
import { Tasks } from "./ui/tasks.tsx";
import { Today } from "./ui/today.tsx";
import { Update, watch } from "./ui/update.tsx";
import { language, named, tr } from "./ui/words.ts";

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
      return <Report body={rest[0] ?? ""} due={rest[1] ?? ""} part={rest[2] ?? ""} />;
    case "incidents":
      return <Incidents />;
    case "incident":
      return <Incident body={rest[0] ?? ""} id={rest[1] ?? ""} />;
    case "round":
      return <Round due={rest[0] ?? ""} />;
    case "conflicts":
      return <Conflicts />;
    case "history":
      return <History paperKey={rest.join("/")} />;
    case "account":
      return <Account />;
    default:
      return <Today />;
  }
}

function Menu() {
  const at = route.value[0] ?? "";
  const clashes = contested().length;
  const items: [string, string][] = [
    ["", tr("Hôm nay", "Today")],
    ["tasks", tr("Nhiệm vụ", "Tasks")],
    ...(here().isAgency ? ([["round", tr("Đợt báo cáo", "Round")]] as [string, string][]) : []),
    ["incidents", tr("Đột xuất", "Ad-hoc")],
    ...(clashes > 0 ? ([["conflicts", tr(`Khác nhau (${clashes})`, `Conflicts (${clashes})`)]] as [string, string][]) : []),
    ["account", tr("Tài khoản", "Account")],
  ];
  return (
    <nav class="menu" aria-label={tr("Chính", "Main")}>
      <ul>{items.map(([name, words]) => <li><a href={go(name)} aria-current={at === name ? "page" : undefined}>{words}</a></li>)}</ul>
    </nav>
  );
}

function App() {
  const spoken = language.value;
  const [name = ""] = route.value;
  useEffect(() => void (document.documentElement.lang = spoken), [spoken]);
  if (!office.value || ["login", "code", "first"].includes(name)) {
    return <Sign way={name === "code" || name === "first" ? name : "login"} />;
  }
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.querySelector("h1")?.scrollIntoView(), document.getElementById("main")?.querySelector<HTMLElement>("a, button, input")?.focus())}>{tr("Tới nội dung", "Skip to content")}</a>
      <header class="top">
        <p class="brand"><a href="#/">Niêm yết</a> <span>{named(election.value, "name")}</span></p>
        <Menu />
        <StatusBar />
        <Update />
      </header>
      <Screen />
    </>
  );
}

/** Called by the first script once the program is here; the wasm may still be coming. */
export async function start(wasm: Promise<Response>): Promise<void> {
  await initializeWasm(wasm as unknown as Parameters<typeof initializeWasm>[0]);
  readRoute();
  addEventListener("hashchange", readRoute);
  await resume();
  if (office.value) await loadUnread();
  office.subscribe((one) => one && void loadUnread());
  const root = document.getElementById("app")!;
  root.textContent = "";
  render(<App />, root);
  void watch();
}
