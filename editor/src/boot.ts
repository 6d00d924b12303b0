// The first script: shows how far the first load is, registers the service worker, then starts the program. Later visits come
// from the service worker's store, compiled as they stream in.
import { openEarly, type Early } from "./local/early.ts";

declare const APP: string;
declare const ENGINE: string;
declare const WASM: string;
declare const WASM_BYTES: number;

const said = document.getElementById("said")!;
const bar = document.getElementById("bar") as HTMLProgressElement;

function counted(response: Response): Response {
  if (!response.body || navigator.serviceWorker?.controller) return response;
  let come = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(part, out) {
      come += part.length;
      bar.value = come / WASM_BYTES;
      said.textContent = `Đang tải lần đầu: ${Math.round(100 * bar.value)} %`;
      out.enqueue(part);
    },
  });
  return new Response(response.body.pipeThrough(count), { headers: { "content-type": "application/wasm" } });
}

async function start(): Promise<void> {
  if ("serviceWorker" in navigator) void navigator.serviceWorker.register("sw.js", { updateViaCache: "none" });
  const early = openEarly();
  early.catch(() => undefined);
  const fetched = () =>
    fetch(WASM).then((response) => {
      if (!response.ok) throw new Error(String(response.status));
      return counted(response);
    });
  // A first visit fetches all at once; later ones show first what is on the device.
  const first = navigator.serviceWorker?.controller ? undefined : fetched();
  const at = (file: string): string => new URL(file, document.baseURI).href;
  if (first) void import(at(ENGINE)).catch(() => undefined);
  const app = (await import(at(APP))) as { start(wasm: () => Promise<Response>, early: Promise<Early>): Promise<void> };
  await app.start(() => first ?? fetched(), early);
}

start().catch((error: unknown) => {
  bar.hidden = true;
  said.textContent = window.isSecureContext
    ? `Chưa mở được (${String(error)}). Hãy kiểm tra mạng rồi tải lại trang.`
    : "Trang này phải mở bằng địa chỉ https (kết nối an toàn) thì mới làm việc khi không có mạng. Hãy hỏi người quản trị địa chỉ đúng.";
});
