// The builder: a button, live progress, what went wrong and where.
import { useEffect, useState } from "preact/hooks";
import { ask, isProblem, type Problem } from "../local/desk.ts";
import { say } from "./parts.tsx";
import { here } from "./state.ts";
import { language, said, tr } from "./words.ts";

export interface Builder {
  build: number;
  phase: "waiting" | "reading" | "rendering" | "writing" | "done" | "failed";
  done: number;
  total: number;
  release?: string;
  new: boolean;
  paused: boolean;
  next?: number;
  warnings?: Warning[];
  error?: Mistake;
  /** What came of the build that somebody asked for last. */
  asked?: { build: number; release?: string; new: boolean; warnings?: Warning[]; error?: Mistake };
}

interface Mistake {
  message: string;
  template?: string;
  line?: number;
  document?: string;
}

interface Warning {
  path: string;
  message: string;
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
  /** What is asked for is told here once something else was built. */
  const earlier = state?.asked && state.asked.build !== state.build ? state.asked : undefined;
  return (
    <section>
      <h2>{tr("Dựng và đưa ra công khai", "Build and make public")}</h2>
      {state?.paused && <p class="inset">{tr("Đã quay về một bản cũ: máy không tự công bố gì nữa cho tới khi bạn bấm nút dưới đây.", "An older release was chosen: nothing is made public by itself until you press the button below.")}</p>}
      <p class="actions"><button type="button" id="rebuild" disabled={!online || busy} onClick={() => void rebuild()}>{tr("Dựng và công bố những gì đã duyệt", "Build and make public what is approved")}</button></p>
      {!online && <p class="hint">{tr("Cần có mạng để dựng; quyết định duyệt thì ghi được ngay và sẽ được gửi.", "Building needs a network; decisions can be made now and are sent later.")}</p>}
      <p role="status" id="build-state">{state && (state.build > 0 || busy) && <>{tr(...PHASES[state.phase])}{state.phase === "rendering" && ` (${state.done}/${state.total})`}.</>}</p>
      {busy && <progress aria-label={tr("Tiến độ dựng trang", "Progress of the build")} max={Math.max(1, state.total)} value={state.phase === "rendering" ? state.done : undefined} />}
      {state?.phase === "done" && state.warnings && <Warnings id="build-warnings" warnings={state.warnings} />}
      {state?.phase === "failed" && state.error && (
        <div class="errors" role="alert" id="build-error">
          <Fault error={state.error} />
        </div>
      )}
      {earlier?.error && (
        <div class="errors" id="asked-error">
          <p>{tr("Lần dựng được yêu cầu gần nhất không thành công; sau đó máy chỉ tự công bố theo quy tắc. Những thay đổi khác vẫn chưa ra công khai.", "The build that was asked for last failed; since then things were made public by rule alone. Other changes are not public yet.")}</p>
          <Fault error={earlier.error} />
        </div>
      )}
      {earlier?.warnings && <Warnings id="asked-warnings" warnings={earlier.warnings} />}
    </section>
  );
}

function Warnings({ id, warnings }: { id: string; warnings: Warning[] }) {
  return (
    <div class="inset" id={id}>
      <p>{tr("Trang dựng được, nhưng xin xem lại:", "The site was built; please look at:")}</p>
      <ul>{warnings.map(({ path, message }) => <li><strong>{path}</strong>: {said(message)}</li>)}</ul>
    </div>
  );
}

/** Where it is to be mended, what goes on and what to do; then what the engine found, as it found it. */
function Fault({ error: { message, template, line, document } }: { error: Mistake }) {
  const lines = message.split("\n");
  const found = lines.slice(0, -1).filter((one) => one.trim() !== "");
  return (
    <>
      {template && <p><strong>{tr("Tệp cần sửa", "File to correct")}: {template}{line !== undefined && `, ${tr("dòng", "line")} ${line}`}</strong></p>}
      {document && <p><strong>{tr("Văn bản cần sửa", "Document to correct")}: {document}</strong></p>}
      <p>{said(lines.at(-1) ?? "")}</p>
      {found.map((one) => <Found line={one} />)}
    </>
  );
}

/** A line of the engine: its Vietnamese half, where there is one, says what; the English half says all of it. */
function Found({ line }: { line: string }) {
  const at = line.indexOf(" / ");
  const isBoth = at >= 0 && /[^\x00-\x7f]/.test(line.slice(0, at));
  return (
    <>
      {isBoth && language.value === "vi" && <p class="words hint" lang="vi">{line.slice(0, at)}</p>}
      <p class="words hint" lang="en">{isBoth ? line.slice(at + 3) : line}</p>
    </>
  );
}
