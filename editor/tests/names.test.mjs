// What places and their values are called.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

globalThis.localStorage = { getItem: () => null, setItem: () => undefined };
globalThis.location = { hash: "" };
const names = await load("names", "ui");

test("places and values are called as people call them, and what people wrote stays as it is", () => {
  const table = [
    [{ map: "figures", field: "voters.male" }, "1234567", "1.234.567", undefined],
    [{ map: "facts", field: "header.nil_report" }, "true", "Có", undefined],
    [{ map: "facts", field: "header.period_start" }, "2021-03-05", "05/03/2021", undefined],
    [{ map: "status", field: "T1" }, "done", "Xong", undefined],
    [{ map: "evidence", field: "T1" }, "2021-03-05", "2021-03-05", "vi"],
    [{ map: "short", field: "trigger" }, "on_request", "Theo yêu cầu của cấp có thẩm quyền", undefined],
    [{ map: "short", field: "occurred_on" }, "2021-03-05", "05/03/2021", undefined],
    [{ map: "short", field: "subject" }, "2021-03-05", "2021-03-05", "vi"],
    [{ map: "cells", field: "difficulties.items", row: { at: 1 }, column: "needed_by" }, "2021-03-05", "05/03/2021", undefined],
    [{ map: "cells", field: "difficulties.items", row: { at: 1 }, column: "text" }, "true", "true", "vi"],
  ];
  for (const [place, value, words, lang] of table) {
    assert.equal(names.valueName(place, value), words);
    assert.equal(names.langOf(place), lang, JSON.stringify(place));
    assert.equal(names.valueName(place, undefined), "–");
  }
  assert.match(names.placeName(table[8][0]), /, dòng 2: /);
  assert.equal(names.placeName(table[4][0]), "Minh chứng T1");
  assert.equal(names.placeName(table[7][0]), "Trích yếu");
});
