// What a person types into a field, while others write into the same document.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { load } from "./load.mjs";

const { begin } = await load("skeleton");
const { Own, stands } = await load("own");
const { inList, keysOf, textAt, putText, rowAt, seenRow } = await load("place");
const edit = await load("edit");
const read = await load("read");

const REPORT = "report/team_comms/2021-03-11";
const FIELD = "voters.male";
const ITEMS = "difficulties.items";
const PATH = ["content", "figures", FIELD];

/** A field on a device: a document that others write into, and what the person does. */
function device(doc = begin("sonla-2021", REPORT), path = PATH, set = (draft, value) => edit.setFigure(draft, FIELD, value)) {
  const own = new Own();
  const now = () => stands(one.doc, A.getHeads(one.doc), path, (raw) => raw);
  const one = {
    doc,
    own,
    shown: () => (own.follow(now()), own.text ?? String(one.doc.content.figures?.[FIELD] ?? "")),
    types: (text) => own.type(text, now()),
    writes: (value) =>
      own.write(value, now, (heads) => {
        if (!heads || heads.length === 0) one.doc = A.change(one.doc, (draft) => set(draft, value));
        else one.doc = A.changeAt(one.doc, heads, (draft) => set(draft, value)).newDoc;
      }),
    hears: (other) => (one.doc = A.merge(one.doc, other)),
  };
  return one;
}

const figure = (doc, value) => A.change(A.clone(doc), (draft) => edit.setFigure(draft, FIELD, value));
const rivals = (doc) => read.rivals(doc, "figures", FIELD).map((one) => one.value).sort();

test("what others write is shown to who stands in a field and has typed nothing", () => {
  const one = device();
  assert.equal(one.shown(), "");
  one.hears(figure(one.doc, 7));
  assert.equal(one.shown(), "7");
  one.types("8");
  one.writes(8);
  assert.deepEqual(rivals(one.doc), [], "who saw a value and writes another has replaced it");
  assert.equal(one.shown(), "8");
});

test("a value that is taken back is written, also while the document does not hold it yet", () => {
  const own = new Own();
  const written = [];
  const before = { value: 12, heads: [], others: () => [] };
  own.follow(before);
  for (const value of [123, 12]) {
    own.type(String(value), before);
    // The write waits in a queue: the document stands where it stood.
    own.write(value, () => before, () => written.push(value));
    own.follow(before);
    assert.equal(own.text, String(value));
  }
  assert.deepEqual(written, [123, 12]);
  own.type("12 ", before);
  own.write(12, () => before, () => written.push("again"));
  assert.deepEqual(written, [123, 12], "nothing is written twice");
});

test("both values survive when others write while somebody types, and who types goes on with their own", () => {
  const one = device(figure(begin("sonla-2021", REPORT), 1));
  one.shown();
  one.types("15");
  one.hears(figure(one.doc, 17));
  assert.equal(one.shown(), "15", "what is being typed stays");
  one.writes(15);
  assert.deepEqual(rivals(one.doc), [15, 17]);
  assert.equal(one.shown(), "15");
  one.types("150");
  one.writes(150);
  one.types("151");
  one.writes(151);
  assert.deepEqual(rivals(one.doc), [151, 17].sort(), "one value of each, not one of each letter");
  assert.equal(one.shown(), "151");
  // Somebody who knows both chooses.
  one.hears(figure(one.doc, 17));
  assert.equal(one.shown(), "17");
  one.types("18");
  one.writes(18);
  assert.deepEqual(rivals(one.doc), []);
});

test("what comes between what is on the screen and the next letter is not replaced unseen", () => {
  const one = device(figure(begin("sonla-2021", REPORT), 1));
  one.shown();
  one.hears(figure(one.doc, 17));
  // Not drawn yet.
  one.types("15");
  one.writes(15);
  assert.deepEqual(rivals(one.doc), [15, 17]);
});

test("what others write elsewhere in the document pins nobody down", () => {
  const one = device();
  one.shown();
  one.types("15");
  one.writes(15);
  one.shown();
  one.hears(A.change(A.clone(one.doc), (draft) => edit.setFigure(draft, "voters.female", 3)));
  one.shown();
  let at;
  one.types("16");
  one.own.write(16, () => stands(one.doc, A.getHeads(one.doc), PATH, (raw) => raw), (heads) => (at = heads ?? "now"));
  assert.equal(at, "now");
});

test("who leaves a field sees what the document holds", () => {
  const one = device();
  one.shown();
  one.types("1.2");
  assert.equal(one.shown(), "1.2");
  one.own.leave();
  assert.equal(one.shown(), "");
});

/** A report with three rows of difficulties. */
function rows() {
  return A.change(begin("sonla-2021", REPORT), (draft) => {
    for (const text of ["một", "hai", "ba"]) {
      edit.addRow(draft, ITEMS);
      edit.setCell(draft, ITEMS, { at: draft.content.lists[ITEMS].length - 1 }, "text", text, true);
    }
  });
}
const texts = (doc) => Array.from(doc.content.lists[ITEMS], (row) => String(row.text));

test("a row is found where it stands when others take rows away before it", () => {
  const doc = rows();
  const third = rowAt(doc.content.lists[ITEMS], 2);
  const find = inList(["content", "lists", ITEMS], third, "text");
  assert.deepEqual(find(doc), ["content", "lists", ITEMS, 2, "text"]);
  const fewer = A.change(A.clone(doc), (draft) => edit.removeRow(draft, ITEMS, { at: 0 }));
  assert.deepEqual(find(fewer), ["content", "lists", ITEMS, 1, "text"]);
  const written = A.change(A.clone(fewer), (draft) => edit.setCell(draft, ITEMS, third, "text", "ba bốn", true));
  assert.deepEqual(texts(written), ["hai", "ba bốn"]);
  const none = A.change(A.clone(doc), (draft) => edit.removeRow(draft, ITEMS, third));
  assert.deepEqual(texts(none), ["một", "hai"]);
  assert.equal(find(none), undefined);
  const same = A.change(A.clone(none), (draft) => (edit.setCell(draft, ITEMS, third, "text", "x", true), edit.removeRow(draft, ITEMS, third)));
  assert.deepEqual(texts(same), ["một", "hai"]);
  // Before it is open a document is a plain value: a row is known by its place alone.
  const plain = JSON.parse(JSON.stringify(doc));
  assert.deepEqual(inList(["content", "lists", ITEMS], rowAt(plain.content.lists[ITEMS], 1), "text")(doc), ["content", "lists", ITEMS, 1, "text"]);
});

test("rows keep their names on the screen when the document is opened, and when others come and go", () => {
  const doc = rows();
  const known = new Map();
  const list = (one) => Array.from(one.content.lists[ITEMS]);
  const before = keysOf(known, list(JSON.parse(JSON.stringify(doc))));
  assert.deepEqual(keysOf(known, list(doc)), before, "who stands in a row stays there");
  const fewer = A.change(A.clone(doc), (draft) => edit.removeRow(draft, ITEMS, { at: 0 }));
  assert.deepEqual(keysOf(known, list(fewer)), before.slice(1));
  const more = A.change(A.clone(fewer), (draft) => edit.addRow(draft, ITEMS));
  const names = keysOf(known, list(more));
  assert.deepEqual(names.slice(0, 2), before.slice(1));
  assert.equal(new Set([...names, ...before]).size, 4, "a new row has a new name");
});

test("a long cell, a note and paragraphs are written as texts, side by side", () => {
  const doc = rows();
  const path = inList(["content", "lists", ITEMS], rowAt(doc.content.lists[ITEMS], 1), "text")(doc);
  assert.equal(textAt(doc, path), "hai");
  const one = A.change(A.clone(doc), (draft) => putText(draft, path, "hai\nba", textAt(doc, path)));
  const two = A.change(A.clone(doc), (draft) => putText(draft, path, "không hai", textAt(doc, path)));
  assert.equal(textAt(A.merge(one, two), path), "không hai\nba");
  const long = ["content", "texts", "consultation.r1.province.difficulties"];
  const paragraphs = A.change(A.clone(doc), (draft) => putText(draft, long, "Một.\nHai.", ""));
  assert.deepEqual(read.texts(paragraphs.content.texts[long[2]]), ["Một.", "Hai."]);
  assert.equal(textAt(paragraphs, long), "Một.\nHai.");
  const none = A.change(paragraphs, (draft) => putText(draft, long, "", "Một.\nHai."));
  assert.deepEqual(read.texts(none.content.texts[long[2]]), []);
  // A cell in which nothing stands yet.
  const empty = A.change(A.clone(doc), (draft) => edit.addRow(draft, ITEMS));
  const cell = ["content", "lists", ITEMS, 3, "text"];
  assert.equal(textAt(empty, cell), "");
  assert.equal(textAt(A.change(empty, (draft) => putText(draft, cell, "bốn", "")), cell), "bốn");
  const notes = A.change(begin("sonla-2021", "progress/team_comms"), (draft) => edit.addNote(draft, "T1", "đã gọi"));
  const at = rowAt(notes.content.notes, 0);
  const found = inList(["content", "notes"], at, "text")(notes);
  assert.equal(textAt(A.change(notes, (draft) => putText(draft, found, "đã gọi lại", "đã gọi")), found), "đã gọi lại");
});

test("who leaves a field before the document is open finds there what they typed, and can take it back", () => {
  const own = new Own();
  const written = [];
  let now = { value: 3, heads: [], others: () => [] };
  const write = (value) => own.write(value, () => now, () => written.push(value));
  own.follow(now);
  own.type("12", now);
  write(12);
  own.leave();
  own.follow(now);
  assert.equal(own.text, "12");
  own.type("3", now);
  write(3);
  own.leave();
  own.follow(now);
  assert.deepEqual(written, [12, 3]);
  own.type("12", now);
  write(12);
  own.leave();
  own.follow(now);
  // It is opened, and takes what waited.
  now = { value: 12, heads: ["a"], others: () => [] };
  own.follow(now);
  assert.equal(own.text, undefined, "the field shows what the document holds");
  own.type("120", now);
  write(120);
  own.leave();
  now = { value: 7, heads: ["b"], others: () => [] };
  own.follow(now);
  assert.equal(own.text, undefined, "somebody wrote another meanwhile");
});

test("what was typed into a row before the document was open goes into that row", () => {
  const doc = rows();
  const heads = A.getHeads(doc);
  const plain = JSON.parse(JSON.stringify(doc));
  const path = ["content", "lists", ITEMS];
  const second = rowAt(plain.content.lists[ITEMS], 1);
  assert.equal(seenRow(undefined, heads, path, second), second);
  // Another window took the first away, which this one has not seen.
  const opened = A.change(A.clone(doc), (draft) => edit.removeRow(draft, ITEMS, { at: 0 }));
  const written = A.change(opened, (draft) => edit.setCell(draft, ITEMS, seenRow(opened, heads, path, second), "text", "hai bốn", true));
  assert.deepEqual(texts(written), ["hai bốn", "ba"]);
  assert.equal(seenRow(opened, ["0".repeat(64)], path, second), second, "of heads that are not here nothing is known");
});
