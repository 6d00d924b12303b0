// Sign in; with a code from an administrator choose a password; set up the first account of a server.
import { useState } from "preact/hooks";
import { ask, isProblem, type Desk, type Problem } from "../local/desk.ts";
import { endFormer, enter, makesWay, office } from "./state.ts";
import { go } from "./parts.tsx";
import { language, speak, tr } from "./words.ts";

type Way = "login" | "code" | "first";

/** What kept somebody out: the server's words, no server, a device that keeps nothing, what another wrote here and is not on its disk, or a disk that does not take who works here now. */
type Why = Problem | "offline" | "device" | "former" | "full";

function reason(problem: Why): string {
  if (problem === "device") return tr("Máy này không lưu được dữ liệu. Hãy thử cửa sổ thường (không ẩn danh), hoặc giải phóng bộ nhớ.", "This device cannot keep data. Try an ordinary window (not a private one), or free some storage.");
  if (problem === "former") return tr("Người dùng trước còn nội dung chưa lưu được trên máy này, nên chưa đổi người. Hãy giải phóng bộ nhớ rồi đăng nhập lại, hoặc để người đó đăng nhập và gửi đi.", "What the last person wrote is not saved on this device yet, so nobody else is let in. Free some storage and log in again, or let that person log in and send it.");
  if (problem === "full") return tr("Bộ nhớ của máy đầy hoặc bị khóa, nên chưa đổi người được. Hãy giải phóng bộ nhớ rồi đăng nhập lại.", "This device's storage is full or locked, so it stays with the last person. Free some storage and log in again.");
  if (problem === "offline") return tr("Không nối được máy chủ. Lần đầu trên máy này cần có mạng.", "The server was not reached. The first time on this device needs a network.");
  const vi = (problem as unknown as { detail_vi?: string }).detail_vi || problem.vi;
  return tr(vi || problem.title, problem.title);
}

export function Sign({ way }: { way: Way }) {
  /** What went wrong, and on which of the forms: the others say nothing of it. */
  const [failure, setFailure] = useState<{ way: Way; why: Why } | undefined>(undefined);
  const error = failure?.way === way ? reason(failure.why) : "";
  const [busy, setBusy] = useState(false);
  const send = async (event: SubmitEvent) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget as HTMLFormElement);
    const given = Object.fromEntries([...data].map(([name, value]) => [name, String(value).trim()])) as Record<string, string>;
    // A password is taken as it is typed.
    given.password = String(data.get("password") ?? "");
    setBusy(true);
    setFailure(undefined);
    const failed = await enterWith(way, given).catch((): Why => "device");
    setBusy(false);
    if (failed) {
      setFailure({ way, why: failed });
      document.getElementById("sign-error")?.focus();
    } else location.hash = "#/";
  };
  return (
    <>
    <header class="top"><p class="brand"><a href="#/" lang="vi">Niêm yết</a> <span>{tr("Báo cáo và công bố của Ủy ban bầu cử", "Reports and publishing of the election committee")}</span></p></header>
    <main class="narrow" id="main">
      <h1>{{ login: tr("Đăng nhập", "Log in"), code: tr("Chọn mật khẩu", "Choose a password"), first: tr("Tài khoản đầu tiên", "The first account") }[way]}</h1>
      {office.value && way === "login" && (
        <p>{tr("Những gì bạn viết vẫn còn trên máy này. Đăng nhập để gửi đi.", "What you wrote is still on this device. Log in to send it.")}</p>
      )}
      <div id="sign-error" role="alert" tabIndex={-1} class={error ? "errors" : ""}>{error}</div>
      <form onSubmit={send}>
        {way !== "login" && <Line name="code" label={tr("Mã được cấp", "Your code")} />}
        <Line name="login" label={tr("Tên đăng nhập", "Login name")} complete="username" />
        {way === "first" && <Line name="name" label={tr("Họ tên", "Your name")} complete="name" />}
        {way === "first" && (
          <Line name="body" label={tr("Mã cơ quan", "Id of your body")} hint={tr("Ví dụ standing_agency, team_comms", "For example standing_agency, team_comms")} />
        )}
        <Line
          name="password"
          type="password"
          label={way === "login" ? tr("Mật khẩu", "Password") : tr("Mật khẩu mới", "New password")}
          hint={way === "login" ? undefined : tr("Càng dài càng tốt; một câu dễ nhớ là được.", "The longer the better; a sentence will do.")}
          complete={way === "login" ? "current-password" : "new-password"}
        />
        <button disabled={busy}>{busy ? tr("Đang gửi…", "Sending…") : way === "login" ? tr("Đăng nhập", "Log in") : tr("Tiếp tục", "Continue")}</button>
      </form>
      <ul class="plain">
        {way !== "login" && <li><a href={go("login")}>{tr("Tôi đã có mật khẩu", "I have a password")}</a></li>}
        {way !== "code" && <li><a href={go("code")}>{tr("Tôi có mã và cần chọn mật khẩu", "I have a code and must choose a password")}</a></li>}
        {way !== "first" && <li><a href={go("first")}>{tr("Lập tài khoản đầu tiên của máy chủ", "Set up the first account of this server")}</a></li>}
        <li><button type="button" class="link" lang={language.value === "vi" ? "en" : "vi"} onClick={() => speak(language.value === "vi" ? "en" : "vi")}>{tr("English", "Tiếng Việt")}</button></li>
      </ul>
    </main>
    </>
  );
}

function Line(props: { name: string; label: string; type?: string; hint?: string; complete?: string }) {
  const { name, label, type = "text", hint, complete = "off" } = props;
  return (
    <p class="field">
      <label for={`sign-${name}`}>{label}</label>
      {hint && <span class="hint" id={`sign-${name}-hint`}>{hint}</span>}
      <input id={`sign-${name}`} name={name} {...({ type } as { type: "text" })} required autocomplete={complete} autocapitalize="none" spellcheck={false} aria-describedby={hint ? `sign-${name}-hint` : undefined} />
    </p>
  );
}

/** Does it; gives what went wrong. */
async function enterWith(way: Way, given: Record<string, string>): Promise<Why | undefined> {
  const { login, password, code, name, body } = given;
  if (!(await makesWay(login!))) return "former";
  if (!office.value && !(await endFormer())) return "offline";
  if (way === "code") {
    const set = await ask("POST", "/api/session/password/code", { login, code, password });
    if (set === "offline" || isProblem(set)) return set;
  }
  if (way === "first") {
    const made = await ask("POST", "/api/session/password/first", { code, login, name, body, password });
    if (made === "offline" || isProblem(made)) return made;
  }
  const answer = await ask("POST", "/api/session", { login, password });
  if (answer === "offline" || isProblem(answer)) return answer;
  const desk = await ask<Desk>("GET", "/api/desk");
  if (desk === "offline" || isProblem(desk)) return desk;
  return (await enter(desk)) ? undefined : "full";
}
