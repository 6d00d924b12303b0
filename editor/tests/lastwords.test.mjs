// What a page leaves as it goes away, and how often it comes back.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./load.mjs";

/** Room for so many entries; entries are enumerable keys, as in a browser. */
class Storage {
  getItem(name) {
    return this[name] ?? null;
  }
  setItem(name, value) {
    if (globalThis.isFull) throw new Error("no room");
    this[name] = value;
  }
  removeItem(name) {
    delete this[name];
  }
}

const { LastWords, names } = await load("lastwords", "local");
const draft = (value, at) => ({ name: "notice draft a", value, ...(at === undefined ? {} : { at }) });
/** A page that opens: what it takes in, and itself. `disk`: when what stands there under a name was written. */
async function page(disk = {}) {
  const [own, taken] = [new LastWords(1), []];
  await own.takeAsides((aside) => taken.push(aside.value), async (name) => disk[name] ?? 0);
  return { own, taken };
}
const never = () => new Promise(() => undefined);

beforeEach(() => {
  globalThis.localStorage = new Storage();
  globalThis.isFull = false;
});

test("what was left is taken in once: nothing old comes back over what was typed since", async () => {
  (await page()).own.leave([], [draft("một")]);
  const second = await page();
  assert.deepEqual(second.taken, ["một"]);
  // The disk took it meanwhile, and all that was typed after it: there is nothing to leave.
  second.own.leave([], []);
  assert.deepEqual((await page()).taken, []);
});

test("what a page takes in and cannot write it leaves anew, the newest last", async () => {
  (await page()).own.leave([], [draft("một")]);
  const second = await page();
  second.own.leave([], [draft("hai")]);
  assert.deepEqual((await page()).taken, ["hai"]);
  assert.equal(names(1).length, 1);
});

test("without room what was left before stays", async () => {
  (await page()).own.leave([], [draft("một")]);
  const second = await page();
  globalThis.isFull = true;
  second.own.leave([], [draft("hai")]);
  globalThis.isFull = false;
  assert.deepEqual((await page()).taken, ["một"]);
});

test("documents wait until they were taken in, and are forgotten when the disk has them", async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  (await page()).own.leave([{ key: "report/a", bytes }], [draft("một")]);
  // This page goes before any document is open.
  (await page()).own.leave([], []);
  const third = await page();
  assert.deepEqual(third.taken, [], "only the documents are left");
  const documents = [];
  void third.own.takeDocuments(async (left) => void documents.push(left), never);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(documents, [{ key: "report/a", bytes }]);
  assert.equal(names(1).length, 1, "the disk has not said that it has them");
  await (await page()).own.takeDocuments(async () => undefined, async () => undefined);
  assert.deepEqual(names(1), []);
});

test("entries are taken in as they were left, also those of older versions", async () => {
  localStorage.setItem("last words 1 b", JSON.stringify({ at: 2, documents: [], asides: [draft("sau")] }));
  localStorage.setItem("last words 1 c", JSON.stringify([{ key: "k", bytes: "" }]));
  localStorage.setItem("last words 1 a", JSON.stringify({ at: 3, documents: [], asides: [draft("cuối")] }));
  localStorage.setItem("last words 12 a", JSON.stringify({ at: 1, documents: [], asides: [draft("người khác")] }));
  assert.deepEqual(names(1), ["last words 1 c", "last words 1 b", "last words 1 a"]);
  assert.deepEqual((await page()).taken, ["sau", "cuối"]);
});

test("what another window has written since is not replaced by what was left, whenever it was left", async () => {
  // One window could not write its draft; the other wrote the same one later, onto the disk, and the first went away after that.
  (await page()).own.leave([], [draft("cũ", 5)]);
  assert.deepEqual((await page({ "notice draft a": 9 })).taken, []);
  assert.deepEqual((await page({ "notice draft a": 4 })).taken, ["cũ"]);
  assert.deepEqual((await page({ "notice draft b": 9 })).taken, ["cũ"]);
});
