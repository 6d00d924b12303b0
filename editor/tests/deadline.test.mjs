// Deadlines: in the committee's own time, wherever the browser is, by the server's receipt.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { load } from "./load.mjs";

const { dayOf, deadline, isLate, isOver, weeks } = await load("deadline");

/** A Thursday; reports are due before 11:00 in Vietnam. */
const DUE = "2021-03-11";
const at = (time) => Date.parse(time);

test("a report is in time strictly before the deadline, by the time of Vietnam", () => {
  assert.equal(new Date(`${DUE}T00:00:00Z`).getUTCDay(), 4);
  assert.equal(new Date(deadline(DUE, "11:00")).toISOString(), "2021-03-11T04:00:00.000Z");
  const table = [
    ["2021-03-11T03:59:00Z", false],
    ["2021-03-11T03:59:59.999Z", false],
    ["2021-03-11T04:00:00.000Z", true],
    ["2021-03-11T04:01:00Z", true],
    // The day before in New York, and the same morning there: too early for none, too late for all.
    ["2021-03-10T22:59:00-05:00", false],
    ["2021-03-10T23:01:00-05:00", true],
    ["2021-03-11T10:00:00-05:00", true],
    ["2021-03-11T10:59:00+07:00", false],
    ["2021-03-12T00:00:00+07:00", true],
  ];
  for (const [time, late] of table) {
    assert.equal(isLate(at(time), DUE, "11:00", null), late, time);
    assert.equal(isOver(at(time), DUE, "11:00"), late, time);
  }
});

test("a regime without an hour has the whole day", () => {
  for (const before of ["", undefined, "11h"]) {
    assert.equal(isLate(at("2021-03-11T23:59:59.999+07:00"), DUE, before, null), false);
    assert.equal(isLate(at("2021-03-12T00:00:00+07:00"), DUE, before, null), true);
  }
});

test("where today is set for a demonstration, receipts of the real clock judge nobody", () => {
  assert.equal(isLate(at("2026-11-28T12:00:00Z"), DUE, "11:00", "2021-03-11"), false);
  assert.equal(isLate(at("2026-11-28T12:00:00Z"), DUE, "11:00", null), true);
  // Shown late in a report of today all the same: that is told from the demonstration's own noon.
  assert.equal(isOver(deadline("2021-03-11", "12:00"), DUE, "11:00"), true);
});

test("days and rounds are those of Vietnam", () => {
  assert.equal(dayOf(at("2021-03-10T16:59:59Z")), "2021-03-10");
  assert.equal(dayOf(at("2021-03-10T17:00:00Z")), "2021-03-11");
  assert.deepEqual(weeks("2021-03-04", "2021-03-18"), ["2021-03-04", "2021-03-11", "2021-03-18"]);
  // Over the day on which summer time begins in New York.
  assert.deepEqual(weeks("2021-03-11", "2021-03-18"), ["2021-03-11", "2021-03-18"]);
  assert.deepEqual(weeks("", "2021-03-18"), []);
});

test("all of this holds in a browser of another time zone", { skip: process.env.TZ === "America/New_York" }, () => {
  const own = fileURLToPath(import.meta.url);
  const env = { ...process.env, TZ: "America/New_York", NODE_TEST_CONTEXT: undefined };
  const there = spawnSync(process.execPath, ["--test", own], { env, encoding: "utf8" });
  assert.equal(there.status, 0, there.stdout);
  assert.match(there.stdout, /pass 4/);
});
