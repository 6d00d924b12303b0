// Automerge itself: a file of the program and three megabytes of WebAssembly that screens do not wait for. What is on the device is
// shown first.
import { signal } from "@preact/signals";
import type * as Engine from "../engine.ts";
import { arrived } from "./late.ts";

declare const ENGINE: string;

const RETRY = 5_000;
/** It could not be read from the device, nor fetched; it is tried again. */
export const engineFault = signal(false);
let begun: (engine: typeof Engine) => void;
const ready = new Promise<typeof Engine>((resolve) => (begun = resolve));

/** Opens it; a browser may remember of an address that it failed, so each attempt has its own. */
async function attempt(wasm: () => Promise<Response>, count: number): Promise<typeof Engine> {
  const file = new URL(count === 0 ? ENGINE : `${ENGINE}#${count}`, document.baseURI).href;
  const [engine, module] = await Promise.all([import(file) as Promise<typeof Engine>, wasm()]);
  await engine.initializeWasm(module as unknown as Parameters<typeof engine.initializeWasm>[0]);
  return engine;
}

function come(engine: typeof Engine): void {
  arrived(engine);
  engineFault.value = false;
  begun(engine);
}

/** Starts it once; a failure is the caller's to tell. */
export async function startEngine(wasm: () => Promise<Response>): Promise<void> {
  come(await attempt(wasm, 0));
}

/** Starts it, and tries again until it is here. */
export async function keepStarting(wasm: () => Promise<Response>): Promise<void> {
  for (let count = 0; ; count++) {
    try {
      return come(await attempt(wasm, count));
    } catch {
      engineFault.value = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY));
    }
  }
}

export function whenReady(): Promise<typeof Engine> {
  return ready;
}
