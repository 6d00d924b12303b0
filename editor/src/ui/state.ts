// What the screens share: the office that is open, the address, and the committee's facts as its documents have them.
import { computed, signal } from "@preact/signals";
import { dayOf, instant, isLate as cameLate, isOver as hasPassed, weeks } from "../document/deadline.ts";
import { contentOf, words, type Raw } from "../document/read.ts";
import { DEVICE, open, type Early } from "../local/early.ts";
import { Disk } from "../local/disk.ts";
import { reload } from "../local/leaving.ts";
import { Office } from "../local/office.ts";
import { ask, isProblem, type Desk } from "../local/desk.ts";
import { onOtherPerson, sayWhoWorks } from "../local/windows.ts";
import { language, named } from "./words.ts";

export const office = signal<Office | undefined>(undefined);
export const route = signal<string[]>([]);
/** A word to the person that goes away by itself; also read out. */
export const notice = signal("");
// What was said in one language does not stand among the words of another.
language.subscribe(() => void (notice.value = ""));

export function readRoute(): void {
  route.value = location.hash.replace(/^#\/?/, "").split("/").map(decodeURIComponent);
}

export function here(): Office {
  return office.value!;
}

let device: Disk | undefined;

async function deviceDisk(): Promise<Disk> {
  return (device ??= new Disk(await open(DEVICE)));
}

/** Opens the office of whoever works on this device, if somebody does. */
export async function resume(early: Early): Promise<void> {
  device = new Disk(early.device);
  // Whoever works here from now on, nobody sees what another person had open.
  onOtherPerson((account) => account !== office.value?.desk.value.account.id && reload());
  if (early.current !== undefined) office.value = await Office.open(early.current, undefined, early.own);
  else {
    void endFormer();
    addEventListener("online", () => !office.value && void endFormer());
  }
  // What another window said before this one heard it, or while nobody's office was open here, stands on the device.
  if ((await device.get("current")) === early.current) return;
  office.value?.stop();
  office.value = undefined;
  reload();
}

/** Whether whoever has this login may come in: of somebody else who works here everything must be on the disk first. */
export async function makesWay(login: string): Promise<boolean> {
  const former = office.value;
  return !former || former.desk.value.account.login === login || former.settled();
}

/** Opens the office of whoever logged in; false if the device's storage does not take that somebody else works here. */
export async function enter(desk: Desk): Promise<boolean> {
  const former = office.value;
  const disk = await deviceDisk();
  await disk.set("current", desk.account.id);
  if (former && former.desk.value.account.id !== desk.account.id && !(await disk.settled())) {
    // Neither what was written here shows to one person, nor goes to the server as another's.
    await Promise.all([disk.set("current", former.desk.value.account.id), ask("DELETE", "/api/session")]);
    return false;
  }
  sayWhoWorks(desk.account.id);
  if (!former) {
    office.value = await Office.open(desk.account.id, desk);
    void navigator.storage?.persist?.();
    return true;
  }
  // Who logs in again goes on where they were, with all that is open.
  if (former.desk.value.account.id === desk.account.id) {
    former.sendNow();
    return true;
  }
  // Somebody else: nothing of the former stays, not even in this page's memory.
  former.stop();
  await Office.open(desk.account.id, desk);
  location.hash = "#/";
  reload();
  return true;
}

/** False while the server was not reached. */
async function endSession(): Promise<boolean> {
  const answer = await ask("DELETE", "/api/session");
  if (answer === "offline" || (isProblem(answer) && answer.status !== 401)) return false;
  await (await deviceDisk()).set("ending", undefined);
  return true;
}

/** Ends the session of who signed out on this device, if the server has not heard of it yet; false while it was not reached. */
export async function endFormer(): Promise<boolean> {
  return !(await (await deviceDisk()).get<boolean>("ending")) || endSession();
}

/** Nobody works on this device any more; what they have not sent stays in their own store. False if the device's storage does not take
 * even that: whoever came next would see it all. */
export async function leave(): Promise<boolean> {
  const disk = await deviceDisk();
  // Without a network the server cannot be told now: the session is ended before anybody logs in here again.
  await Promise.all([disk.set("current", undefined), disk.set("ending", true)]);
  const isOut = await disk.settled();
  await endSession();
  if (!isOut) return false;
  sayWhoWorks(undefined);
  location.hash = "";
  reload();
  return true;
}

export const election = computed<Raw>(() => (office.value ? contentOf(here().paper("election").doc) : {}));

export function today(): string {
  return here().desk.value.as_of ?? dayOf(here().now());
}

/** The present instant; in a demonstration noon of its day. */
function present(): number {
  const asOf = here().desk.value.as_of;
  return asOf ? instant(asOf, "12:00") : here().now();
}

/** Whether what the server received came after the deadline. */
export function isLate(received: number, due: string, regime: Regime | undefined): boolean {
  return cameLate(received, due, regime?.before, here().desk.value.as_of);
}

/** Whether the deadline has passed. */
export function isOver(due: string, regime: Regime | undefined): boolean {
  return hasPassed(present(), due, regime?.before);
}

export interface Regime {
  reporters: string[];
  before: string;
  addressee: string;
  citation: string;
  dues: string[];
}

const cached = new WeakMap<object, Regime[]>();

export function regimes(): Regime[] {
  const list = (election.value.regimes ?? []) as Raw[];
  if (typeof list === "object" && cached.has(list)) return cached.get(list)!;
  const all = Array.from(list, (one) => ({
    reporters: Array.from(one.reporters ?? [], String),
    before: words(one.before) ?? "",
    addressee: words(one.addressee) ?? "",
    citation: words(one.citation) ?? "",
    dues: weeks(words(one.first_due) ?? "", words(one.last_due) ?? ""),
  }));
  cached.set(list, all);
  return all;
}

/** The regime under which this body reports. */
export function ownRegime(body = here().desk.value.account.body): Regime | undefined {
  return regimes().find((one) => one.reporters.includes(body));
}

export function bodyName(id: string): string {
  const body = Array.from((election.value.bodies ?? []) as Raw[]).find((one) => words(one.id) === id);
  return named(body, "name") || id;
}
