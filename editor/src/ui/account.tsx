// Account and device: what waits and what was refused, unsent work by file, devices, password, language, signing out.
import { useEffect, useState } from "preact/hooks";
import { ask, isProblem } from "../local/desk.ts";
import { bring, save } from "../local/stick.ts";
import { corrections, drafts } from "./drafts.ts";
import { focusSoon } from "./focus.ts";
import { writeDown } from "./inputs.tsx";
import { addressOf, Ask, say, title } from "./parts.tsx";
import { Refused } from "./refused.tsx";
import { bodyName, here, leave } from "./state.ts";
import { settled } from "./update.tsx";
import { language, showTime, speak, tr, type Language } from "./words.ts";

export function Account() {
  const { account } = here().desk.value;
  return (
    <main id="main">
      <h1>{tr("Tài khoản và máy này", "Account and this device")}</h1>
      <p>{account.name} ({account.login}) · {bodyName(account.body)}</p>
      <Waiting />
      <Stick />
      <Devices />
      <Password />
      <section>
        <h2>{tr("Ngôn ngữ", "Language")}</h2>
        <p class="field">
          <label for="language">{tr("Ngôn ngữ của ứng dụng", "Language of the program")}</label>
          <select id="language" value={language.value} onChange={(event) => speak(event.currentTarget.value as Language)}>
            <option value="vi" lang="vi">Tiếng Việt</option>
            <option value="en" lang="en">English</option>
          </select>
        </p>
      </section>
      <SignOut />
    </main>
  );
}

function Waiting() {
  const office = here();
  const waiting = Object.entries(office.waiting.value);
  return (
    <section>
      <h2>{tr("Chờ gửi", "Waiting to be sent")} ({waiting.length})</h2>
      {waiting.length === 0 && <p>{tr("Không có gì chờ gửi.", "Nothing waits.")}</p>}
      <ul class="rows">
        {waiting.map(([key, since]) => (
          <li>
            <a href={addressOf(key)}>{title(key)}</a> <span class="hint">{tr("từ", "since")} {showTime(since + office.skew.value)}</span>
            <Refused of={key} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Stick() {
  const office = here();
  const [told, setTold] = useState("");
  const download = async () => {
    const file = await save(office);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(file);
    link.download = `niemyet-${office.desk.value.account.body}-${new Date(office.now()).toISOString().slice(0, 16).replace(/\D/g, "")}.json`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
  };
  const take = async (file: File | undefined) => {
    if (!file) return;
    const done = await bring(office, await file.text());
    if ("taken" in done) return setTold(tr(`Đã nhận ${done.taken} văn bản; sẽ được gửi khi có mạng.`, `Took in ${done.taken} document(s); they are sent once there is a network.`));
    setTold({
      "not-ours": tr("Tệp này không phải do ứng dụng lưu ra, hoặc đã hỏng.", "This file was not saved by this program, or is damaged."),
      "another-election": tr("Tệp này thuộc cuộc bầu cử khác.", "This file belongs to another election."),
      "another-body": tr("Tệp này của cơ quan khác; hãy đăng nhập bằng tài khoản của cơ quan đó.", "This file is another body's; log in with an account of that body."),
    }[done.wrong]);
  };
  return (
    <section>
      <h2>{tr("Mang đi bằng USB", "By USB stick")}</h2>
      <p>{tr("Lưu phần chưa gửi ra tệp, mang sang máy có mạng của cùng cơ quan rồi nhận vào ở đó.", "Save what is unsent to a file, carry it to a device of the same body that has a network, and take it in there.")}</p>
      <p class="actions"><button type="button" class="quiet" id="save-file" disabled={Object.keys(office.waiting.value).length === 0} onClick={() => void download()}>{tr("Lưu phần chưa gửi ra tệp", "Save unsent work to a file")}</button></p>
      <p class="field"><label for="take-file">{tr("Nhận tệp từ máy khác", "Take in a file of another device")}</label><input id="take-file" type="file" accept=".json,application/json" onChange={(event) => void take(event.currentTarget.files?.[0])} /></p>
      <p role="status">{told}</p>
    </section>
  );
}

interface Device {
  id: number;
  name: string | null;
  created_at: number;
  ended_at: number | null;
  /** Whether it is this one. */
  current: boolean;
}

function Devices() {
  const [list, setList] = useState<Device[] | undefined>(undefined);
  const online = here().link.value;
  const load = async () => {
    const answer = await ask<Device[]>("GET", "/api/session/devices");
    if (answer !== "offline" && !isProblem(answer)) setList(answer.filter((one) => one.ended_at === null));
  };
  useEffect(() => void load(), [online]);
  const end = async (id: number) => {
    await ask("DELETE", `/api/session/devices/${id}`);
    await load();
  };
  return (
    <section>
      <h2>{tr("Các nơi đang đăng nhập", "Where this account is logged in")}</h2>
      {!list && <p>{tr("Cần có mạng để xem.", "Needs a network.")}</p>}
      <ul class="rows">
        {list?.map((one) => (
          <li>{one.name ?? tr("Trình duyệt", "Browser")} {one.current && <strong>{tr("– máy này", "– this device")}</strong>} <span class="hint">{tr("từ", "since")} {showTime(one.created_at)}</span>{" "}
            {!one.current && <button type="button" class="quiet small" onClick={() => void end(one.id)}>{tr("Đăng xuất nơi này", "End it")}<span class="unseen"> {one.id}</span></button>}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Password() {
  const [told, setTold] = useState("");
  const change = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const data = new FormData(form);
    const answer = await ask("POST", "/api/session/password", { old: String(data.get("old")), new: String(data.get("new")) });
    if (answer === "offline") return setTold(tr("Cần có mạng.", "Needs a network."));
    if (isProblem(answer)) return setTold(tr((answer as unknown as { detail_vi?: string }).detail_vi ?? answer.title, answer.title));
    form.reset();
    setTold(tr("Đã đổi mật khẩu.", "The password was changed."));
  };
  return (
    <section>
      <h2>{tr("Đổi mật khẩu", "Change the password")}</h2>
      <form onSubmit={change}>
        <p class="field"><label for="old">{tr("Mật khẩu hiện nay", "Present password")}</label><input id="old" name="old" type="password" required autocomplete="current-password" /></p>
        <p class="field"><label for="new">{tr("Mật khẩu mới", "New password")}</label><input id="new" name="new" type="password" required autocomplete="new-password" /></p>
        <button class="quiet">{tr("Đổi mật khẩu", "Change it")}</button> <span role="status">{told}</span>
      </form>
    </section>
  );
}

function SignOut() {
  const [asking, setAsking] = useState(false);
  const office = here();
  const left = () => {
    const count = Object.keys(office.waiting.value).length;
    const drawn = Object.keys(drafts.value).length;
    return [
      ...(count > 0 ? [tr(`Còn ${count} văn bản chưa gửi.`, `${count} document(s) are unsent.`)] : []),
      ...(drawn > 0 ? [tr(`Còn ${drawn} thông báo đang soạn, chưa ghi.`, `${drawn} notice(s) are drafts, not written.`)] : []),
      ...(corrections.value > 0 ? [tr(`Còn ${corrections.value} chỗ sửa lịch, đơn vị chưa ghi.`, `${corrections.value} correction(s) of timetable or units not written.`)] : []),
    ].join(" ");
  };
  // What is left is asked for when the button is pressed, not when it was shown: the last letters count.
  const press = () => {
    writeDown();
    if (left()) return setAsking(true);
    say("");
    void out();
  };
  const out = async () => {
    if (!(await settled()) || (await leave())) return;
    say(tr("CHƯA đăng xuất được trên máy này: bộ nhớ đầy hoặc bị khóa. Phiên với máy chủ đã kết thúc. Đừng rời máy: hãy giải phóng bộ nhớ rồi đăng xuất lại.", "NOT signed out on this device: its storage is full or locked. The session with the server has ended. Do not leave the device: free some storage and sign out again."));
  };
  return (
    <section>
      <h2>{tr("Đăng xuất", "Sign out")}</h2>
      {asking ? (
        <Ask
          text={`${left()} ${tr("Chúng được giữ trên máy này và chỉ hiện lại khi bạn đăng nhập; chưa ai khác thấy chúng.", "They stay on this device and show again only when you log in; nobody else sees them yet.")}`}
          yes={tr("Vẫn đăng xuất", "Sign out anyway")}
          no={tr("Ở lại", "Stay")}
          confirm={{ id: "sign-out-anyway" }}
          act={() => void out()}
          leave={() => (setAsking(false), focusSoon("sign-out"))}
        />
      ) : (
        <p><button type="button" class="quiet" id="sign-out" onClick={press}>{tr("Đăng xuất", "Sign out")}</button></p>
      )}
    </section>
  );
}
