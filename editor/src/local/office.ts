// The office on this device: who works here, their documents, what waits to be sent, and what the server said. Everything that
// must survive a killed process is in the device's storage before it counts as saved.
import { Repo, type PeerId } from "@automerge/automerge-repo/slim";
import { BroadcastChannelNetworkAdapter } from "@automerge/automerge-repo-network-broadcastchannel";
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { bodyOf, kindOf } from "../document/key.ts";
import { ask, DeskAsked, isProblem, type Desk } from "./desk.ts";
import { Disk, diskFault } from "./disk.ts";
import { nameOf, open } from "./early.ts";
import { whenReady } from "./engine.ts";
import { Inventory } from "./inventory.ts";
import { Ledger, type Line } from "./ledger.ts";
import { Link, type LinkState } from "./link.ts";
import { beforeChanges } from "./others.ts";
import { LastWords, names, type Left } from "./lastwords.ts";
import { Paper, type Around } from "./paper.ts";
import { Telling } from "./telling.ts";
import { Windows } from "./windows.ts";

const ASK_AGAIN = 3_000;
/** How long the server may take for what was sent (ms), before it counts as one that may not be reached. */
const STUCK = 2_000;
/** How long a server that is asked every three seconds may say nothing (ms), before it counts as the same. */
const SILENT = 7_000;
/** How long a disk may take for what was written (ms), before somebody who waits for it is told. */
const DISK_LIMIT = 10_000;

export interface Refusal {
  code: string;
  vi: string;
  en: string;
}

export class Office {
  readonly link = signal<LinkState>("connecting");
  readonly desk = signal<Desk>(undefined as unknown as Desk);
  readonly refused = signal<Record<string, Refusal>>({});
  /** Changes that are on their way to the disk. */
  readonly unsaved = signal(0);
  readonly lastSent = signal<number | undefined>(undefined);
  /** Server's clock minus this device's. */
  readonly skew = signal(0);
  readonly since = computed(() => Math.min(...Object.values(this.waiting.value)));
  readonly #papers = new Map<string, Paper>();
  readonly #inventory: Inventory;
  readonly #moved = new Set<string>();
  /** When the server said last of what waits that it has not refused it. */
  readonly #unrefused = new Map<string, number>();
  readonly ledger: Ledger;
  readonly #lastWords: LastWords;
  #link!: Link;
  readonly #asked = new DeskAsked();
  #repo: Repo | undefined;
  #windows!: Windows;
  /** Documents that are taken away: nothing of them is kept or told any more. */
  readonly #gone = new Set<string>();
  readonly #telling = new Telling(() => (this.link.value === "online" ? { count: Object.keys(this.waiting.value).length, since: this.since.value + this.skew.value } : undefined));
  #bringing = false;
  /** When the server answered last. */
  #heard = 0;
  readonly #around: Around = {
    taken: (paper, moved) => {
      if (moved) this.#moved.add(paper.key);
      this.ledger.note(paper);
      this.#look(paper);
    },
    mayBeCarried: ({ key }) => this.#isStuck(key),
    isOnDisk: ({ id }) => this.disk.has([id]),
    isAlone: computed(() => this.link.value === "offline" || this.link.value === "login"),
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
  }

  /** Opens the office of an account; without a network from what this device keeps. */
  static async open(account: number, desk?: Desk, own?: IDBDatabase): Promise<Office | undefined> {
    const office = new Office(new Disk(own ?? (await open(nameOf(account)))), account);
    // Before anybody reads what stands there.
    office.#lastWords.takeAsides(({ name, value }) => void office.disk.set(name, value));
    const kinds = ["desk", "sent", "skew", "device"];
    const [[kept, sent, skew, device]] = await Promise.all([
      office.disk.getAll<[Desk, number, number, string]>(kinds),
      office.ledger.load(),
      office.#inventory.load(),
    ]);
    const known = desk ?? kept;
    if (!known) return undefined;
    office.desk.value = known;
    if (desk && kept) office.#compareStores(kept, desk);
    if (desk) await office.disk.set("desk", desk);
    if (desk) office.skew.value = desk.now - Date.now();
    office.lastSent.value = sent;
    if (device) office.#telling.device = device;
    else void office.disk.set("device", office.#telling.device);
    if (!desk) office.skew.value = skew ?? 0;
    void whenReady().then(() => office.#start());
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
  async #start(): Promise<void> {
    this.#windows = new Windows(this.desk.value.account.id, (key) => this.#letGo(key));
    await this.#windows.enter();
    this.#link = new Link(
      () => this.#knock(),
      (state) => {
        if (this.link.value !== state && !(state === "connecting" && this.link.value !== "online")) this.link.value = state;
        if (state === "online") this.#arrived();
      },
      () => this.#waitsInVainSince(),
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

  /** Marks what is new here, and clears what the server has. */
  #look(paper: Paper): void {
    if (!paper.handle) return;
    this.#inventory.know(paper.key);
    const waits = this.#inventory.waits(paper.key);
    const covered = paper.isCovered(this.#link.storage);
    if (!covered && !waits && this.writes(paper.key)) this.#suspect(paper);
    if (covered) paper.arrived();
    if (covered && waits) {
      void this.#inventory.sent(paper.key);
      this.lastSent.value = Date.now();
      void this.disk.set("sent", this.lastSent.value);
      if (paper.key in this.refused.value) {
        const { [paper.key]: __, ...others } = this.refused.value;
        this.refused.value = others;
      }
    }
  }

  /** What another tab of this device wrote waits here too. While there is a connection it may just have come from the server. */
  #suspect(paper: Paper): void {
    if (!this.#moved.delete(paper.key)) return;
    const late = () => paper.key in this.waiting.value || paper.isCovered(this.#link.storage) || this.wrote(paper.key);
    if (this.link.value === "online") setTimeout(late, 1_000);
    else late();
  }

  /** Writes into a document, and says from then on that it waits to be sent. `heads`: what the person saw, if it was not the latest. */
  write(key: string, message: string, change: Parameters<Paper["change"]>[1], heads: string[] = []): void {
    const paper = this.paper(key);
    paper.changeAt(heads, message, change);
    this.wrote(key);
  }

  /** Something was written into this document. */
  wrote(key: string): void {
    if (this.#gone.has(key)) return;
    this.#inventory.wait(key);
    const paper = this.#papers.get(key);
    if (!paper) return;
    this.#look(paper);
    // Until it is on the disk no screen says "saved".
    this.unsaved.value++;
    const kept = paper.whenOpen().then(async () => {
      const { heads } = paper;
      await this.#repo?.flush([paper.id]);
      if (!diskFault.value) paper.kept = heads;
    });
    void kept.finally(() => this.unsaved.value--);
  }

  #isStuck(key: string): boolean {
    const since = this.waiting.value[key];
    const isMute = Date.now() - this.#heard > SILENT || (since !== undefined && Date.now() - since > STUCK);
    return this.link.value !== "online" || isMute;
  }

  /** Since when the oldest waits of what the server said lately that it has not refused. */
  #waitsInVainSince(): number | undefined {
    const open = Object.entries(this.waiting.value).filter(([key]) => Date.now() - (this.#unrefused.get(key) ?? 0) < 3 * ASK_AGAIN);
    return open.length > 0 ? Math.min(...open.map(([, since]) => since)) : undefined;
  }

  #isUnsent(key: string): boolean {
    const paper = this.#papers.get(key);
    return paper !== undefined && (paper.isHeld || (paper.handle !== undefined && !paper.isCovered(this.#link.storage)));
  }

  async #knock(): Promise<"ok" | "login" | "offline"> {
    const answer = await this.#asked.again();
    if (answer === "offline") return "offline";
    if (isProblem(answer)) return answer.status === 401 ? "login" : "offline";
    this.#heard = Date.now();
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
    this.#compareStores(this.desk.value, desk);
    const { now: _, waiting: __, ...rest } = desk;
    const { now: ___, waiting: ____, ...before } = this.desk.value;
    const changed = JSON.stringify(rest) !== JSON.stringify(before);
    if (changed || JSON.stringify(desk.waiting) !== JSON.stringify(this.desk.value.waiting)) this.desk.value = desk;
    if (changed) void this.disk.set("desk", desk);
  }

  /** A server that was restored from a backup may lack what it had: all that is here is brought to it again. */
  #compareStores(before: Desk, now: Desk): void {
    if (before.store === undefined || before.store === now.store) return;
    this.ledger.forgetPlaces();
    for (const key of this.#inventory.keys) this.#moved.add(key);
    // Whoever brings to the new store first what was written here is its author there.
    for (const paper of this.#papers.values()) paper.goOnAsAnother();
  }

  #arrived(): void {
    // All that was written may have been sent: what is written on goes the same way.
    for (const paper of this.#papers.values()) paper.arrived();
    void this.#bring();
    for (const paper of this.#papers.values()) this.#look(paper);
    this.#telling.now(true);
  }

  /** Everything of this account is brought onto the device, for the days without a network, and what the server lost to the server, one
   * after the other; what is here just as the server has it is left on the disk. */
  async #bring(): Promise<void> {
    if (this.#bringing) return;
    this.#bringing = true;
    const places = new Map(this.desk.value.documents.map(({ key, last }) => [key, last]));
    // What is here and not there may have been there once.
    for (const key of new Set([...places.keys(), ...this.#inventory.keys])) {
      const last = places.get(key);
      if (this.#papers.get(key)?.handle || (last !== undefined && this.#inventory.has(key) && this.ledger.has(key, last))) continue;
      if (last === undefined) this.#moved.add(key);
      const paper = this.paper(key);
      await paper.load(true, true);
      await new Promise((resolve) => setTimeout(resolve));
    }
    this.#bringing = false;
  }

  async #follow(): Promise<void> {
    if (this.link.value !== "online") return;
    const before = this.desk.value.documents;
    if ((await this.#knock()) !== "ok") return;
    // What the server had a while ago and is here whole needs no opening next time.
    for (const { key, last } of before) {
      const paper = this.#papers.get(key);
      if (paper?.isInStep(this.#link.storage)) this.ledger.arrived(key, last);
    }
    for (const key of Object.keys(this.waiting.value)) {
      const answer = await ask<{ refusal: Refusal | null }>("GET", `/api/documents/${this.paper(key).id}/refusal`);
      if (answer === "offline" || isProblem(answer)) continue;
      if (!answer.refusal) this.#unrefused.set(key, Date.now());
      else this.#unrefused.delete(key);
      const before = this.refused.value[key];
      if (answer.refusal && before?.code !== answer.refusal.code && key in this.waiting.value) {
        this.refused.value = { ...this.refused.value, [key]: answer.refusal };
      }
    }
    void this.#bring();
  }

  /** Lets go of a document that is being taken away; all else that was written is put on the disk. */
  async #letGo(key: string): Promise<void> {
    this.#gone.add(key);
    this.#inventory.hide(key);
    this.stop();
    await this.#settle();
  }

  /** Drops what this device holds of a document, to take it anew from the server. */
  async drop(key: string): Promise<void> {
    await this.#letGo(key);
    await this.#windows.alone(key, async () => {
      const { [key]: _, ...refused } = this.refused.value;
      this.refused.value = refused;
      this.ledger.forget(key);
      await this.#inventory.forget(key);
      await this.disk.removeRange([this.paper(key).id]);
      await this.disk.settled();
    });
    location.reload();
  }
}
