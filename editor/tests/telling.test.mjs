// What the server hears of unsent work, and when.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { load } from "./load.mjs";

const { Telling } = await load("telling", "local");

test("what waits is told after a moment, that nothing does at once, and nothing twice", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const told = [];
  globalThis.fetch = async (_, { body }) => (told.push(JSON.parse(body).count), new Response(null, { status: 204 }));
  let held = { count: 0, since: 0 };
  const telling = new Telling(() => held);
  const moves = (count) => ((held = { count, since: 5 }), telling.moved());
  telling.now(true);
  moves(1);
  moves(0);
  mock.timers.tick(10_000);
  assert.deepEqual(told, [0], "the server had it within the moment");
  moves(1);
  mock.timers.tick(1_000);
  moves(2);
  assert.deepEqual(told, [0]);
  mock.timers.tick(1_000);
  assert.deepEqual(told, [0, 2], "who goes on writing is told of all the same");
  moves(0);
  assert.deepEqual(told, [0, 2, 0], "before the page goes away");
  moves(3);
  telling.last();
  assert.deepEqual(told, [0, 2, 0, 3]);
  held = undefined;
  telling.moved();
  mock.timers.tick(10_000);
  assert.deepEqual(told, [0, 2, 0, 3], "without a network there is nobody to tell");
  mock.timers.reset();
});
