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
const draft = (value) => ({ name: "notice draft a", value });
/** A page that opens: what it takes in, and itself. */
function page() {
  const [own, taken] = [new LastWords(1), []];
  own.takeAsides((aside) => taken.push(aside.value));
  return { own, taken };
}
const never = () => new Promise(() => undefined);

beforeEach(() => {
  globalThis.localStorage = new Storage();
  globalThis.isFull = false;
});

test("what was left is taken in once: nothing old comes back over what was typed since", () => {
  page().own.leave([], [draft("một")]);
  const second = page();
  assert.deepEqual(second.taken, ["một"]);
  // The disk took it meanwhile, and all that was typed after it: there is nothing to leave.
  second.own.leave([], []);
  assert.deepEqual(page().taken, []);
});

test("what a page takes in and cannot write it leaves anew, the newest last", () => {
  page().own.leave([], [draft("một")]);
  const second = page();
  second.own.leave([], [draft("hai")]);
  assert.deepEqual(page().taken, ["hai"]);
  assert.equal(names(1).length, 1);
});

test("without room what was left before stays", () => {
  page().own.leave([], [draft("một")]);
  const second = page();
  globalThis.isFull = true;
  second.own.leave([], [draft("hai")]);
  globalThis.isFull = false;
  assert.deepEqual(page().taken, ["một"]);
});

test("documents wait until they were taken in, and are forgotten when the disk has them", async () => {
  const bytes = new Uint8Array([1, 2, 3]);
  page().own.leave([{ key: "report/a", bytes }], [draft("một")]);
  // This page goes before any document is open.
  page().own.leave([], []);
  const third = page();
  assert.deepEqual(third.taken, [], "only the documents are left");
  const documents = [];
  void third.own.takeDocuments(async (left) => void documents.push(left), never);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.deepEqual(documents, [{ key: "report/a", bytes }]);
  assert.equal(names(1).length, 1, "the disk has not said that it has them");
  await page().own.takeDocuments(async () => undefined, async () => undefined);
  assert.deepEqual(names(1), []);
});

test("entries are taken in as they were left, also those of older versions", () => {
  localStorage.setItem("last words 1 b", JSON.stringify({ at: 2, documents: [], asides: [draft("sau")] }));
  localStorage.setItem("last words 1 c", JSON.stringify([{ key: "k", bytes: "" }]));
  localStorage.setItem("last words 1 a", JSON.stringify({ at: 3, documents: [], asides: [draft("cuối")] }));
  localStorage.setItem("last words 12 a", JSON.stringify({ at: 1, documents: [], asides: [draft("người khác")] }));
  assert.deepEqual(names(1), ["last words 1 c", "last words 1 b", "last words 1 a"]);
  assert.deepEqual(page().taken, ["sau", "cuối"]);
});
