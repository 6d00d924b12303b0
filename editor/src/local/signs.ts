// All signs that what is written does not reach the server, though the connection looks open. Nobody tells a browser that a network went
// away in silence: it shows in what stays unanswered alone.

/** How long the server may take for what was sent (ms), before it counts as one that may not be reached. */
const STUCK = 2_000;
/** How long a server that is asked every three seconds may say nothing (ms), before it counts as the same. */
const SILENT = 7_000;
/** How long it counts (ms) that the server has refused nothing of a document. */
const LATELY = 9_000;
/** How long a socket may answer nothing (ms) to its greeting, or while something waits; longer each time that a new one did not help. */
const PATIENCE = 10_000;
const LONGEST_PATIENCE = 300_000;

/** A socket at a moment. `unsent`: bytes that are still on their way out. */
export interface Socket {
  isGreeted: boolean;
  unsent: number;
}

export class Signs {
  /** When the server answered a request last. */
  #answered = 0;
  /** Since when nothing was heard on the socket of what was sent by it, its greeting included. */
  #unheard: number | undefined;
  /** When something was heard on it last. */
  #heard = 0;
  /** When the server said last of what waits that it has not refused it. */
  readonly #unrefused = new Map<string, number>();
  #patience = PATIENCE;
  /** The same of a greeting. */
  #greeting = PATIENCE;

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

  /** Something came by the socket. */
  heard(): void {
    this.#unheard = undefined;
    this.#greeting = PATIENCE;
    this.#heard = Date.now();
  }

  /** There is no socket any more. */
  closed(): void {
    this.#unheard = undefined;
  }

  /** The server has all of a document that waited: what was tried last has helped. */
  arrived(): void {
    this.#patience = PATIENCE;
  }

  /** Whether what is written now into a document had better be ready to be carried to the server another way. */
  isStuck(key: string): boolean {
    const since = this.waiting()[key];
    return Date.now() - this.#answered > SILENT || (since !== undefined && Date.now() - since > STUCK);
  }

  /** Whether the socket only looks open. What is still on its way out is a slow network's. `pressed`: how long whoever asks for it waits (ms). */
  isMute({ isGreeted, unsent }: Socket, pressed?: number): boolean {
    const isOver = (from: number | undefined, limit: number) => from !== undefined && Date.now() - from > limit;
    if (!isGreeted) return isOver(this.#unheard, pressed ?? this.#greeting);
    if (Object.keys(this.waiting()).length === 0) this.#patience = PATIENCE;
    const patience = pressed ?? this.#patience;
    return unsent === 0 && isOver(this.#waitsInVainSince(), patience) && isOver(this.#unheard, patience);
  }

  /** Whether the socket was alive after this moment, at which it was like this: then it is a request alone that failed. */
  isAlive(then: Socket & { at: number }, now: Socket): boolean {
    return this.#heard >= then.at || now.unsent < then.unsent;
  }

  /** A new socket takes the place of a mute one. */
  madeAnew({ isGreeted }: Socket): void {
    if (isGreeted) this.#patience = Math.min(LONGEST_PATIENCE, this.#patience * 2);
    else this.#greeting = Math.min(LONGEST_PATIENCE, this.#greeting * 2);
  }

  /** Since when the oldest waits of what the server said lately that it has not refused. */
  #waitsInVainSince(): number | undefined {
    const open = Object.entries(this.waiting()).filter(([key]) => Date.now() - (this.#unrefused.get(key) ?? 0) < LATELY);
    return open.length > 0 ? Math.min(...open.map(([, since]) => since)) : undefined;
  }
}
