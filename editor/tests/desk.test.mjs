// What is asked of the server again and again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { DeskAsked } = await load("desk", "local");

/** A server that knows its desk by an etag, and what it was asked. */
function serves(answers) {
  const asked = [];
  globalThis.fetch = async (_, { headers = {} }) => {
    asked.push(headers["if-none-match"]);
    const { etag, body } = answers.shift();
    if (headers["if-none-match"] === etag) return new Response(null, { status: 304, headers: { date: "Fri, 05 Mar 2021 09:00:00 GMT" } });
    return new Response(JSON.stringify(body), { headers: { etag, "content-type": "application/json" } });
  };
  return asked;
}

test("a desk that says nothing new is the clock alone", async () => {
  const [first, second] = [{ account: { id: 1 }, now: 1 }, { account: { id: 1 }, now: 2 }];
  const asked = serves([{ etag: "a", body: first }, { etag: "a" }, { etag: "b", body: second }]);
  const desk = new DeskAsked();
  assert.deepEqual([await desk.again(), await desk.again(), await desk.again()], [first, { now: Date.UTC(2021, 2, 5, 9) }, second]);
  assert.deepEqual(asked, [undefined, "a", "a"]);
});

test("somebody else's desk is never taken for the same", async () => {
  const theirs = { account: { id: 2 }, now: 1 };
  const asked = serves([{ etag: "b", body: theirs }, { etag: "b", body: theirs }]);
  const desk = new DeskAsked();
  await desk.again();
  desk.forget();
  assert.deepEqual(await desk.again(), theirs);
  assert.deepEqual(asked, [undefined, undefined]);
});
