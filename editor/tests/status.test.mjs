// What the status that is always in sight says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./load.mjs";

globalThis.localStorage = { getItem: () => null, setItem: () => undefined };
const { statusLine } = await load("status", "ui");

const T = Date.parse("2021-03-04T03:00:00Z");
const calm = { fault: false, refused: 0, waiting: 0, since: Infinity, busy: false, drafts: 0, corrections: 0, lastSent: T, heard: T + 60_000, online: true };

test("all is well only while the server can be asked", () => {
  const online = statusLine(calm);
  assert.equal(online.kind, "good");
  assert.match(online.text, /^Máy chủ đã có tất cả những gì bạn viết\. Gửi lần cuối 10:00 04\/03\/2021\.$/);
  const offline = statusLine({ ...calm, online: false });
  assert.equal(offline.kind, "calm");
  assert.match(offline.text, /^Máy chủ đã có tất cả những gì bạn viết, tính đến 10:01 04\/03\/2021\./);
  assert.doesNotMatch(offline.spoken, /\d\d:\d\d/, "times are not read out again and again");
  const never = statusLine({ ...calm, online: false, lastSent: undefined, heard: undefined });
  assert.equal(never.kind, "calm");
  assert.match(never.text, /^Máy chủ đã có tất cả những gì bạn viết, theo lần kết nối trước\.$/);
});

test("what only this page has is being saved", () => {
  assert.deepEqual(statusLine({ ...calm, busy: true }), { kind: "calm", text: "Đang lưu trên máy… Gửi lần cuối 10:00 04/03/2021.", spoken: "" });
  const waits = statusLine({ ...calm, busy: true, waiting: 2, since: T });
  assert.match(waits.text, /^Đang lưu trên máy… Chờ gửi: 2 văn bản, từ 10:00 04\/03\/2021\./);
});

test("how much waits, since when, and when all was sent last is in sight whatever else is wrong", () => {
  const facts = [{}, { refused: 1 }, { fault: true }, { fault: true, refused: 1 }, { online: false }];
  for (const more of facts) {
    const { kind, text } = statusLine({ ...calm, waiting: 3, since: T + 3_600_000, ...more });
    const all = JSON.stringify(more);
    assert.match(text, /Chờ gửi: 3 văn bản, từ 11:00 04\/03\/2021\./, all);
    assert.match(text, /Gửi lần cuối 10:00 04\/03\/2021\./, all);
    assert.equal(kind, more.fault || more.refused ? "bad" : "wait");
    assert.equal(/CHƯA lưu được trên máy này/.test(text), Boolean(more.fault), all);
    assert.equal(/Máy chủ từ chối 1 văn bản/.test(text), Boolean(more.refused), all);
    assert.equal(/Đã lưu trên máy này/.test(text), kind === "wait", all);
  }
  assert.match(statusLine({ ...calm, corrections: 1 }).text, /^Đã lưu trên máy này\. 1 chỗ sửa lịch, đơn vị chưa ghi\./);
  assert.match(statusLine({ ...calm, drafts: 2 }).text, /^Đã lưu trên máy này\. 2 thông báo đang soạn/);
});
