// What a device holds, noted by several windows at once.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { load } from "./load.mjs";

const { Inventory } = await load("inventory", "local");
const { Kept } = await load("disk", "local");

/** A store as IndexedDB keeps it: what is written stands there for every window. */
function disk(kept) {
  return {
    set: async (key, value) => void kept.set(key, value),
    drop: async (key) => void (await new Promise((resolve) => setTimeout(resolve, 5)), kept.delete(key)),
  };
}

let account = 0;
const open = [];
afterEach(() => open.splice(0).forEach((one) => one.close()));

/** Windows of one account; `unsent`: what each has that the server lacks. */
async function windows(kept, count) {
  account++;
  const all = Array.from({ length: count }, () => {
    const [unsent, carried] = [new Set(), []];
    const told = [() => undefined, (key) => carried.push(key)];
    return { unsent, carried, inventory: new Inventory(disk(kept), account, (key) => unsent.has(key), ...told) };
  });
  for (const { inventory } of all) inventory.load(new Kept(new Map(kept)));
  open.push(...all.map(({ inventory }) => inventory));
  return all;
}

const heard = () => new Promise((resolve) => setTimeout(resolve, 50));
const waiting = ({ inventory }) => Object.keys(inventory.waiting.value).sort();

test("no window writes over what another noted, and each shows what all hold", async () => {
  const kept = new Map();
  const [a, b] = await windows(kept, 2);
  a.inventory.know("incident/x");
  a.inventory.wait("incident/x", 5);
  b.inventory.know("progress/y");
  b.inventory.wait("progress/y", 7);
  await heard();
  assert.deepEqual([waiting(a), waiting(b)], [["incident/x", "progress/y"], ["incident/x", "progress/y"]]);
  // The browser is closed: what it opens with next time.
  const [again] = await windows(kept, 1);
  assert.deepEqual(again.inventory.waiting.value, { "incident/x": 5, "progress/y": 7 });
  assert.deepEqual(again.inventory.keys.sort(), ["incident/x", "progress/y"]);
});

test("what is heard while a window still reads what it holds is not forgotten", async () => {
  const kept = new Map([["waiting report/old", 3]]);
  const [a] = await windows(kept, 1);
  const late = new Inventory(disk(kept), account, () => false, () => undefined, () => undefined);
  open.push(late);
  const read = new Kept(new Map(kept));
  a.inventory.wait("report/x", 5);
  await a.inventory.sent("report/old");
  await heard();
  late.load(read);
  assert.deepEqual(late.waiting.value, { "report/x": 5 });
});

test("what one window sent waits in no other, unless that one has written on", async () => {
  const kept = new Map();
  const [a, b, c] = await windows(kept, 3);
  a.inventory.wait("report/x", 5);
  await heard();
  b.unsent.add("report/x");
  await a.inventory.sent("report/x");
  await heard();
  // The second has told the first and the third that it has written on.
  assert.deepEqual([waiting(a), waiting(b), waiting(c)], [["report/x"], ["report/x"], ["report/x"]]);
  assert.equal(kept.get("waiting report/x"), 5);
  b.unsent.clear();
  await b.inventory.sent("report/x");
  await heard();
  assert.deepEqual([waiting(a), waiting(b), [...kept.keys()]], [[], [], []]);
});

test("what is written while the mark of what was sent goes away waits in every window, and what a file carries is told", async () => {
  const kept = new Map();
  const [a, b, c] = await windows(kept, 3);
  a.inventory.wait("report/x", 5);
  await heard();
  const sent = a.inventory.sent("report/x");
  a.inventory.wait("report/x", 9);
  await sent;
  await heard();
  assert.deepEqual([waiting(a), waiting(b), waiting(c)], [["report/x"], ["report/x"], ["report/x"]]);
  a.inventory.carry("report/x");
  await heard();
  assert.deepEqual([a.carried, b.carried, c.carried], [[], ["report/x"], ["report/x"]]);
});

test("what an older program kept in one piece is taken over, and forgotten there", async () => {
  const kept = new Map([["waiting", { "report/x": 5 }], ["local", ["report/x", "report/z"]]]);
  const [a] = await windows(kept, 1);
  await heard();
  assert.deepEqual(a.inventory.waiting.value, { "report/x": 5 });
  assert.deepEqual([...kept].sort(), [["local report/x", true], ["local report/z", true], ["waiting report/x", 5]]);
  await a.inventory.forget("report/x");
  const [again] = await windows(kept, 1);
  assert.deepEqual([waiting(again), again.inventory.keys], [[], ["report/z"]]);
});
