// A new version of the program waits until the person takes it; what is open stays as it is, and nothing typed is lost: what fields
// hold back is written down and on the disk before the page makes way. Another window of the same device says that it is old.
import { signal } from "@preact/signals";
import { writeDown } from "./inputs.tsx";
import { say } from "./parts.tsx";
import { engineFault } from "../local/engine.ts";
import { reload } from "../local/leaving.ts";
import { office } from "./state.ts";
import { tr } from "./words.ts";

const waiting = signal<ServiceWorker | undefined>(undefined);
/** Another window took the new version. */
const old = signal(false);
let asked = false;

/** Writes down all that was typed; false, and said, if this device cannot keep it now. */
export async function settled(): Promise<boolean> {
  writeDown();
  say(tr("Đang lưu trên máy này…", "Saving on this device…"));
  const done = !office.value || (await office.value.settled());
  say("");
  if (done) return true;
  if (engineFault.value) say(tr("Một phần chương trình bị hỏng nên những gì vừa viết chưa vào văn bản được; trang được giữ nguyên. Hãy nối mạng rồi thử lại.", "A part of the program is damaged, so what was written cannot go into documents yet; the page stays as it is. Connect to a network and try again."));
  else say(tr("Máy chưa lưu được, nên trang được giữ nguyên. Hãy giải phóng bộ nhớ rồi thử lại.", "This device cannot save now, so the page stays as it is. Free some storage and try again."));
  return false;
}

/** Looks for a new version now and from time to time. */
export async function watch(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration) return;
  let mine = navigator.serviceWorker.controller !== null;
  const look = () => (waiting.value = navigator.serviceWorker.controller ? (registration.waiting ?? undefined) : undefined);
  const follow = () => registration.installing?.addEventListener("statechange", look);
  look();
  follow();
  registration.addEventListener("updatefound", follow);
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (asked) reload();
    else if (mine) old.value = true;
    mine = true;
    look();
  });
  const update = () => void registration.update().catch(() => undefined);
  setInterval(update, 600_000);
  addEventListener("online", update);
  document.addEventListener("visibilitychange", () => !document.hidden && update());
  update();
}

async function take(): Promise<void> {
  if (!(await settled())) return;
  if (old.value) return reload();
  asked = true;
  waiting.value?.postMessage("take over");
}

/** Looks for a new version because somebody asks, and says what came of it. */
export async function seek(): Promise<void> {
  say(tr("Đang tìm phiên bản mới…", "Looking for a new version…"));
  const registration = await navigator.serviceWorker?.getRegistration();
  // Without one, or in a page that it does not serve, the program comes from the server at each start.
  if (!registration || !navigator.serviceWorker.controller) return say(tr("Hãy tải lại trang này để lấy phiên bản mới.", "Reload this page to get the new version."));
  const found = await registration.update().catch(() => undefined);
  if (!found) return say(tr("Không hỏi được máy chủ. Hãy nối mạng rồi thử lại.", "The server could not be asked. Connect to a network and try again."));
  const coming = found.installing;
  if (coming) await new Promise<void>((resolve) => coming.addEventListener("statechange", () => resolve(), { once: true }));
  if (coming?.state === "redundant") say(tr("Chưa tải được phiên bản mới. Hãy thử lại sau.", "The new version could not be fetched. Try again later."));
  else if (found.waiting || coming) say("");
  else if (old.value) say(tr("Hãy tải lại trang này.", "Reload this page."));
  else say(tr("Máy chủ chưa có phiên bản mới. Hãy thử lại sau, hoặc báo người quản trị.", "The server has no new version yet. Try again later, or tell the administrator."));
}

export function Update() {
  if (!waiting.value && !old.value) return null;
  return (
    <p class="update" role="status">
      {old.value ? tr("Ứng dụng đã được cập nhật ở cửa sổ khác.", "The program was updated in another window.") : tr("Có phiên bản mới của ứng dụng.", "A new version of the program is here.")}{" "}
      <button type="button" id="update" class="quiet" onClick={() => void take()}>{old.value ? tr("Tải lại trang này (không mất gì)", "Reload this page (nothing is lost)") : tr("Cập nhật ngay (không mất gì)", "Update now (nothing is lost)")}</button>
    </p>
  );
}
