// What a start reads of the device's storage, and whose.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { load } from "./load.mjs";

const { Disk } = await load("disk", "local");
const { openEarly } = await load("early", "local");

/** A request of IndexedDB's that is answered soon; `value` is thrown if it is an error. */
function request(value) {
  const made = {};
  setTimeout(() => {
    if (value instanceof Error) made.onerror?.((made.error = value));
    else made.onsuccess?.((made.result = value));
  });
  return made;
}

/** A database of records; those that are errors cannot be read. */
function database(records, closed = []) {
  const values = () => Object.values(records);
  const store = {
    get: (key) => request(records[key]),
    getAllKeys: () => request(Object.keys(records)),
    getAll: () => request(values().find((one) => one instanceof Error) ?? values()),
  };
  return { transaction: () => ({ objectStore: () => store }), close: () => closed.push(records) };
}

test("a record that cannot be read holds up no start if it can be made anew", async () => {
  const [whole, torn] = [{ desk: 1, "waiting x": 5 }, new Error("DataError")];
  assert.equal((await new Disk(database(whole)).kept()).get("waiting x"), 5);
  const kept = await new Disk(database({ ...whole, lines: torn, "receipts x": torn })).kept();
  assert.deepEqual([kept.get("desk"), kept.from("waiting "), kept.get("lines")], [1, { x: 5 }, undefined]);
  // What nobody can make anew is not taken for absent.
  await assert.rejects(new Disk(database({ ...whole, "waiting y": torn })).kept(), torn);
});

let stores, closed, opened;
beforeEach(() => {
  const kept = new Map();
  globalThis.localStorage = {
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => kept.set(name, value),
    removeItem: (name) => kept.delete(name),
  };
  [stores, closed, opened] = [{ "niemyet-7": { of: 7 }, "niemyet-8": { of: 8 } }, [], []];
  globalThis.indexedDB = {
    open(name) {
      opened.push(name);
      return request(stores[name] instanceof Error ? stores[name] : database((stores[name] ??= {}), closed));
    },
  };
});

/** A start on a device where this account works: whose store it opened, and all that it opened. */
async function start(current) {
  opened.length = 0;
  stores["niemyet-device"] = { current };
  const early = await openEarly();
  assert.equal(early.current, current);
  const own = early.own && (await new Disk(early.own).get("of"));
  return [own, [...opened].sort()];
}

test("who works on the device is guessed, and nobody sees another's by a guess that is wrong", async () => {
  assert.deepEqual(await start(7), [7, ["niemyet-7", "niemyet-device"]]);
  assert.deepEqual(await start(7), [7, ["niemyet-7", "niemyet-device"]]);
  assert.deepEqual(await start(8), [8, ["niemyet-7", "niemyet-8", "niemyet-device"]]);
  assert.deepEqual(closed, [{ of: 7 }]);
  assert.deepEqual(await start(8), [8, ["niemyet-8", "niemyet-device"]]);
});

test("of who signed out one start opens the store once more and gives it to nobody", async () => {
  await start(7);
  assert.deepEqual(await start(undefined), [undefined, ["niemyet-7", "niemyet-device"]]);
  assert.deepEqual(closed, [{ of: 7 }]);
  assert.deepEqual(await start(undefined), [undefined, ["niemyet-device"]]);
});

test("a guessed store that fails is nothing to who works here now", async () => {
  await start(7);
  stores["niemyet-7"] = new Error("UnknownError");
  assert.deepEqual(await start(8), [8, ["niemyet-7", "niemyet-8", "niemyet-device"]]);
  stores["niemyet-8"] = new Error("UnknownError");
  await assert.rejects(start(8), stores["niemyet-8"]);
});
