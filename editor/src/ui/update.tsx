// A new version of the program waits until the person takes it; what is open stays as it is, and nothing typed is lost.
import { signal } from "@preact/signals";
import { tr } from "./words.ts";

const waiting = signal<ServiceWorker | undefined>(undefined);

/** Looks for a new version now and from time to time. */
export async function watch(): Promise<void> {
  if (!("serviceWorker" in navigator)) return;
  const registration = await navigator.serviceWorker.getRegistration();
  if (!registration) return;
  const look = () => (waiting.value = navigator.serviceWorker.controller ? (registration.waiting ?? undefined) : undefined);
  look();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
  let reloading = false;
  navigator.serviceWorker.addEventListener("controllerchange", () => {
    if (!reloading && waiting.value) location.reload();
    reloading = true;
  });
  setInterval(() => void registration.update().catch(() => undefined), 600_000);
  void registration.update().catch(() => undefined);
}

export function Update() {
  if (!waiting.value) return null;
  return (
    <p class="update" role="status">
      {tr("Có phiên bản mới của ứng dụng.", "A new version of the program is here.")}{" "}
      <button type="button" id="update" class="quiet" onClick={() => waiting.value?.postMessage("take over")}>{tr("Cập nhật ngay (không mất gì)", "Update now (nothing is lost)")}</button>
    </p>
  );
}
