// Notices and their drafts: what is lacking, what stays of an unknown language, and what becomes of a draft beside what others wrote.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { load } from "./load.mjs";

const { begin } = await load("skeleton");
const { blank, lacks, notices, putNotice, removeNotice, same } = await load("notice");
const { beside, freshId, isGone, isOvertaken } = await load("draft");
const { approve, hold, mayHold, setRule } = await load("publish");

const DAY = "2021-03-05";
const vi = (title, text = "Một đoạn.") => ({ date: DAY, texts: { vi: { title, text }, en: blank() } });
const started = () => begin("sonla-2021", "publication");
const codes = (found) => found.map((one) => `${one.code} ${one.part}`);

/** No document has any heads. */
const no = () => false;

test("spaces and lines that were just typed are a draft, not what stands there", () => {
  const there = vi("Lịch", "Một.");
  const doc = A.change(started(), (d) => putNotice(d, "a", there));
  for (const now of [vi("Lịch ", "Một."), vi("Lịch", "Một.\n"), vi("Lịch", "Một.\n ")]) {
    const drafts = { a: { now, over: there } };
    assert.equal(beside(drafts, notices(doc), DAY, no), drafts, JSON.stringify(now.texts.vi));
  }
  assert.deepEqual(beside({ a: { now: vi("Lịch ", "Một."), over: vi("Lịch", "Cũ.") } }, notices(doc), DAY, no), {}, "another window wrote it");
});

test("a draft that was written is done whatever became of it, unless the document never had it", () => {
  const own = freshId(DAY);
  const drafts = { [own]: { now: vi("Lịch"), over: undefined, written: ["a"] } };
  const changed = notices(A.change(started(), (d) => putNotice(d, own, vi("Lịch mới"))));
  for (const there of [[], changed]) {
    assert.deepEqual(beside(drafts, there, DAY, (heads) => heads[0] === "a"), {}, "withdrawn or changed by others since");
    assert.equal(beside(drafts, there, DAY, no), drafts, "the page died before it was on the disk");
  }
  const half = { [own]: { now: vi("Lị"), over: undefined } };
  assert.equal(beside(half, changed, DAY, no), half, "an own id is not taken by others");
  assert.deepEqual([isOvertaken(half[own], changed[0][1]), isOvertaken(half[own], undefined)], [true, false]);
});

test("of two devices that add a notice on one day each keeps its own", () => {
  const ids = new Set(Array.from({ length: 1_000 }, () => freshId(DAY)));
  assert.equal(ids.size, 1_000);
  for (const id of ids) assert.match(id, /^2021-03-05-[0-9a-f]{10}$/);
  // A draft under an id that a colleague's notice has meanwhile goes on under another.
  const mine = { now: vi("Của tôi"), over: undefined };
  const theirs = A.change(started(), (d) => putNotice(d, `${DAY}-1`, vi("Của đồng nghiệp")));
  const [[id, draft], ...more] = Object.entries(beside({ [`${DAY}-1`]: mine }, notices(theirs), DAY, no));
  assert.deepEqual([draft, more.length], [mine, 0]);
  assert.notEqual(id, `${DAY}-1`);
  const both = A.change(theirs, (d) => putNotice(d, id, draft.now));
  assert.deepEqual(notices(both).map(([, one]) => one.texts.vi.title), ["Của đồng nghiệp", "Của tôi"]);
});

test("a draft that was written is done, and all others stay", () => {
  const doc = A.change(started(), (d) => putNotice(d, "a", { date: DAY, texts: { vi: { title: " Lịch", text: "Một\n\nHai\n" }, lo: { title: "A", text: "B" }, hmn: { title: "C", text: "D" } } }));
  const written = { date: DAY, texts: { vi: { title: " Lịch", text: "Một\n\nHai\n" }, en: blank(), lo: { title: "A", text: "B" }, hmn: { title: "C", text: "D" } } };
  const change = { now: vi("Sửa"), over: notices(doc)[0][1] };
  assert.deepEqual(beside({ a: { now: written, over: undefined } }, notices(doc), DAY, no), {});
  for (const drafts of [{}, { a: change }, { b: { now: vi(""), over: undefined } }]) assert.equal(beside(drafts, notices(doc), DAY, no), drafts);
  assert.deepEqual([isGone(change, undefined), isGone(change, written), isGone({ now: vi("x"), over: undefined }, undefined)], [true, false, false]);
  assert.deepEqual([isOvertaken(change, notices(doc)[0][1]), isOvertaken(change, vi("Khác")), isOvertaken(change, undefined)], [false, true, false]);
});

test("whatever stands under an id goes with it", () => {
  const twice = A.change(started(), (d) => {
    putNotice(d, "a", vi("Một"));
    putNotice(d, "b", vi("Hai"));
    d.content.notices.push({ id: new A.ImmutableString("a"), date: new A.ImmutableString(DAY), texts: {} });
  });
  assert.deepEqual(notices(A.change(twice, (d) => removeNotice(d, "a"))).map(([id]) => id), ["b"]);
});

test("a date is given, and of our time", () => {
  for (const date of ["", "0021-03-05", "1945-12-31", "20210-03-05"]) assert.deepEqual(codes(lacks({ ...vi("Lịch"), date })), [" date"], date);
  for (const date of ["1946-01-06", DAY]) assert.deepEqual(lacks({ ...vi("Lịch"), date }), [], date);
});

test("what nobody sees is no text", () => {
  const table = [["\u202a\ufeff", "\u2067 \u2069"], ["\u00a0", "\ufeff\n\u2028"], ["\u0007", "\u202e"]];
  for (const [title, text] of table) assert.deepEqual(codes(lacks(vi(title, text))), ["vi title", "vi text"], JSON.stringify([title, text]));
  assert.deepEqual(lacks(vi("\u202aLịch", "\ufeffĐoạn")), []);
});

test("a language that no page can name stays as it stood, or goes", () => {
  const foreign = { title: "X ", text: "Y" };
  const before = { date: DAY, texts: { ...vi("Lịch").texts, tyz: foreign } };
  const doc = A.change(started(), (d) => {
    putNotice(d, "a", vi("Lịch"));
    d.content.notices[0].texts.tyz = { title: "X ", paragraphs: ["Y"] };
  });
  assert.ok(same(notices(doc)[0][1], before));
  const mended = { ...before, date: "2021-03-06" };
  assert.deepEqual(lacks(mended, before), []);
  assert.deepEqual(codes(lacks(mended)), ["tyz language"], "it is not written anew");
  assert.deepEqual(codes(lacks({ ...before, texts: { ...before.texts, tyz: { title: "Z", text: "Y" } } }, before)), ["tyz language"]);
  const kept = A.change(A.clone(doc), (d) => putNotice(d, "a", mended));
  assert.deepEqual([notices(kept)[0][1].date, notices(kept)[0][1].texts.tyz], ["2021-03-06", foreign]);
  const gone = A.change(A.clone(doc), (d) => putNotice(d, "a", vi("Lịch")));
  assert.equal("tyz" in notices(gone)[0][1].texts, false);
});

test("the election is held back only where the site has another version to go on with", () => {
  const signed = { by: "team_comms", at: "2021-03-05T09:00:00Z" };
  const [a, b] = ["a".repeat(64), "b".repeat(64)];
  const write = (doc, change) => A.change(A.clone(doc), change);
  const none = started();
  const ruled = write(none, (d) => setRule(d, "election", "85/2015", signed));
  const approved = write(none, (d) => approve(d, "election", [a, b], "x", signed));
  const both = write(ruled, (d) => approve(d, "election", [a, b], "x", signed));
  const held = write(both, (d) => hold(d, "election", [b], "y", signed));
  const table = [[none, [a], true], [ruled, [a], false], [approved, [b, a], false], [approved, [b], true], [both, [a, b], false], [both, [a], true], [held, [a, b], false], [held, [b], true]];
  table.forEach(([doc, heads, may], i) => assert.equal(mayHold(doc, "election", heads), may, `${i}`));
  assert.equal(mayHold(approved, "directive/x", [a, b]), true);
});
