// What this device tells the server of the work that it holds, so that the agency knows.
import { ask } from "./desk.ts";

/** How long something waits (ms) before the server is told that it does: what the server has a moment later did not wait. */
const MOMENT = 2_000;

export interface Held {
  count: number;
  /** Since when the oldest waits, Unix milliseconds. */
  since: number;
}

export class Telling {
  /** What this device calls itself: in one session it takes back what it said in another. */
  device: string = crypto.randomUUID();
  #told = "";
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `held` gives nothing while the server cannot be told. */
  constructor(private readonly held: () => Held | undefined) {}

  /** Something waits, or waits no more: that nothing does is told at once, before the page goes away. */
  moved(): void {
    if (this.held()?.count === 0) this.now();
    else this.#timer ??= setTimeout(() => this.now(), MOMENT);
  }

  /** The page goes away. */
  last(): void {
    if (this.#timer !== undefined) this.now();
  }

  /** Tells it if it is something else than before, or `always`. */
  now(always = false): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const held = this.held();
    if (!held) return;
    const said = { count: held.count, since: held.count ? Math.round(held.since) : null, device: this.device };
    if (!always && JSON.stringify(said) === this.#told) return;
    this.#told = JSON.stringify(said);
    void ask("POST", "/api/unsent", said, { keepalive: true });
  }
}
