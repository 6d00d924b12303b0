// The office on this device: who works here, their documents, and what the server said. Everything that must survive a killed process
// is in the device's storage before it counts as saved. What waits to be sent stands in `sending`, what is fetched in `bringing`.
import type { PeerId, Repo } from "@automerge/automerge-repo/slim";
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { bodyOf, kindOf } from "../document/key.ts";
import type * as Engine from "../engine.ts";
import { Bringing } from "./bringing.ts";
import { DeskAsked, isProblem, type Desk } from "./desk.ts";
import { Disk } from "./disk.ts";
import { drawLater } from "./drawing.ts";
import { nameOf, open } from "./early.ts";
import { whenReady } from "./engine.ts";
import { reload } from "./leaving.ts";
import { Inventory } from "./inventory.ts";
import { Ledger, type Line } from "./ledger.ts";
import type { Knock, Link, LinkState } from "./link.ts";
import { beforeChanges } from "./others.ts";
import { LastWords, names, type Left } from "./lastwords.ts";
import { Paper, type Around } from "./paper.ts";
import { Sending } from "./sending.ts";
import { Signs } from "./signs.ts";
import { Telling } from "./telling.ts";
import { Windows } from "./windows.ts";

const ASK_AGAIN = 3_000;
/** How long a disk may take for what was written (ms), before somebody who waits for it is told. */
const DISK_LIMIT = 10_000;

export class Office {
  readonly link = signal<LinkState>("connecting");
  readonly desk = signal<Desk>(undefined as unknown as Desk);
  /** Server's clock minus this device's. */
  readonly skew = signal(0);
  readonly since = computed(() => Math.min(...Object.values(this.waiting.value)));
  readonly #papers = new Map<string, Paper>();
  readonly #inventory: Inventory;
  readonly #signs = new Signs(() => this.waiting.value);
  readonly sending: Sending;
  readonly #bringing: Bringing;
  readonly ledger: Ledger;
  readonly #lastWords: LastWords;
  #link!: Link;
  readonly #asked = new DeskAsked();
  #repo: Repo | undefined;
  #sendAtOnce: typeof Engine.sendAtOnce = (act) => act();
  #windows!: Windows;
  readonly #telling = new Telling(() => (this.link.value === "online" ? { count: Object.keys(this.waiting.value).length, since: this.since.value + this.skew.value } : undefined));
  readonly #around: Around = {
    taken: (paper, moved) => {
      if (moved) this.sending.moved(paper.key);
      this.ledger.note(paper);
      this.sending.look(paper);
    },
    mayBeCarried: ({ key }) => this.link.value !== "online" || this.#signs.isStuck(key),
    isOnDisk: ({ id }) => this.disk.has([id]),
    wasOnDisk: ({ id }) => this.disk.hasLoaded(id),
    isAlone: computed(() => ["offline", "busy", "login"].includes(this.link.value)),
  };
  /** Writes down what screens hold back, before what others wrote comes in. */
  beforeOthers: () => void = () => undefined;

  private constructor(
    readonly disk: Disk,
    account: number,
  ) {
    this.#lastWords = new LastWords(account);
    this.#inventory = new Inventory(disk, account, (key) => this.#isUnsent(key), () => this.#telling.moved(), (key) => this.#papers.get(key)?.goOnAsAnother());
    this.ledger = new Ledger(disk, () => this.desk.value.account.body);
    this.sending = new Sending(disk, this.#inventory, this.#signs, {
      paper: (key) => this.paper(key),
      writes: (key) => this.writes(key),
      isOnline: () => this.link.value === "online",
      storage: () => this.#link.storage,
      flush: ({ id }) => this.#repo?.flush([id]),
    });
    this.#bringing = new Bringing(this.ledger, this.#inventory, this.#papers, (key) => this.paper(key), (key) => this.sending.moved(key));
  }

  /** Opens the office of an account; without a network from what this device keeps. */
  static async open(account: number, desk?: Desk, own?: IDBDatabase): Promise<Office | undefined> {
    const office = new Office(new Disk(own ?? (await open(nameOf(account)))), account);
    // Before anybody reads what stands there.
    await office.#lastWords.takeAsides(({ name, value, at }) => void office.disk.set(name, value, at), (name) => office.disk.writtenAt(name));
    const kept = await office.disk.kept();
    office.ledger.load(kept);
    office.#inventory.load(kept);
    const former = kept.get<Desk>("desk");
    const known = desk ?? former;
    if (!known) return undefined;
    office.desk.value = known;
    if (desk && former) office.#bringing.compareStores(former, desk);
    if (desk) await office.disk.set("desk", desk);
    office.skew.value = desk ? desk.now - Date.now() : (kept.get("skew") ?? 0);
    office.sending.lastSent.value = kept.get("sent");
    const device = kept.get<string>("device");
    if (device) office.#telling.device = device;
    else void office.disk.set("device", office.#telling.device);
    void whenReady().then((engine) => office.#start(engine));
    return office;
  }

  /** Its unsent changes are in a file that a colleague may deliver. */
  carried(paper: Paper): void {
    paper.goOnAsAnother();
    this.#inventory.carry(paper.key);
  }

  /** Keys of documents with changes that the server does not have → since when (Unix ms of this device). */
  get waiting(): ReadonlySignal<Record<string, number>> {
    return this.#inventory.waiting;
  }

  /** Opens the documents and the connection. Until then screens show what was seen last. */
  async #start({ BroadcastChannelNetworkAdapter, Link, Repo, sendAtOnce }: typeof Engine): Promise<void> {
    this.#sendAtOnce = sendAtOnce;
    this.#windows = new Windows(this.desk.value.account.id, (key) => this.#letGo(key));
    await this.#windows.enter();
    this.#link = new Link(
      () => this.#knock(),
      (state) => {
        if (this.link.value !== state && !(state === "connecting" && this.link.value !== "online")) this.link.value = state;
        if (state === "online") this.#arrived();
      },
      this.#signs,
    );
    const channel = new BroadcastChannelNetworkAdapter({ channelName: `niemyet-${this.desk.value.account.id}`, peerWaitMs: 10 });
    beforeChanges([this.#link, channel], () => this.beforeOthers());
    this.#repo = new Repo({
      storage: this.disk,
      network: [this.#link, channel],
      peerId: `editor-${crypto.randomUUID()}` as PeerId,
      saveDebounceRate: 20,
    });
    for (const paper of this.#papers.values()) void paper.load(this.isKnown(paper.key));
    for (const key of Object.keys(this.waiting.value)) void this.#reopen(key);
    void this.#hearLastWords();
    void this.#followOn();
  }

  /** A process that was killed between noting that a document waits and writing its first letters left nothing to send. */
  async #reopen(key: string): Promise<void> {
    const paper = await this.opened(key);
    if (paper.handle || names(this.desk.value.account.id).length > 0) return;
    if (!(await this.disk.has([paper.id]))) void this.#inventory.sent(key);
  }

  /** One round after the other, with more room between them where the network is slow. */
  async #followOn(): Promise<void> {
    for (;;) {
      const begun = Date.now();
      await this.#follow().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, Math.max(ASK_AGAIN, Date.now() - begun)));
    }
  }

  /** A document, loaded when it is first asked for. */
  paper(key: string): Paper {
    let paper = this.#papers.get(key);
    if (!paper) {
      paper = new Paper(() => this.#repo, this.desk.value.election, key, this.ledger.seen(key), this.#around);
      this.#papers.set(key, paper);
    }
    void paper.load(this.isKnown(key));
    return paper;
  }

  /** The same once this device's copy of it is open, if it has any. */
  async opened(key: string): Promise<Paper> {
    await whenReady();
    const paper = this.paper(key);
    const isHere = paper.handle !== undefined || (await this.disk.has([paper.id]));
    await paper.load(isHere || this.isKnown(key), true);
    await paper.whenCaughtUp();
    return paper;
  }

  /** What the ledger says of a document, which stays closed; one that the ledger does not know is opened. */
  glance(key: string): Line | undefined {
    const line = this.ledger.lines.value[key];
    if (!line && this.isKnown(key)) this.paper(key);
    return line;
  }

  isKnown(key: string): boolean {
    return this.#inventory.has(key) || this.desk.value.documents.some((one) => one.key === key);
  }

  /** Keys of a kind that this device or the server knows. */
  keys(kind: string): string[] {
    void this.waiting.value;
    const all = new Set([...this.desk.value.documents.map((one) => one.key), ...this.#inventory.keys]);
    return [...all].filter((key) => kindOf(key) === kind).sort();
  }

  /** As the table of access has it; the server decides. */
  writes(key: string): boolean {
    const { account, roles } = this.desk.value;
    const kind = kindOf(key);
    if (["election", "directive", "review"].includes(kind)) return roles.includes("standing_agency");
    if (kind === "publication") return roles.includes("communications");
    return bodyOf(key) === account.body;
  }

  get isAgency(): boolean {
    return this.desk.value.roles.includes("standing_agency");
  }

  get publishes(): boolean {
    return this.desk.value.roles.includes("communications");
  }

  /** Milliseconds of the server's clock. */
  now(): number {
    return Date.now() + this.skew.value;
  }

  sendNow(): void {
    this.#link?.now();
  }

  retryDisk(): void {
    void this.disk.set("tried", Date.now());
  }

  stop(): void {
    this.#link?.disconnect();
    this.#repo?.networkSubsystem.disconnect();
    this.#inventory.close();
  }

  /** Whether something that was written waits for its document to be opened. */
  get isHeld(): boolean {
    return [...this.#papers.values()].some((one) => one.isHeld);
  }

  /** The page goes away, and IndexedDB does not finish what is begun then: the last letters are left elsewhere. */
  lastWords(): void {
    const left = [...this.#papers.values()].flatMap((one) => {
      const bytes = one.key in this.waiting.value ? one.lastWords() : undefined;
      return bytes ? [{ key: one.key, bytes }] : [];
    });
    this.#telling.last();
    this.#lastWords.leave(left, this.disk.unwritten());
  }

  #hearLastWords(): Promise<void> {
    const take = async ({ key, bytes }: Left) => {
      (await this.opened(key)).merge(bytes);
      this.wrote(key);
    };
    return this.#lastWords.takeDocuments(take, async () => {
      while (!(await this.settled())) await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN));
    });
  }

  /** Resolves when all that was written is on the disk; false if the disk does not take it, or not in time. */
  settled(): Promise<boolean> {
    const late = new Promise<false>((resolve) => setTimeout(() => resolve(false), DISK_LIMIT));
    return Promise.race([this.#settle(), late]);
  }

  async #settle(): Promise<boolean> {
    const all = [...this.#papers.values()];
    await Promise.all(all.filter((one) => one.isHeld).map((one) => one.whenOpen()));
    // Those alone: a document that is still being looked for has nothing to write, and no patience.
    await this.#repo?.flush(all.filter((one) => one.handle && one.key in this.waiting.value).map((one) => one.id));
    return this.disk.settled();
  }

  /** Writes into a document, and says from then on that it waits to be sent. `heads`: what the person saw, if it was not the latest. */
  write(key: string, message: string, change: Parameters<Paper["change"]>[1], heads: string[] = []): void {
    const paper = this.paper(key);
    paper.changeAt(heads, message, change);
    this.wrote(key);
  }

  /** The same for what a press writes: it leaves for the server before the screen is drawn anew. */
  writeNow(...written: Parameters<Office["write"]>): void {
    drawLater();
    this.#sendAtOnce(() => this.write(...written));
  }

  /** Something was written into this document. */
  wrote(key: string): void {
    this.sending.wrote(key);
  }

  #isUnsent(key: string): boolean {
    const paper = this.#papers.get(key);
    return paper !== undefined && (paper.isHeld || (paper.handle !== undefined && !paper.isCovered(this.#link.storage)));
  }

  async #knock(): Promise<Knock> {
    const answer = await this.#asked.again();
    if (answer === "offline") return "offline";
    if (isProblem(answer)) return answer.status === 401 ? "login" : "busy";
    this.#signs.answered();
    this.#hearClock(answer.now);
    if (!("account" in answer)) {
      this.#openAgain();
      return "ok";
    }
    // Somebody else logged in on this device in another tab: their work is not ours.
    if (answer.account.id !== this.desk.value.account.id) {
      this.#asked.forget();
      return "login";
    }
    this.#keep(answer);
    this.#openAgain();
    return "ok";
  }

  /** The server's clock, which may be heard to the second only. */
  #hearClock(now: number): void {
    const skew = now - Date.now();
    if (!(Math.abs(skew - this.skew.value) > 2_000)) return;
    this.skew.value = skew;
    void this.disk.set("skew", skew);
  }

  /** Tries again to open what could not be opened. */
  #openAgain(): void {
    for (const paper of this.#papers.values()) if (!paper.handle) void paper.load(this.isKnown(paper.key), true);
  }

  #keep(desk: Desk): void {
    this.#bringing.compareStores(this.desk.value, desk);
    const { now: _, waiting: __, ...rest } = desk;
    const { now: ___, waiting: ____, ...before } = this.desk.value;
    const changed = JSON.stringify(rest) !== JSON.stringify(before);
    if (changed || JSON.stringify(desk.waiting) !== JSON.stringify(this.desk.value.waiting)) this.desk.value = desk;
    if (changed) void this.disk.set("desk", desk);
  }

  #arrived(): void {
    // All that was written may have been sent: what is written on goes the same way.
    for (const paper of this.#papers.values()) paper.arrived();
    void this.#bringing.all(this.desk.value.documents);
    for (const paper of this.#papers.values()) this.sending.look(paper);
    this.#telling.now(true);
  }

  async #follow(): Promise<void> {
    if (this.link.value !== "online") return;
    const before = this.desk.value.documents;
    if ((await this.#knock()) !== "ok") return;
    this.#bringing.arrived(before, this.#link.storage);
    await this.sending.ask();
    void this.#bringing.all(this.desk.value.documents);
  }

  /** Lets go of a document that is being taken away; all else that was written is put on the disk. */
  async #letGo(key: string): Promise<void> {
    this.sending.letGo(key);
    this.stop();
    await this.#settle();
  }

  /** Drops what this device holds of a document, to take it anew from the server. */
  async drop(key: string): Promise<void> {
    await this.#letGo(key);
    await this.#windows.alone(key, async () => {
      this.sending.forgive(key);
      this.ledger.forget(key);
      await this.#inventory.forget(key);
      await this.disk.removeRange([this.paper(key).id]);
      await this.disk.settled();
    });
    reload();
  }
}
