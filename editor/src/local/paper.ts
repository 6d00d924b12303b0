// One document on this device. It is begun only when somebody writes: until then a form shows what the first change would hold,
// so that looking at next week's form does not make a document of it.
import { Automerge as A, decodeHeads, type DocHandle, type DocumentId, type Repo } from "@automerge/automerge-repo/slim";
import { effect, signal, type ReadonlySignal } from "@preact/signals";
import { idOf } from "../document/key.ts";
import { asHandedIn, formatOf, type HandIn } from "../document/read.ts";
import { begin, blank, FORMAT } from "../document/skeleton.ts";
import type { Seen } from "./ledger.ts";

export type PaperState = "loading" | "here" | "absent" | "unavailable";

/** What a document is told of the office, and tells it. */
export interface Around {
  /** Something was heard of it: `moved`, that it holds something else. */
  taken(paper: Paper, moved: boolean): void;
  /** Whether what is written now may have to be carried to the server another way. */
  mayBeCarried(paper: Paper): boolean;
  isOnDisk(paper: Paper): Promise<boolean>;
  /** Whether it was read from the disk. */
  wasOnDisk(paper: Paper): boolean;
  /** Whether there is no connection. */
  isAlone: ReadonlySignal<boolean>;
}

export class Paper {
  #id: DocumentId | undefined;
  readonly state = signal<PaperState>("loading");
  /** Counts what changed, for the screens. */
  readonly version = signal(0);
  handle: DocHandle<unknown> | undefined;
  /** Heads of what is on this device's disk. */
  kept: string[] = [];
  #blank: A.Doc<unknown> | undefined;
  #loading: Promise<void> | undefined;
  #isApart = false;
  #isFollowed = false;
  /** What was written before the document was open. */
  #queue: (() => void)[] = [];
  /** Who waits for that to be in the document. */
  #waiters: (() => void)[] = [];
  readonly #open: Promise<void>;
  #opened!: () => void;

  constructor(
    private readonly repo: () => Repo | undefined,
    private readonly election: string,
    readonly key: string,
    private readonly seen: Seen | undefined,
    private readonly around: Around,
  ) {
    if (seen) this.state.value = "here";
    this.#open = new Promise((resolve) => (this.#opened = resolve));
  }

  /** Worked out when something asks for it: hashing those of all that a first frame shows takes a fifth of its time. */
  get id(): DocumentId {
    return (this.#id ??= idOf(this.election, this.key));
  }

  /** Takes the document from this device or the server; `known` says that one of them has it. */
  load(known: boolean, again = false): Promise<void> {
    // A screen asks for it each time that it is drawn; what was looked for in vain is looked for again when there is a reason.
    if (this.handle || (this.state.peek() === "unavailable" && !again)) return Promise.resolve();
    const repo = this.repo();
    if (!known) {
      if (this.state.value === "loading") this.state.value = "absent";
      if (repo) this.#catchUp();
      return Promise.resolve();
    }
    if (!repo) return Promise.resolve();
    this.#loading ??= this.#find(repo).finally(() => {
      this.#loading = undefined;
      this.#catchUp();
    });
    return this.#loading;
  }

  async #find(repo: Repo): Promise<void> {
    const found = repo.find(this.id).then(
      (handle) => this.#arrives(handle),
      () => this.#followLater(repo),
    );
    // automerge-repo searches for ever where there is no peer: what is not on the disk comes from nobody then, but from another window.
    let stop = () => {};
    const inVain = new Promise<false>((resolve) => {
      stop = effect(() => {
        if (this.around.isAlone.value) void this.around.isOnDisk(this).then((isHere) => isHere || resolve(false));
      });
    });
    const isHere = await Promise.race([found, inVain]);
    stop();
    if (!isHere && this.state.value === "loading") this.state.value = "unavailable";
  }

  #arrives(handle: DocHandle<unknown>): true {
    // What came from elsewhere is not on the disk yet: of that everything is left behind by a page that goes away.
    if (!this.handle && this.around.wasOnDisk(this)) this.kept = A.getHeads(handle.doc() as A.Doc<unknown>);
    this.#take(handle);
    return true;
  }

  /** Nobody had it; another window of this device, or the server, may have it later. */
  #followLater(repo: Repo): false {
    const handle = repo.handles[this.id] as DocHandle<unknown> | undefined;
    if (handle && !this.#isFollowed) {
      this.#isFollowed = true;
      handle.once("heads-changed", () => {
        this.#isFollowed = false;
        // It is ready once all have heard of it.
        queueMicrotask(() => handle.isReady() && this.#arrives(handle));
      });
    }
    return false;
  }

  /** Whether something was written that is not in the document yet. */
  get isHeld(): boolean {
    return this.#queue.length > 0;
  }

  /** Resolves when what was written is in the document. */
  whenOpen(): Promise<void> {
    return this.#open;
  }

  /** Resolves when it is open with all that was written before, or nobody has begun it. */
  whenCaughtUp(): Promise<void> {
    return new Promise((resolve) => {
      if (this.isEarly) this.#waiters.push(resolve);
      else resolve();
    });
  }

  #catchUp(): void {
    const [all, waiters] = [this.#queue, this.#waiters];
    [this.#queue, this.#waiters] = [[], []];
    for (const act of [...all, ...waiters]) {
      try {
        act();
      } catch (error) {
        // One write's fault keeps no other from being written.
        reportError(error);
      }
    }
  }

  /** Whether writing has to wait: for Automerge, or for what this device or the server has of the document. */
  get isEarly(): boolean {
    return !this.handle && (!this.repo() || this.#loading !== undefined);
  }

  #early(write: () => void): boolean {
    if (this.isEarly) this.#queue.push(write);
    return this.isEarly;
  }

  #take(handle: DocHandle<unknown>): void {
    if (this.handle) return;
    this.handle = handle;
    handle.on("heads-changed", () => {
      this.version.value++;
      this.around.taken(this, true);
    });
    handle.on("remote-heads", () => this.around.taken(this, false));
    this.state.value = "here";
    this.#catchUp();
    this.#opened();
    this.version.value++;
    this.around.taken(this, false);
  }

  /** What it holds; before it is open what was seen of it last, of a document that nobody began the blank form: plain values both. */
  get doc(): A.Doc<unknown> {
    void this.version.value;
    return this.handle?.doc() ?? this.seen?.doc ?? (this.#blank ??= blank(this.election, this.key));
  }

  /** The same as it was handed in last. */
  get handIn(): HandIn {
    const doc = this.doc;
    return this.handle ? asHandedIn(doc) : (this.seen?.handIn ?? { doc, moved: [] });
  }

  /** Whether a newer program brought it to a form of which this one may not show all. */
  get isNewer(): boolean {
    return formatOf(this.doc) > FORMAT;
  }

  get isBegun(): boolean {
    void this.version.value;
    return this.handle !== undefined || this.seen !== undefined;
  }

  /** The document itself, once it is open. */
  get opened(): A.Doc<unknown> | undefined {
    void this.version.value;
    return this.handle?.doc() as A.Doc<unknown> | undefined;
  }

  /** Hexadecimal, sorted. */
  get heads(): string[] {
    void this.version.value;
    return this.handle ? [...A.getHeads(this.handle.doc())].sort() : (this.seen?.heads ?? []);
  }

  /** Whether it is open and has these heads, or what came after them. */
  has(heads: string[]): boolean {
    return this.opened !== undefined && A.hasHeads(this.opened, heads as A.Heads);
  }

  /** Writes; the document is begun if nobody has begun it. */
  change(message: string, write: (doc: A.Doc<unknown>) => void): void {
    if (this.#early(() => this.change(message, write))) return;
    const handle = this.#author();
    this.#announced(() => handle.change((doc) => write(doc as A.Doc<unknown>), { message }));
  }

  /** A change that moves nothing one sees (choosing the value that is shown already) is a change too: automerge-repo sends only
   * what it announced, and announces only what is seen. */
  #announced(write: () => void): void {
    const handle = this.handle!;
    let told = false;
    const hear = () => (told = true);
    handle.once("change", hear);
    write();
    handle.off("change", hear);
    if (told) return;
    const doc = handle.doc();
    handle.emit("change", { handle, doc, patches: [], patchInfo: { before: doc, after: doc, source: "change" } });
  }

  /** Writes as one who saw the document at these heads. */
  changeAt(heads: string[], message: string, write: (doc: A.Doc<unknown>) => void): void {
    if (this.#early(() => this.changeAt(heads, message, write))) return;
    const handle = this.#author();
    const same = heads.length === 0 || this.heads.join() === [...heads].sort().join();
    // Heads that are not in the document are of a copy that was taken away meanwhile.
    if (same || !this.has(heads)) return this.change(message, write);
    this.#announced(() => handle.update((doc) => A.changeAt(doc as A.Doc<unknown>, heads as A.Heads, { message }, write).newDoc));
  }

  /** What is not on the disk yet. */
  lastWords(): Uint8Array | undefined {
    const doc = this.opened;
    return doc && [...this.kept].sort().join() !== this.heads.join() ? A.saveSince(doc, this.kept as A.Heads) : undefined;
  }

  /** Takes in what a file brought. */
  bring(bytes: Uint8Array): void {
    const handle = this.repo()!.import(bytes, { docId: this.id }) as DocHandle<unknown>;
    if (!handle.isReady()) throw new Error(`${this.key}: changes without those that they follow`);
    this.#take(handle);
  }

  /** Takes in all changes of another copy of the same document. */
  merge(bytes: Uint8Array): void {
    const handle = this.handle;
    if (handle) this.#announced(() => handle.update((doc) => A.loadIncremental(doc as A.Doc<unknown>, bytes)));
    else this.bring(bytes);
  }

  begin(): DocHandle<unknown> {
    if (!this.handle) this.bring(A.save(begin(this.election, this.key)));
    return this.handle!;
  }

  /** What is written from now on is by another actor of Automerge's than what may have been sent. */
  goOnAsAnother(): void {
    this.#isApart = true;
    this.handle?.update((doc) => A.clone(doc as A.Doc<unknown>));
  }

  /** What is written next goes to the server as what was written before. */
  arrived(): void {
    this.#isApart = false;
  }

  /** The document for who writes. An actor belongs to whoever delivers it first; so what may be carried to another device, and be
   * delivered by a colleague there, is by an actor of which the server has nothing. */
  #author(): DocHandle<unknown> {
    const handle = this.begin();
    if (!this.#isApart && this.around.mayBeCarried(this)) this.goOnAsAnother();
    return handle;
  }

  /** Whether this device and the server have the same. */
  isInStep(storage: string | undefined): boolean {
    if (!this.handle || !this.isCovered(storage)) return false;
    const info = this.handle.getSyncInfo(storage as Parameters<DocHandle<unknown>["getSyncInfo"]>[0]);
    return info !== undefined && A.hasHeads(this.handle.doc() as A.Doc<unknown>, decodeHeads(info.lastHeads) as A.Heads);
  }

  /** Whether everything here is in the server's heads. */
  isCovered(storage: string | undefined): boolean {
    if (!this.handle || !storage) return false;
    const info = this.handle.getSyncInfo(storage as Parameters<DocHandle<unknown>["getSyncInfo"]>[0]);
    if (!info) return false;
    const theirs = decodeHeads(info.lastHeads) as string[];
    const doc = this.handle.doc() as A.Doc<unknown>;
    if (A.getHeads(doc).every((head) => theirs.includes(head))) return true;
    return A.getMissingDeps(doc, theirs).length === 0 && A.getChangesSince(doc, theirs).length === 0;
  }
}
