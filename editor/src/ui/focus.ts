// Where the keyboard stands: on the heading of a screen that was gone to, on what an error names, on a question that was asked.
import { useEffect, useRef } from "preact/hooks";

const PATIENCE = 3_000;
const STEP = 40;

/** Until when something else than a heading is about to have the focus. */
let claimed = 0;

/** What was given the focus so, until the person does something: a heading whose turn comes late does not take it away. */
let given: HTMLElement | undefined;
for (const name of ["keydown", "pointerdown"]) addEventListener(name, () => (given = undefined), true);

/** Gives what is found the focus as soon as it is on the screen. */
export function focusSoon(find: string | (() => HTMLElement | null | undefined)): void {
  const end = (claimed = performance.now() + PATIENCE);
  const look = () => {
    const found = typeof find === "string" ? document.getElementById(find) : find();
    if (found) {
      claimed = 0;
      given = found;
      return found.focus();
    }
    if (performance.now() < end) setTimeout(look, STEP);
  };
  setTimeout(look);
}

/** Whether the last move was one back or forward: the browser scrolls by itself then. */
let traversed = false;
const moves = (globalThis as { navigation?: EventTarget }).navigation;
moves?.addEventListener("navigate", (event) => (traversed = (event as unknown as { navigationType: string }).navigationType === "traverse"));

/** A screen was gone to: from its beginning, and whoever listens hears its heading. A heading that is replaced while the screen is
 * still being fetched hands the focus on, until the person does something. */
export function arriveAt(heading: string): () => void {
  if (performance.now() < claimed || (given && given === document.activeElement)) return () => undefined;
  if (!traversed) scrollTo(0, 0);
  const end = performance.now() + PATIENCE;
  let heard: HTMLElement | undefined;
  let timer: ReturnType<typeof setTimeout>;
  const stop = () => {
    clearTimeout(timer);
    for (const name of ["keydown", "pointerdown"]) removeEventListener(name, stop, true);
  };
  const look = () => {
    const [at, found] = [document.activeElement, document.querySelector<HTMLElement>(heading)];
    if (found && found !== heard && (!heard || !at || at === document.body)) {
      heard = found;
      found.tabIndex = -1;
      found.focus({ preventScroll: true });
    }
    if (performance.now() < end) timer = setTimeout(look, STEP);
    else stop();
  };
  for (const name of ["keydown", "pointerdown"]) addEventListener(name, stop, true);
  timer = setTimeout(look);
  return stop;
}

/** For a box that asks or tells something: it has the focus when it appears. */
export function useFocus<T extends HTMLElement>() {
  const box = useRef<T>(null);
  useEffect(() => box.current?.focus(), []);
  return box;
}
