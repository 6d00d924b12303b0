// Automerge itself: a file of the program and two megabytes of WebAssembly that screens do not wait for. What is on the device is
// shown first.
import { signal } from "@preact/signals";
import type * as Engine from "../engine.ts";
import { arrived } from "./late.ts";

declare const ENGINE: string;

/** Whether documents can be opened and written. */
export const isReady = signal(false);
let begun: (engine: typeof Engine) => void;
const ready = new Promise<typeof Engine>((resolve) => (begun = resolve));

let starting = false;

/** Starts it, once. */
export async function startEngine(wasm: () => Promise<Response>): Promise<void> {
  if (starting) return;
  starting = true;
  const [engine, module] = await Promise.all([import(new URL(ENGINE, document.baseURI).href) as Promise<typeof Engine>, wasm()]);
  await engine.initializeWasm(module as unknown as Parameters<typeof engine.initializeWasm>[0]);
  arrived(engine);
  isReady.value = true;
  begun(engine);
}

export function whenReady(): Promise<typeof Engine> {
  return ready;
}
