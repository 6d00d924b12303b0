// Automerge itself: two megabytes of WebAssembly that screens do not wait for. What is on the device is shown first.
import { initializeWasm } from "@automerge/automerge-repo/slim";
import { signal } from "@preact/signals";

/** Whether documents can be opened and written. */
export const isReady = signal(false);
let begun: (() => void) | undefined;
const ready = new Promise<void>((resolve) => (begun = resolve));

let starting = false;

/** Starts it, once. */
export async function startEngine(wasm: () => Promise<Response>): Promise<void> {
  if (starting) return;
  starting = true;
  await initializeWasm(wasm() as unknown as Parameters<typeof initializeWasm>[0]);
  isReady.value = true;
  begun?.();
}

export function whenReady(): Promise<void> {
  return ready;
}
