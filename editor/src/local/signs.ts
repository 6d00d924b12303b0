// All signs that what is written does not reach the server, though the connection looks open. Nobody tells a browser that a network went
// away in silence: it shows in what stays unanswered alone.

/** How long the server may take for what was sent (ms), before it counts as one that may not be reached. */
const STUCK = 2_000;
/** How long a server that is asked every three seconds may say nothing (ms), before it counts as the same. */
const SILENT = 7_000;
/** How long it counts (ms) that the server has refused nothing of a document. */
const LATELY = 9_000;
/** How long a socket may answer nothing (ms) while something waits; longer each time that a new one did not help. */
const PATIENCE = 10_000;
const LONGEST_PATIENCE = 300_000;

export class Signs {
  /** When the server answered a request last. */
  #answered = 0;
  /** Since when nothing was heard on the socket of what was sent by it. */
  #unheard: number | undefined;
  /** When the server said last of what waits that it has not refused it. */
  readonly #unrefused = new Map<string, number>();
  #patience = PATIENCE;

  /** `waiting`: keys of what waits for the server, and since when. */
  constructor(private readonly waiting: () => Record<string, number>) {}

  /** The server answered a request. */
  answered(): void {
    this.#answered = Date.now();
  }

  /** The server said whether it has refused something of a document. */
  refused(key: string, is: boolean): void {
    if (is) this.#unrefused.delete(key);
    else this.#unrefused.set(key, Date.now());
  }

  /** Something went out by the socket. */
  sent(): void {
    this.#unheard ??= Date.now();
  }

  /** Something came by the socket, or there is none any more. */
  heard(): void {
    this.#unheard = undefined;
  }

  /** Whether what is written now into a document had better be ready to be carried to the server another way. */
  isStuck(key: string): boolean {
    const since = this.waiting()[key];
    return Date.now() - this.#answered > SILENT || (since !== undefined && Date.now() - since > STUCK);
  }

  /** Whether the socket only looks open. `unsent`: bytes that are still on their way out, which are a slow network's. */
  isMute(unsent: number, patience = this.#patience): boolean {
    const since = this.#waitsInVainSince();
    if (since === undefined) this.#patience = PATIENCE;
    const isOver = (from: number | undefined) => from !== undefined && Date.now() - from > patience;
    return unsent === 0 && isOver(since) && isOver(this.#unheard);
  }

  /** A new socket takes the place of a mute one. */
  madeAnew(): void {
    this.#patience = Math.min(LONGEST_PATIENCE, this.#patience * 2);
  }

  /** Since when the oldest waits of what the server said lately that it has not refused. */
  #waitsInVainSince(): number | undefined {
    const open = Object.entries(this.waiting()).filter(([key]) => Date.now() - (this.#unrefused.get(key) ?? 0) < LATELY);
    return open.length > 0 ? Math.min(...open.map(([, since]) => since)) : undefined;
  }
}
