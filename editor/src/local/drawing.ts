// When screens are drawn: what a press wrote is on its way to the server before the screen that it changes is drawn anew.

let waiting: (() => void)[] | undefined;

/** Nothing is drawn before the script that runs now is over, and what it sends has left. */
export function drawLater(): void {
  if (waiting) return;
  waiting = [];
  // Timers go in turn: whoever looks for something on the new screen from now on comes after it.
  setTimeout(() => {
    const all = waiting ?? [];
    waiting = undefined;
    all.forEach((screen) => screen());
  });
}

/** Draws a screen when that may be. */
export function draw(screen: () => void): void {
  if (waiting) waiting.push(screen);
  else queueMicrotask(screen);
}
