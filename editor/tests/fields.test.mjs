// What fields tell the rest of the program.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

const { holdsBack, unwritten } = await load("unwritten", "ui");
const { Unreads } = await load("unread", "ui");

test("fields that hold text back are counted, each once", () => {
  const [one, two] = [{}, {}];
  assert.equal(unwritten.value, 0);
  for (const [field, back, count] of [[one, true, 1], [one, true, 1], [two, true, 2], [one, false, 1], [one, false, 1], [two, false, 0]]) {
    holdsBack(field, back);
    assert.equal(unwritten.value, count);
  }
});

test("what is no figure is kept in all windows, and gone in all of them once one mends it", async () => {
  const kept = { "report/a/b#voters.male": "1.2", gone: undefined };
  const shelf = { all: async () => ({ ...kept }), put: (name, text) => (kept[name] = text), channel: "unread of a test" };
  const [one, two] = [new Unreads(), new Unreads()];
  for (const window of [one, two]) await window.open(shelf);
  assert.deepEqual(two.texts.value, { "report/a/b#voters.male": "1.2" });
  one.keep("report/a/b#voters.male", undefined);
  for (let i = 0; i < 100 && Object.keys(two.texts.value).length > 0; i++) await new Promise((done) => setTimeout(done, 10));
  assert.deepEqual(two.texts.value, {});
  assert.equal(kept["report/a/b#voters.male"], undefined);
  two.keep("review/b#team", "Thiếu");
  for (let i = 0; i < 100 && Object.keys(one.texts.value).length === 0; i++) await new Promise((done) => setTimeout(done, 10));
  assert.deepEqual(one.texts.value, { "review/b#team": "Thiếu" });
  for (const window of [one, two]) window.close();
});

const { lacking } = await load("lacking", "ui");

test("a form is shown only of what is on the device, or what the person may begin", () => {
  const table = [
    // state, own, known, begun
    ["absent", true, false, false, undefined],
    ["here", true, true, true, undefined],
    ["here", false, true, true, undefined],
    ["here", true, false, true, undefined],
    ["loading", true, true, false, "opening"],
    ["loading", false, true, false, "opening"],
    ["absent", false, true, false, "opening"],
    ["unavailable", true, true, false, "unavailable"],
    ["unavailable", false, true, false, "unavailable"],
    ["absent", false, false, false, "none"],
    ["loading", false, false, false, "none"],
  ];
  for (const [state, own, known, begun, expected] of table) assert.equal(lacking(state, { own, known, begun }), expected, `${state} ${own} ${known} ${begun}`);
});

const { allPages } = await load("pages", "ui");

test("what the server gives in parts is asked for to the end", async () => {
  const all = Array.from({ length: 12 }, (_, n) => ({ place: n + 1 }));
  const asked = [];
  const page = async (after) => {
    asked.push(after);
    const rest = all.filter((one) => one.place > after);
    return { receipts: rest.slice(0, 5), more: rest.length > 5 };
  };
  assert.deepEqual(await allPages(page), all);
  assert.deepEqual(asked, [0, 5, 10]);
  assert.equal(await allPages(async (after) => (after === 0 ? page(0) : undefined)), undefined, "a part is not the whole");
  assert.deepEqual(await allPages(async () => ({ receipts: [], more: true })), [], "nothing more comes of nothing");
});
