// What a device knows of its documents without opening them: for lists a line of each; of those that a first screen shows, the content
// as it was seen last; and how far each had come when this device had all of it. Made anew from the documents whenever they move.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { signal } from "@preact/signals";
import { bodyOf, kindOf } from "../document/key.ts";
import { asHandedIn, contentOf, contested, handedIn, lastHandIn, submissions, words, type HandIn } from "../document/read.ts";
import type { Submission } from "../document/status.ts";
import type { Disk, Kept } from "./disk.ts";
import type { Paper } from "./paper.ts";

/** One document in a list. */
export interface Line {
  handedIn: boolean;
  /** The last hand-in, and the hash of the change that made it. */
  last?: Submission;
  handIn?: string;
  subject?: string;
  day?: string;
  /** Fields in which two devices differ. */
  clashes: number;
}

/** A document's content when it was seen last. */
export interface Seen {
  heads: string[];
  doc: unknown;
  /** Of a report that was handed in and moved since: what was handed in. */
  handIn?: HandIn;
}

/** How long a line waits for what moves next, and how long the content, which costs more to copy. */
const PAUSE = 300;
const LONG_PAUSE = 1_500;
/** Their form is part of their names: what an older program kept is made anew from the documents. */
const LINES = "lines 4";
const PLACES = "places 2";
/** Followed by the key of a document. */
const SEEN = "seen 2 ";
/** What older programs kept, which nothing reads any more. */
const FORMER = ["seen", "lines", "lines 2", "lines 3", "places"];

export class Ledger {
  readonly lines = signal<Record<string, Line>>({});
  /** By key: the server's place of its last change when all of it was here. */
  #places: Record<string, number> = {};
  #seen: Record<string, Seen | undefined> = {};
  readonly #moved = new Set<Paper>();
  readonly #unseen = new Set<Paper>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly disk: Disk,
    private readonly body: () => string,
  ) {}

  load(kept: Kept): void {
    this.lines.value = kept.get(LINES) ?? {};
    this.#places = kept.get(PLACES) ?? {};
    this.#seen = kept.from(SEEN);
    for (const name of kept.those(FORMER)) void this.disk.drop(name);
  }

  seen(key: string): Seen | undefined {
    return this.#seen[key];
  }

  /** Whether this device had all that the server had when it was at this place, and a line was made of it: one whose line is missing
   * is opened, or its conflicts are told to nobody. */
  has(key: string, place: number): boolean {
    return key in this.lines.value && this.#places[key] === place;
  }

  arrived(key: string, place: number): void {
    // A line that is still to be made counts for more than having it all: it would be old for good if the page went now.
    if (this.#places[key] === place || [...this.#moved, ...this.#unseen].some((paper) => paper.key === key)) return;
    this.#places[key] = place;
    void this.disk.set(PLACES, this.#places);
  }

  /** The server's store is another: nobody knows what it has. */
  forgetPlaces(): void {
    this.#places = {};
    void this.disk.set(PLACES, this.#places);
  }

  /** A document moved: its line and what is kept of it are made anew when there is time. */
  note(paper: Paper): void {
    this.#moved.add(paper);
    this.#timer ??= setTimeout(() => this.#write(), PAUSE);
    if (!this.#opensWith(paper.key)) return;
    this.#unseen.add(paper);
    clearTimeout(this.#later);
    // What was never seen is what the next start shows: it does not wait for the last letter.
    this.#later = setTimeout(() => this.#look(), this.#seen[paper.key] ? LONG_PAUSE : PAUSE);
  }

  forget(key: string): void {
    const { [key]: _, ...lines } = this.lines.value;
    delete this.#places[key];
    delete this.#seen[key];
    this.lines.value = lines;
    void this.disk.set(LINES, lines);
    void this.disk.set(SEEN + key, undefined);
    void this.disk.set(PLACES, this.#places);
  }

  #write(): void {
    this.#timer = undefined;
    const lines = { ...this.lines.value };
    for (const paper of this.#moved) {
      const doc = paper.handle?.doc() as A.Doc<unknown> | undefined;
      if (!doc) continue;
      lines[paper.key] = line(paper.key, doc);
    }
    this.#moved.clear();
    if (JSON.stringify(lines) !== JSON.stringify(this.lines.value)) {
      this.lines.value = lines;
      void this.disk.set(LINES, lines);
    }
  }

  /** Keeps what was seen of those that moved, once nobody writes. */
  #look(): void {
    for (const paper of this.#unseen) {
      const doc = paper.handle?.doc() as A.Doc<unknown> | undefined;
      if (!doc || this.#seen[paper.key]?.heads.join() === paper.heads.join()) continue;
      const seen: Seen = { heads: paper.heads, ...JSON.parse(JSON.stringify(plain(paper.key, doc))) };
      this.#seen[paper.key] = seen;
      void this.disk.set(SEEN + paper.key, seen);
    }
    this.#unseen.clear();
  }

  /** Whether the first screens show this document. */
  #opensWith(key: string): boolean {
    const kind = kindOf(key);
    return ["election", "directive", "review"].includes(kind) || (["progress", "report"].includes(kind) && bodyOf(key) === this.body());
  }
}

/** What a first screen shows of it. */
function plain(key: string, doc: A.Doc<unknown>): Omit<Seen, "heads"> {
  const handIn = kindOf(key) === "report" ? asHandedIn(doc) : undefined;
  return handIn && handIn.moved.length > 0 ? { doc, handIn } : { doc };
}

function line(key: string, doc: A.Doc<unknown>): Line {
  const kind = kindOf(key);
  const content = contentOf(handedIn(doc) ? asHandedIn(doc).doc : doc);
  const subject = kind === "incident" ? words(content.subject) : undefined;
  const day = kind === "incident" ? words(content.occurred_on) : undefined;
  const last = submissions(doc).at(-1);
  const handIn = last && lastHandIn(doc);
  return {
    handedIn: handedIn(doc),
    // In a report that was handed in nobody can choose before it is taken back.
    clashes: handedIn(doc) ? 0 : contested(kind, doc).length,
    ...(last ? { last } : {}),
    ...(handIn ? { handIn } : {}),
    ...(subject ? { subject } : {}),
    ...(day ? { day } : {}),
  };
}
