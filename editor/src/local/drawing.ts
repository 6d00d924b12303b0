// When screens are drawn: what a press wrote is on its way to the server before the screen that it changes is drawn anew.

const INPUT = ["keydown", "pointerdown", "click"];
let waiting: (() => void)[] | undefined;

function drawNow(): void {
  for (const name of INPUT) removeEventListener(name, drawNow, true);
  const all = waiting ?? [];
  waiting = undefined;
  for (const screen of all) screen();
}

/** Nothing is drawn before the script that runs now is over, and what it sends has left. */
export function drawLater(): void {
  if (waiting) return;
  waiting = [];
  // Timers go in turn: whoever looks for something on the new screen from now on comes after it.
  setTimeout(drawNow);
  // Whoever is quicker presses what stands on the new screen.
  for (const name of INPUT) addEventListener(name, drawNow, true);
}

/** Draws a screen when that may be, which is asked when its turn has come: something else may have moved before the press wrote. */
export function draw(screen: () => void): void {
  queueMicrotask(() => (waiting ? waiting.push(screen) : screen()));
}
