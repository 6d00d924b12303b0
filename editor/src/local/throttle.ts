// Stands in the second file of the program where automerge-repo gathers what it sends (build.mjs puts it there). As its own, letters
// that follow each other leave together; but what a press wrote does not wait for a timer, before which a browser draws a frame.

let isAtOnce = false;

/** What is written in `act`, after a pause, is sent as soon as the script that wrote it is over. */
export function sendAtOnce(act: () => void): void {
  isAtOnce = true;
  try {
    act();
  } finally {
    isAtOnce = false;
  }
}

/** Runs `work` once for all calls within `delay` (ms) of its last run, one run after the other. */
export function asyncThrottle<T extends unknown[]>(work: (...all: T) => Promise<void>, delay: number): (...all: T) => void {
  let last = Date.now();
  let latest: T;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isRunning = false;
  let isAgain = false;
  const run = async () => {
    timer = undefined;
    isRunning = true;
    try {
      await work(...latest);
    } finally {
      last = Date.now();
      isRunning = false;
      if (isAgain) plan();
      isAgain = false;
    }
  };
  const plan = () => {
    // A clock that is set back makes nobody wait longer.
    const wait = Math.min(delay, last + delay - Date.now());
    clearTimeout(timer);
    if (isAtOnce && wait <= 0) void run();
    else timer = setTimeout(() => void run(), wait);
  };
  return (...all) => {
    latest = all;
    if (isRunning) isAgain = true;
    else plan();
  };
}
