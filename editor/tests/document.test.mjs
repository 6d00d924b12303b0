// The document layer against the vectors that the Rust side shares, and on its own laws.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { load } from "./load.mjs";

const shared = JSON.parse(readFileSync(new URL("../../tests/suite/fixtures/document-ids.json", import.meta.url)));
const key = await load("key");
const { begin } = await load("skeleton");
const { parseFigure, formatFigure } = await load("figure");
const { apply, statusOf, taskActions } = await load("status");
const { setParagraphs, difference, edits } = await load("text");
const edit = await load("edit");
const read = await load("read");
const { check } = await load("check");
const { blank, lacks, LANGUAGES, notices, putNotice, removeNotice } = await load("notice");

test("ids, first actors and first changes are those of the shared vectors", () => {
  assert.ok(shared.vectors.length > 5);
  for (const one of shared.vectors) {
    const id = key.idOf(one.election, one.key);
    assert.equal(id, one.id, one.key);
    assert.equal(key.firstActor(id), one.first_actor, one.key);
    assert.deepEqual(A.getHeads(begin(one.election, one.key)), [one.first_change], one.key);
  }
});

test("figures are read as people write them, and nothing is guessed", () => {
  const table = [
    ["", { value: undefined }],
    ["0", { value: 0 }],
    ["1234567", { value: 1234567 }],
    ["1.234.567", { value: 1234567 }],
    ["1 234", { value: 1234 }],
    ["12.34", { error: "grouping" }],
    ["1,234", { error: "not-whole" }],
    ["1,5", { error: "not-whole" }],
    ["-3", { error: "negative" }],
    ["0012", { error: "leading-zero" }],
    ["0.123", { error: "leading-zero" }],
    ["00", { error: "leading-zero" }],
    ["0,5", { error: "not-whole" }],
    ["mười", { error: "not-a-number" }],
    ["99999999999999999", { error: "too-large" }],
  ];
  for (const [text, expected] of table) assert.deepEqual(parseFigure(text), expected, text);
  for (const value of [0, 7, 999, 1000, 1234567, 9007199254740991]) {
    assert.deepEqual(parseFigure(formatFigure(value)), { value });
  }
});

test("states lead where the law of the report says, and nowhere else", () => {
  const allowed = [];
  for (const status of ["draft", "submitted", "returned", "accepted"])
    for (const party of ["reporter", "standing_agency"])
      for (const action of ["submit", "withdraw", "return", "accept", "revise", "reopen"]) {
        const next = apply(status, action, party);
        if (next) allowed.push(`${party}: ${status} ${action} ${next}`);
      }
  assert.deepEqual(allowed, [
    "reporter: draft submit submitted",
    "reporter: submitted withdraw draft",
    "standing_agency: submitted return returned",
    "standing_agency: submitted accept accepted",
    "reporter: returned revise draft",
    "standing_agency: accepted reopen returned",
  ]);
  assert.deepEqual(taskActions("blocked"), [["resume", "in_progress"]]);
  const verdict = { decision: "returned", reason: "x", heads: ["a"], by: "b", at: "" };
  const once = [{ at: "", heads: ["a"] }];
  assert.equal(statusOf(true, once, verdict), "returned");
  assert.equal(statusOf(true, [...once, { at: "", heads: ["b"] }], verdict), "submitted", "a verdict is on one hand-in");
  assert.equal(statusOf(false, once, { ...verdict, decision: "accepted" }), "accepted");
});

test("paragraphs change only where they differ", () => {
  const path = ["content", "texts", "consultation.r1.province.difficulties"];
  const blank = begin("sonla-2021", "report/team_comms/2021-03-11");
  const first = A.change(A.clone(blank), (doc) => setParagraphs(doc, path, ["Một.", "Hai.", "Ba."]));
  const left = A.change(A.clone(first), (doc) => setParagraphs(doc, path, ["Một.", "Hai bốn.", "Ba."]));
  const right = A.change(A.clone(first), (doc) => setParagraphs(doc, path, ["Không.", "Một.", "Hai.", "Ba!"]));
  const merged = A.merge(left, right);
  assert.deepEqual(read.texts(merged.content.texts[path[2]]), ["Không.", "Một.", "Hai bốn.", "Ba!"]);
  assert.equal(difference("a", "a"), undefined);
  assert.deepEqual(difference("sạt lở đường", "ngập đường"), [0, 6, "ngập"]);
  const [at, gone, comes] = difference("👍👍", "👍👎");
  assert.equal("👍👍".slice(0, at) + comes + "👍👍".slice(at + gone), "👍👎");
});

test("two devices that write one figure keep both until a person chooses", () => {
  const blank = begin("sonla-2021", "report/team_comms/2021-03-11");
  const write = (value) => A.change(A.clone(blank), (doc) => edit.setFigure(doc, "voters.male", value));
  const merged = A.merge(write(5), write(7));
  const [conflict] = read.conflicts(merged, ["figures", "facts"]);
  assert.deepEqual(conflict.rivals.map((one) => one.value).sort(), [5, 7]);
  const chosen = A.change(merged, (doc) => edit.setFigure(doc, "voters.male", 5));
  assert.deepEqual(read.conflicts(chosen, ["figures", "facts"]), []);
  assert.deepEqual(read.conflicts(A.merge(write(5), write(5)), ["figures"]), [], "what agrees is no conflict");
});

test("checks name the field and what it is held against", () => {
  const doc = A.change(begin("sonla-2021", "report/team_comms/2021-03-11"), (draft) => {
    edit.setFigure(draft, "candidates.na.valid", 9);
    edit.setFigure(draft, "candidates.na.received", 8);
    edit.setFigure(draft, "voters.male", 1);
    edit.setFigure(draft, "voters.female", 2);
    edit.setFigure(draft, "voters.voters_total", 4);
  });
  const before = A.change(begin("sonla-2021", "report/team_comms/2021-03-04"), (draft) => {
    edit.setFigure(draft, "candidates.na.received", 10);
  });
  const found = check(doc, before).map((one) => `${one.kind} ${one.field} ${one.against} ${one.blocks}`);
  assert.deepEqual(found, [
    "missing header.period_start  true",
    "missing header.period_end  true",
    "fell candidates.na.received 10 true",
    "exceeds candidates.na.valid candidates.na.received true",
    "sum voters.voters_total 3 true",
  ]);
  // Said why, it is told and stops nothing; a row without a word says nothing.
  const explain = (text) => A.change(A.clone(doc), (draft) => {
    edit.addRow(draft, "difficulties.items");
    draft.content.lists["difficulties.items"][0].text = text;
  });
  const fell = (one) => check(one, before).find((fault) => fault.kind === "fell").blocks;
  assert.deepEqual([fell(explain("Hai hồ sơ ghi trùng.")), fell(explain(" "))], [false, true]);
});

test("the least replacements lead from any text to any other, and leave alone what stands in both", () => {
  const apply = (text, all) => all.reduce((now, [at, gone, comes]) => now.slice(0, at) + comes + now.slice(at + gone), text);
  const words = ["", "a", "sạt lở", "Xin nói rõ.\nsạt lở", "sạt 3 lở!", "👍", "👎👍 lở", "aaaaab", "baaaa"];
  for (const old of words) for (const next of words) assert.equal(apply(old, edits(old, next)), next, `${old} → ${next}`);
  assert.deepEqual(edits("một\nhai", "không\nmột\nhai ba").length, 2);
  // Far apart in a long text: whoever stands between them is not moved.
  const long = Array.from({ length: 300 }, (_, n) => `Đoạn ${n}: đường vào bản bị sạt lở, hòm phiếu đi bằng thuyền.`);
  const other = long.with(1, `${long[1]} Xin nói rõ.`).with(298, long[298].replace("bằng thuyền", "bằng ngựa"));
  const found = edits(long.join("\n"), other.join("\n"));
  assert.equal(apply(long.join("\n"), found), other.join("\n"));
  assert.ok(found.every(([, gone, comes]) => gone < 20 && comes.length < 20), JSON.stringify(found));
});

test("a report says something, or says that there is nothing", () => {
  const faults = (write) => check(A.change(begin("sonla-2021", "report/team_comms/2021-03-11"), write)).map((one) => `${one.kind} ${one.field}`);
  const week = (draft) => (edit.setFact(draft, "header.period_start", "2021-03-05"), edit.setFact(draft, "header.period_end", "2021-03-11"));
  assert.deepEqual(faults(week), ["empty header.nil_report"]);
  assert.deepEqual(faults((draft) => (week(draft), edit.setFact(draft, "header.nil_report", "true"))), []);
  assert.deepEqual(faults((draft) => (week(draft), edit.setFact(draft, "header.nil_report", "false"))), ["empty header.nil_report"]);
  assert.deepEqual(faults((draft) => (week(draft), edit.setFigure(draft, "voters.male", 0))), []);
  assert.deepEqual(faults((draft) => (week(draft), setParagraphs(draft, ["content", "texts", "consultation.r1.province.difficulties"], ["Lũ."]))), []);
});

test("what was handed in is read at its heads, and what moved since is named", () => {
  const blank = begin("sonla-2021", "report/team_comms/2021-03-11");
  const first = A.change(A.clone(blank), (draft) => edit.setFigure(draft, "voters.male", 3));
  const handed = A.change(A.clone(first), { message: "submit" }, (draft) => edit.submit(draft, A.getHeads(first), "2021-03-11T02:00:00Z"));
  assert.deepEqual(read.asHandedIn(handed).moved, []);
  assert.deepEqual(read.draftHeads(handed), A.getHeads(first));
  assert.equal(read.draftHeads(first), undefined);
  const late = A.change(A.clone(first), (draft) => (edit.setFigure(draft, "voters.male", 9), setParagraphs(draft, ["content", "texts", "consultation.r1.province.difficulties"], ["Lũ."])));
  const merged = A.merge(A.clone(handed), late);
  assert.equal(merged.content.figures["voters.male"], 9);
  const shown = read.asHandedIn(merged);
  assert.equal(shown.doc.content.figures["voters.male"], 3);
  assert.deepEqual(shown.moved, ["consultation.r1.province.difficulties", "voters.male"]);
});

test("a notice says in Vietnamese what it says, and in another language all or nothing", () => {
  const notice = (texts) => ({ date: "2021-03-04", texts });
  const whole = { title: "Lịch", text: "Một đoạn." };
  const table = [
    [{ vi: whole, en: blank() }, []],
    [{ vi: { title: " ", text: "Một." }, en: blank() }, ["vi title"]],
    [{ vi: { title: "Lịch", text: " \n " } }, ["vi text"]],
    [{ vi: whole, hmn: { title: "A", text: "" } }, ["hmn text"]],
    [{ vi: whole, hmn: { title: "", text: "B" } }, ["hmn title"]],
    [{ vi: blank(), en: whole }, ["vi title", "vi text"]],
  ];
  for (const [texts, lack] of table) assert.deepEqual(lacks(notice(texts)).map((one) => `${one.code} ${one.part}`), lack);
  assert.ok(LANGUAGES.some((one) => one.code === "hmn"));
});

test("a notice is written as a whole, and changed where it differs", () => {
  let doc = A.change(begin("sonla-2021", "publication"), (d) => putNotice(d, "a", { date: "2021-03-04", texts: { vi: { title: "Lịch ", text: "Một\n\nHai" }, en: blank() } }));
  assert.deepEqual(notices(doc), [["a", { date: "2021-03-04", texts: { vi: { title: "Lịch", text: "Một\nHai" }, en: blank() } }]]);
  const other = A.change(A.clone(doc), (d) => putNotice(d, "a", { date: "2021-03-04", texts: { vi: { title: "Lịch", text: "Một\nHai" }, hmn: { title: "A", text: "B" } } }));
  doc = A.change(doc, (d) => putNotice(d, "a", { date: "2021-03-05", texts: { vi: { title: "Lịch họp", text: "Một\nHai" } } }));
  doc = A.merge(doc, other);
  assert.deepEqual(notices(doc), [["a", { date: "2021-03-05", texts: { vi: { title: "Lịch họp", text: "Một\nHai" }, en: blank(), hmn: { title: "A", text: "B" } } }]]);
  doc = A.change(doc, (d) => (removeNotice(d, "a"), removeNotice(d, "not there")));
  assert.deepEqual(notices(doc), []);
});

test("whatever two devices wrote as one value differs until a person chooses, in every kind of document", () => {
  const clash = (key, begun, ...writes) => {
    const first = A.change(begin("sonla-2021", key), begun);
    return writes.map((write) => A.change(A.clone(first), write)).reduce((one, other) => A.merge(one, other));
  };
  const said = (all) => all.map((one) => `${one.map} ${one.field} ${one.rivals.map((rival) => rival.value).sort()}`);
  const nothing = () => undefined;
  const incident = clash(
    "incident/team_comms/mot-viec",
    (draft) => (draft.content.paper_file = "12/HS"),
    (draft) => (edit.setShort(draft, "subject", "Lũ"), edit.setShort(draft, "trigger", "on_request"), edit.setShort(draft, "occurred_on", "2021-03-01")),
    (draft) => (edit.setShort(draft, "subject", "Lũ quét"), edit.setShort(draft, "trigger", "matter_arising"), edit.setShort(draft, "occurred_on", "2021-03-01")),
  );
  assert.deepEqual(said(read.contested("incident", incident)), ["short trigger matter_arising,on_request", "short subject Lũ,Lũ quét"]);
  const progress = clash("progress/team_comms", nothing, (draft) => (edit.setEvidence(draft, "T1", "12/BC"), edit.setTask(draft, "T1", "done")), (draft) => (edit.setEvidence(draft, "T1", "13/BC"), edit.setTask(draft, "T1", "blocked")));
  assert.deepEqual(said(read.contested("progress", progress)), ["status T1 blocked,done", "evidence T1 12/BC,13/BC"]);
  const row = { at: 0 };
  const report = clash(
    "report/team_comms/2021-03-11",
    (draft) => edit.addRow(draft, "difficulties.items"),
    (draft) => (edit.setCell(draft, "difficulties.items", row, "owner", "team_comms", false), edit.setCell(draft, "difficulties.items", row, "text", "Sạt lở", true), edit.setFigure(draft, "voters.male", 5)),
    (draft) => (edit.setCell(draft, "difficulties.items", row, "owner", "team_security", false), edit.setCell(draft, "difficulties.items", row, "text", "Ngập", true), edit.setFigure(draft, "voters.male", 7)),
  );
  assert.deepEqual(said(read.contested("report", report)), ["figures voters.male 5,7", "cells difficulties.items Ngập,Sạt lở", "cells difficulties.items team_comms,team_security"]);
  assert.deepEqual(read.contested("review", begin("sonla-2021", "review/2021-03-11")), []);
  // Each rival can be chosen, and nothing else moves.
  for (const [kind, doc] of Object.entries({ incident, progress, report })) {
    for (const side of [0, 1]) {
      const before = read.contested(kind, doc);
      const chosen = before.reduce((now, one) => A.change(now, (draft) => edit.choose(draft, one, one.rivals[side].value)), A.load(A.save(doc)));
      assert.deepEqual(read.contested(kind, chosen), [], kind);
      for (const one of before) {
        const part = one.map === "short" ? chosen.content : one.map === "cells" ? chosen.content.lists[one.field][0] : chosen.content[one.map];
        assert.equal(String(part[one.column ?? one.field]), String(one.rivals[side].value));
      }
    }
    // Two that choose differently apart do not agree yet: whoever chose what is shown has said so as well.
    for (const one of read.contested(kind, doc).filter(({ map }) => map !== "status")) {
      const [mine, theirs] = [0, 1].map((side) => A.change(A.clone(doc), (draft) => edit.choose(draft, one, one.rivals[side].value)));
      assert.equal(said(read.contested(kind, A.merge(mine, theirs))).filter((text) => text === said([one])[0]).length, 1, said([one])[0]);
    }
  }
});

test("who chooses an evidence that was emptied is heard as well", () => {
  const first = A.change(begin("sonla-2021", "progress/team_comms"), (draft) => edit.setEvidence(draft, "T1", "11/BC"));
  for (const [emptied, other] of [["aa", "bb"], ["bb", "aa"]]) {
    const write = (actor, text) => A.change(A.clone(first, { actor }), (draft) => edit.setEvidence(draft, "T1", text));
    const doc = A.merge(write(emptied, ""), write(other, "12/BC"));
    const [conflict] = read.contested("progress", doc);
    const [mine, theirs] = ["", "12/BC"].map((text) => A.change(A.clone(doc), (draft) => edit.choose(draft, conflict, text)));
    assert.deepEqual(read.contested("progress", A.merge(mine, theirs))[0]?.rivals.map((rival) => rival.value).sort(), ["", "12/BC"]);
  }
});

test("who chooses the status that is shown writes it, and takes nothing away that the server keeps", () => {
  for (const [one, other] of [["blocked", "done"], ["in_progress", "done"], ["in_progress", "blocked"]]) {
    for (const side of [0, 1]) {
      const write = (word) => A.change(A.clone(begin("sonla-2021", "progress/team_comms")), (draft) => edit.setTask(draft, "T1", word));
      const merged = A.merge(write(one), write(other));
      const [conflict] = read.contested("progress", merged);
      const wanted = conflict.rivals[side].value;
      const chosen = A.change(merged, (draft) => edit.choose(draft, conflict, wanted));
      assert.equal(String(chosen.content.status.T1), wanted);
      assert.deepEqual(read.contested("progress", chosen), []);
      const late = A.change(chosen, (draft) => edit.choose(draft, conflict, wanted));
      assert.deepEqual(A.getHeads(late), A.getHeads(chosen), "somebody chose meanwhile");
      const ops = A.decodeChange(A.getLastLocalChange(chosen)).ops;
      assert.deepEqual([...new Set(ops.map((op) => op.action))], ["set"], "a deletion would be refused");
      // The server asks of each step after the first whether a task can be taken on so.
      for (let i = 1; i < ops.length; i++) assert.ok(taskActions(String(ops[i - 1].value)).some(([, next]) => next === ops[i].value), `${ops[i - 1].value} → ${ops[i].value}`);
    }
  }
});

test("what a change moved is told by where it stands, and any of it can be written again", () => {
  const first = begin("sonla-2021", "incident/team_comms/mot-viec");
  const one = A.change(first, (draft) => (edit.setShort(draft, "subject", "Lũ"), edit.setShort(draft, "trigger", "on_request")));
  const two = A.change(one, (draft) => (edit.setShort(draft, "subject", "Lũ quét"), edit.setShort(draft, "trigger", "")));
  const moved = read.moves("incident", read.contentOf(one), read.contentOf(two));
  assert.deepEqual(moved, [
    { map: "short", field: "trigger", before: "on_request", after: undefined },
    { map: "short", field: "subject", before: "Lũ", after: "Lũ quét" },
  ]);
  const back = A.change(two, (draft) => moved.forEach((move) => edit.setValue(draft, move, move.before)));
  assert.deepEqual(read.moves("incident", read.contentOf(one), read.contentOf(back)), []);
  const task = A.change(begin("sonla-2021", "progress/team_comms"), (draft) => (edit.setTask(draft, "T1", "done"), edit.setEvidence(draft, "T1", "12/BC")));
  assert.deepEqual(read.moves("progress", {}, read.contentOf(task)), [
    { map: "status", field: "T1", before: undefined, after: "done" },
    { map: "evidence", field: "T1", before: undefined, after: "12/BC" },
  ]);
  const report = A.change(begin("sonla-2021", "report/team_comms/2021-03-11"), (draft) => (edit.setFigure(draft, "voters.male", 5), edit.setFact(draft, "header.nil_report", "true")));
  const fewer = A.change(report, (draft) => (edit.setFigure(draft, "voters.male", undefined), edit.setFact(draft, "header.nil_report", undefined)));
  const gone = read.moves("report", read.contentOf(report), read.contentOf(fewer));
  const again = A.change(fewer, (draft) => gone.forEach((move) => edit.setValue(draft, move, move.before)));
  assert.deepEqual(read.moves("report", read.contentOf(report), read.contentOf(again)), []);
});

test("the form of a document is the newest that any device brought it to", () => {
  const first = begin("sonla-2021", "progress/team_security");
  assert.equal(read.formatOf(first), 1);
  const to = (format, actor) => A.change(A.clone(first, { actor }), (doc) => (doc.schema = format));
  const merged = A.merge(to(3, "aa"), to(2, "bb"));
  assert.equal(read.formatOf(merged), 3);
  assert.equal(read.formatOf(A.merge(to(2, "bb"), to(3, "aa"))), 3, "in whatever order they come");
  assert.equal(read.formatOf({ schema: 2, content: {} }), 2, "of what was only seen of it");
});
