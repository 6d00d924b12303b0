// The builder and its releases: a button, live progress, what went wrong and where, and the switch from one release to another.
import { useEffect, useState } from "preact/hooks";
import { ask, isProblem, type Problem } from "../local/desk.ts";
import { focusSoon } from "./focus.ts";
import { Ask, say } from "./parts.tsx";
import { here } from "./state.ts";
import { showTime, tr } from "./words.ts";

export interface Builder {
  build: number;
  phase: "waiting" | "reading" | "rendering" | "writing" | "done" | "failed";
  done: number;
  total: number;
  release?: string;
  new: boolean;
  paused: boolean;
  next?: number;
  error?: { message: string; template?: string; line?: number; document?: string };
}

interface Release {
  id: string;
  at: string;
  current: boolean;
  pages: number;
  by?: string;
  how?: string;
  damaged?: string;
}

interface Paths {
  count: number;
  paths: string[];
}

export interface Pages {
  added: Paths;
  changed: Paths;
  removed: Paths;
}

/** What went wrong, in words; undefined if nothing did. */
export function trouble(answer: unknown): string | undefined {
  if (answer === "offline") return tr("Cần có mạng.", "Needs a network.");
  if (!isProblem(answer)) return undefined;
  const problem = answer as Problem & { detail_vi?: string; detail?: string };
  return tr(problem.detail_vi || problem.vi || problem.title, problem.detail || problem.title);
}

/** Where the builder is, as it says so itself. */
export function useBuilder(): Builder | undefined {
  const [state, setState] = useState<Builder | undefined>(undefined);
  const online = here().link.value === "online";
  useEffect(() => {
    if (!online) return;
    const source = new EventSource("/api/rebuild/events");
    source.addEventListener("state", (event) => setState(JSON.parse((event as MessageEvent<string>).data) as Builder));
    return () => source.close();
  }, [online]);
  return state;
}

const PHASES: Record<Builder["phase"], [string, string]> = {
  waiting: ["Đang chờ lượt dựng", "Waiting to begin"],
  reading: ["Đang đọc văn bản", "Reading documents"],
  rendering: ["Đang dựng trang", "Rendering pages"],
  writing: ["Đang ghi bản công bố", "Writing the release"],
  done: ["Đã dựng xong", "Built"],
  failed: ["Không dựng được; bản đang công bố không thay đổi", "The build failed; what is public has not changed"],
};

export function Rebuild({ state }: { state: Builder | undefined }) {
  const online = here().link.value === "online";
  const rebuild = async () => {
    const wrong = trouble(await ask("POST", "/api/rebuild", {}));
    if (wrong) say(wrong);
  };
  const busy = state !== undefined && !["done", "failed"].includes(state.phase);
  return (
    <section>
      <h2>{tr("Dựng và đưa ra công khai", "Build and make public")}</h2>
      {state?.paused && <p class="inset">{tr("Đã quay về một bản cũ: máy không tự công bố gì nữa cho tới khi bạn bấm nút dưới đây.", "An older release was chosen: nothing is made public by itself until you press the button below.")}</p>}
      <p class="actions"><button type="button" id="rebuild" disabled={!online || busy} onClick={() => void rebuild()}>{tr("Dựng và công bố những gì đã duyệt", "Build and make public what is approved")}</button></p>
      {!online && <p class="hint">{tr("Cần có mạng để dựng; quyết định duyệt thì ghi được ngay và sẽ được gửi.", "Building needs a network; decisions can be made now and are sent later.")}</p>}
      <p role="status" id="build-state">{state && (state.build > 0 || busy) && <>{tr(...PHASES[state.phase])}{state.phase === "rendering" && ` (${state.done}/${state.total})`}.</>}</p>
      {busy && <progress aria-label={tr("Tiến độ dựng trang", "Progress of the build")} max={Math.max(1, state.total)} value={state.phase === "rendering" ? state.done : undefined} />}
      {state?.phase === "failed" && state.error && (
        <div class="errors" role="alert">
          <p><strong>{state.error.message}</strong></p>
          {(state.error.template || state.error.document) && (
            <p>{state.error.template && <>{tr("Mẫu trang", "Template")}: {state.error.template}{state.error.line !== undefined && `, ${tr("dòng", "line")} ${state.error.line}`} </>}{state.error.document && <>{tr("Văn bản", "Document")}: {state.error.document}</>}</p>
          )}
        </div>
      )}
    </section>
  );
}

/** How many pages differ, and which. */
export function Differences({ pages }: { pages: Pages }) {
  const rows: [string, Paths][] = [
    [tr("thêm", "added"), pages.added],
    [tr("đổi", "changed"), pages.changed],
    [tr("bỏ", "removed"), pages.removed],
  ];
  return (
    <ul class="plain">
      {rows.map(([name, { count, paths }]) => (
        <li>{count} {tr("trang", "page(s)")} {name}{count > 0 && <>: {paths.slice(0, 8).join(", ")}{count > 8 && "…"}</>}</li>
      ))}
    </ul>
  );
}

export function Releases({ after }: { after: string }) {
  const [list, setList] = useState<Release[]>([]);
  const [shown, setShown] = useState<{ id: string; pages: Pages } | undefined>(undefined);
  const [asking, setAsking] = useState("");
  const online = here().link.value === "online";
  const load = async () => {
    const answer = await ask<Release[]>("GET", "/api/releases");
    if (!trouble(answer)) setList(answer as Release[]);
  };
  useEffect(() => void (online && load()), [online, after]);
  const activate = async (id: string) => {
    setAsking("");
    const wrong = trouble(await ask("POST", `/api/releases/${encodeURIComponent(id)}/activate`, {}));
    say(wrong ?? tr("Đã đổi bản công bố.", "What is public was switched."));
    await load();
  };
  const differ = async (id: string, since: string) => {
    const answer = await ask<Pages>("GET", `/api/releases/${encodeURIComponent(id)}/changes?since=${encodeURIComponent(since)}`);
    const wrong = trouble(answer);
    if (wrong) say(wrong);
    else setShown({ id, pages: answer as Pages });
  };
  const way = (how: string) => (how === "by rule" ? tr("tự động theo quy tắc", "by rule") : tr("từ máy chủ", "on the server"));
  return (
    <section>
      <h2>{tr("Các bản công bố được giữ", "Releases that are kept")}</h2>
      {!online && <p>{tr("Cần có mạng để xem.", "Needs a network.")}</p>}
      <ul class="rows releases">
        {list.map((one, i) => (
          <li key={one.id} data-current={one.current}>
            <p><strong>{showTime(Date.parse(one.at))}</strong> <span class="hint">{one.id} · {one.pages} {tr("trang", "page(s)")}{one.by && <> · {one.by}</>}{one.how && <> · {way(one.how)}</>}</span> {one.current && <strong class="tag accepted">{tr("Đang công khai", "Public now")}</strong>}</p>
            {one.damaged && <p class="error">{one.damaged}</p>}
            {asking === one.id ? (
              <Ask
                text={tr("Mọi người sẽ thấy bản này ngay. Máy sẽ không tự công bố bản mới nữa cho tới khi bạn bấm dựng lại.", "Everybody sees this release at once. Nothing is made public by itself until you build again.")}
                yes={tr("Đổi sang bản này", "Switch to it")}
                no={tr("Thôi", "Cancel")}
                confirm={{ class: "confirm" }}
                act={() => void activate(one.id)}
                leave={() => (setAsking(""), focusSoon(`activate-${one.id}`))}
              />
            ) : (
              <p class="actions">
                {!one.current && !one.damaged && <button type="button" class="quiet activate" id={`activate-${one.id}`} onClick={() => setAsking(one.id)}>{tr("Đưa bản này ra công khai", "Make this one public")}<span class="unseen"> {one.id}</span></button>}
                {list[i + 1] && <button type="button" class="quiet" onClick={() => void differ(one.id, list[i + 1]!.id)}>{tr("Khác gì bản trước", "What changed")}<span class="unseen"> {one.id}</span></button>}
              </p>
            )}
            {shown?.id === one.id && <Differences pages={shown.pages} />}
          </li>
        ))}
      </ul>
    </section>
  );
}
