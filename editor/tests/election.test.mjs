// Facts of the election: what a correction lacks, how it is written, and what becomes of two that were written apart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { load } from "./load.mjs";

const { begin } = await load("skeleton");
const { begun, chooseFact, findFact, isDay, lacks, letsOut, outside, parseTime, putFact, removeDate, rowsOf, standing } = await load("election");
const { contested, factValue, moves, provenanceOf } = await load("read");

const word = (text) => new A.ImmutableString(text);
const from = (source, verified = true) => ({ source: word(source), verified, note: null });
const started = () =>
  A.change(begin("sonla-2021", "election"), (doc) => {
    doc.content.units.push({ code: word("116"), name_vi: word("Thành phố Sơn La"), parent: null, provenance: from("GSO") });
    doc.content.constituencies.push({ id: word("na-1"), council: word("national_assembly"), number: 1, seats: 3, units: [], provenance: from("64/NQ") });
    doc.content.dates.push({ rule: word("results_pc"), kind: word("actual"), date: word("2021-05-25"), time: null, citation: word("Công bố"), provenance: from("vov.vn") });
  });
const city = { map: "units", code: "116" };
const one = { map: "constituencies", code: "na-1" };
const first = (doc) => rowsOf(doc, "dates")[0].where;
const name = (value, source = "12/QĐ", verified = true) => ({ value, source, verified });
const plain = (part) => JSON.parse(JSON.stringify(part));

test("a correction names its document, and its value is one", () => {
  const at = { source: "12/QĐ", verified: false };
  assert.deepEqual(lacks("units", { value: " \n", source: " ", verified: true }), ["value", "source"]);
  assert.deepEqual(lacks("units", { value: "Phường Tô Hiệu", ...at }), []);
  for (const value of ["", "0", "-1", "2,5", "03", "ba"]) assert.deepEqual(lacks("constituencies", { value, ...at }), ["value"], value);
  assert.deepEqual(lacks("constituencies", { value: "3", ...at }), []);
  assert.deepEqual(lacks("dates", { value: "", rule: "", kind: "actual", time: "25:00", source: "", verified: false }), ["rule", "value", "time", "source"]);
  for (const value of ["2021-02-30", "1921-05-23", "23/05/2021", "12021-05-23"]) assert.equal(isDay(value), false, value);
  assert.equal(isDay("2024-02-29"), true);
  assert.deepEqual(["7:30", "07h00", " 19:05 ", "24:00", "7", "7:60"].map(parseTime), ["07:30", "07:00", "19:05", undefined, undefined, undefined]);
});

test("a row that has neither moved nor changed is the same object, so that no screen draws it anew", () => {
  const seen = (doc) => ["units", "constituencies", "dates"].map((map) => rowsOf(doc, map)[0]);
  const same = (now, before) => now.map((row, i) => row === before[i]);
  let doc = started();
  const before = seen(doc);
  assert.deepEqual(same(seen(doc), before), [true, true, true]);
  const other = A.change(A.clone(doc), (d) => putFact(d, one, name("2")));
  doc = A.change(doc, (d) => putFact(d, city, name("Thành phố Sơn La", "12/QĐ")));
  assert.deepEqual(same(seen(doc), before), [false, true, true], "of one's own only what was read in another document");
  const own = seen(doc);
  doc = A.merge(doc, other);
  assert.deepEqual(same(seen(doc), own), [true, false, true], "of another's only the seats");
  const merged = seen(doc);
  for (const [mine, theirs] of [["11", "ff"], ["ff", "11"]]) {
    const wrote = (actor, seats) => A.change(A.clone(doc, { actor }), (d) => putFact(d, one, name(seats)));
    const [own, theirOwn] = [wrote(mine, "4"), wrote(theirs, "5")];
    const [alone, aside] = [rowsOf(own, "constituencies")[0], rowsOf(own, "units")[0]];
    const both = A.merge(own, theirOwn);
    assert.equal(String(rowsOf(both, "constituencies")[0].row.seats), mine === "ff" ? "4" : "5");
    assert.equal(contested("election", both).length, 1);
    assert.notEqual(rowsOf(both, "constituencies")[0], alone, "that somebody wrote otherwise is seen, whoever wins");
    assert.equal(rowsOf(both, "units")[0], aside);
  }
  doc = A.change(doc, (d) => d.content.dates.unshift({ rule: word("x"), kind: word("actual"), date: word("2021-05-01"), time: null, citation: word("x"), provenance: from("x") }));
  const moved = rowsOf(doc, "dates")[1];
  assert.equal(moved.row, merged[2].row);
  assert.notEqual(moved, merged[2], "its place is another one");
  assert.equal(moved.where.row.at, 1);
});

test("a correction is one change of values, with the document that it was read in, and a doubt of before goes", () => {
  let doc = started();
  const before = A.getHistory(doc).length;
  doc = A.change(doc, (d) => putFact(d, city, name(" Thành phố  Sơn La mới ", " 12/QĐ ", false)));
  assert.equal(A.getHistory(doc).length, before + 1);
  const { row } = rowsOf(doc, "units")[0];
  assert.ok(row.name_vi instanceof A.ImmutableString);
  assert.deepEqual(plain(row.provenance), { source: "12/QĐ", verified: false, note: null });
  assert.equal(factValue("units", row), "Thành phố Sơn La mới");
  doc = A.change(doc, (d) => putFact(d, one, name("2")));
  assert.equal(rowsOf(doc, "constituencies")[0].row.seats, 2);
  doc = A.change(doc, (d) => putFact(d, first(doc), { ...begun("dates", rowsOf(doc, "dates")[0].row), ...name("2021-05-26") }));
  assert.deepEqual(plain(rowsOf(doc, "dates")[0].row), { rule: "results_pc", kind: "actual", date: "2021-05-26", time: null, citation: "12/QĐ", provenance: { source: "12/QĐ", verified: true, note: null } });
  doc = A.change(doc, (d) => putFact(d, { map: "dates", row: undefined }, { rule: "election_day_x", kind: "planned", time: "7:30", ...name("2021-05-20") }));
  assert.deepEqual(rowsOf(doc, "dates").map(({ row: it }) => factValue("dates", it)), ["actual\t2021-05-26\t\t12/QĐ", "planned\t2021-05-20\t07:30\t12/QĐ"]);
  assert.equal(rowsOf(doc, "dates").length, 2);
  const gone = first(doc).row;
  doc = A.change(doc, (d) => removeDate(d, gone));
  assert.deepEqual(rowsOf(doc, "dates").map(({ row: it }) => String(it.rule)), ["election_day_x"]);
  assert.equal(findFact(doc, { map: "dates", row: gone }), -1);
});

/** What devices hold that correct the same facts apart. */
function apart(change, actors = ["aa", "bb"]) {
  const base = started();
  const all = actors.map((actor, i) => A.change(A.clone(base, { actor }), (doc) => change(doc, i)));
  return [all, all.toReversed()].map(([first, ...rest]) => rest.reduce((one, other) => A.merge(one, other), A.clone(first)));
}

test("two corrections that were written apart stand side by side with their documents, and a person chooses one of them whole", () => {
  for (const doc of apart((d, i) => putFact(d, city, name(["Sơn La A", "Sơn La B"][i], ["1/QĐ", "2/QĐ"][i], i === 0)))) {
    const [conflict, ...more] = contested("election", doc);
    assert.deepEqual([conflict.map, conflict.field, more.length], ["units", "116", 0]);
    assert.deepEqual(conflict.rivals.map((rival) => [rival.value, rival.provenance.source, rival.provenance.verified]).sort(), [["Sơn La A", "1/QĐ", true], ["Sơn La B", "2/QĐ", false]]);
    assert.equal(conflict.rivals[0].value, factValue("units", rowsOf(doc, "units")[0].row), "what is shown comes first");
    assert.equal(provenanceOf(rowsOf(doc, "units")[0].row).source, conflict.rivals[0].provenance.source, "a value is shown with its own document");
    for (const rival of conflict.rivals) {
      const chosen = A.change(A.clone(doc), (d) => chooseFact(d, conflict, rival));
      const { row } = rowsOf(chosen, "units")[0];
      assert.deepEqual([String(row.name_vi), provenanceOf(row)], [rival.value, rival.provenance]);
      assert.deepEqual(contested("election", chosen), []);
      assert.equal(A.getConflicts(row, "provenance"), undefined);
    }
  }
});

/** What stands there, and what of it is contested, after two people have chosen apart, as devices with these names. */
function choices(doc, actors, sides) {
  const [conflict] = contested("election", doc);
  const [one, two] = sides.map((side, i) => A.change(A.clone(doc, { actor: actors[i] }), (d) => (typeof side === "function" ? side(d) : chooseFact(d, conflict, conflict.rivals[side]))));
  return A.merge(one, two);
}

test("who chooses what is shown is heard beside who decides otherwise meanwhile", () => {
  const two = [["1/QĐ", "2021-05-26", true], ["2/QĐ", "2021-05-27", false]];
  const at = ([source, value, verified]) => ({ rule: "results_pc", kind: "actual", time: "", ...name(value, source, verified) });
  const [doc] = apart((d, i) => putFact(d, { map: "dates", row: { at: 0 } }, at(two[i])));
  for (const actors of [["dd", "ee"], ["ee", "dd"]]) {
    for (const sides of [[0, 1], [0, (d) => removeDate(d, { at: 0 })]]) {
      const [conflict] = contested("election", choices(doc, actors, sides));
      assert.equal(conflict?.rivals.length, 2, `${actors} ${sides}`);
      // Each value is told with its own document.
      const said = new Map(two.map(([source, value, verified]) => [value, { source, verified }]));
      for (const { value, provenance } of conflict.rivals.filter((rival) => !rival.value.startsWith("withdrawn"))) assert.deepEqual(provenance, said.get(value.split("\t")[1]));
    }
  }
});

test("of two dates of one step the one that was corrected differs, with or without an hour", () => {
  const at = (time, value) => ({ rule: "results_pc", kind: "actual", time, ...name(value) });
  for (const doc of apart((d, i) => putFact(d, { map: "dates", row: { at: 0 } }, at(["", "7:00"][i], ["2021-05-26", "2021-05-27"][i])))) {
    const [conflict] = contested("election", doc);
    assert.deepEqual(conflict.rivals.map((rival) => rival.value.split("\t")[1]).sort(), ["2021-05-26", "2021-05-27"]);
    const other = conflict.rivals[1];
    const chosen = A.change(doc, (d) => chooseFact(d, conflict, other));
    assert.equal(factValue("dates", rowsOf(chosen, "dates")[0].row), other.value);
    assert.deepEqual(contested("election", chosen), []);
  }
  for (const doc of apart((d, i) => putFact(d, one, name(["2", "4"][i])))) {
    const [conflict] = contested("election", doc);
    const chosen = A.change(doc, (d) => chooseFact(d, conflict, conflict.rivals[1]));
    assert.equal(rowsOf(chosen, "constituencies")[0].row.seats, Number(conflict.rivals[1].value));
  }
  // Who confirms what stands there is heard beside who changes it: nothing is verified by a document that says something else.
  const confirmed = [["Thành phố Sơn La", "1/QĐ", true], ["Sơn La B", "2/QĐ", false]];
  for (const doc of apart((d, i) => putFact(d, city, name(...confirmed[i])))) {
    const [conflict] = contested("election", doc);
    const said = conflict.rivals.map(({ value, provenance }) => `${value}, ${provenance.source}, ${provenance.verified}`).sort();
    assert.deepEqual(said, ["Sơn La B, 2/QĐ, false", "Thành phố Sơn La, 1/QĐ, true"]);
  }
  // One moves the day, the other adds the hour: two wholes, and no third that nobody wrote.
  const parts = (i) => ({ ...at(["", "7:30"][i], ["2021-05-26", "2021-05-25"][i]), source: "Công bố" });
  for (const doc of apart((d, i) => putFact(d, { map: "dates", row: { at: 0 } }, parts(i)))) {
    const [conflict] = contested("election", doc);
    assert.deepEqual(conflict.rivals.map((rival) => rival.value.split("\t").slice(1, 3).join(" ")).sort(), ["2021-05-25 07:30", "2021-05-26 "]);
  }
  for (const doc of apart((d) => putFact(d, city, name("Sơn La A")))) assert.deepEqual(contested("election", doc), [], "both wrote the same");
});

test("a date that one takes back while another corrects it is not lost: both stand side by side", () => {
  const corrected = { rule: "results_pc", kind: "actual", time: "7:00", ...name("2021-05-26") };
  for (const doc of apart((d, i) => (i === 0 ? removeDate(d, { at: 0 }) : putFact(d, { map: "dates", row: { at: 0 } }, corrected)))) {
    const [conflict, ...more] = contested("election", doc);
    assert.deepEqual([conflict.map, conflict.field, more.length], ["dates", "results_pc", 0]);
    assert.deepEqual(conflict.rivals.map((rival) => rival.value).sort(), ["actual\t2021-05-26\t07:00\t12/QĐ", "withdrawn\t2021-05-25\t\tCông bố"]);
    for (const rival of conflict.rivals) {
      const chosen = A.change(A.clone(doc), (d) => chooseFact(d, conflict, rival));
      assert.deepEqual(contested("election", chosen), []);
      const isBack = rival.value.startsWith("withdrawn");
      assert.deepEqual(rowsOf(chosen, "dates").map(({ row }) => factValue("dates", row)), isBack ? [] : [rival.value]);
      assert.deepEqual(moves("election", started().content, chosen.content).filter((one) => one.after === undefined).length, isBack ? 1 : 0);
    }
  }
  for (const doc of apart((d) => removeDate(d, { at: 0 }))) {
    assert.deepEqual([rowsOf(doc, "dates"), contested("election", doc)], [[], []], "both took it back");
  }
  // Taken back by two, of whom one had corrected its document before: there is nothing to choose, unless a third has corrected it.
  const again = (d) => (putFact(d, { map: "dates", row: { at: 0 } }, { ...corrected, ...name("2021-05-25", "Công bố lại") }), removeDate(d, { at: 0 }));
  const three = [(d) => removeDate(d, { at: 0 }), again, (d) => putFact(d, { map: "dates", row: { at: 0 } }, corrected)];
  for (const doc of apart((d, i) => three[i](d))) assert.deepEqual([rowsOf(doc, "dates"), contested("election", doc)], [[], []]);
  for (const doc of apart((d, i) => three[i](d), ["aa", "bb", "cc"])) {
    assert.deepEqual(contested("election", doc)[0].rivals.map((rival) => rival.value.split("\t")[0]).sort(), ["actual", "withdrawn"]);
  }
  // The server takes no day that is none, be it taken back.
  const odd = A.change(started(), (d) => void (d.content.dates[0].date = word("tháng 5")));
  assert.equal(A.change(odd, (d) => removeDate(d, { at: 0 })).content.dates.length, 0);
});

test("the history tells what moved, and of what an election was set up with the dates alone", () => {
  const empty = begin("sonla-2021", "election");
  const doc = started();
  assert.deepEqual(moves("election", empty.content, doc.content).map((one) => one.map), ["dates"]);
  const next = A.change(A.clone(doc), (d) => (putFact(d, city, name("Sơn La A")), removeDate(d, { at: 0 })));
  assert.deepEqual(moves("election", doc.content, next.content), [
    { map: "dates", field: "results_pc", before: "actual\t2021-05-25\t\tCông bố", after: undefined },
    { map: "units", field: "116", before: "Thành phố Sơn La", after: "Sơn La A" },
  ]);
});

test("what brings the constituencies out before the day that was set for it is known", () => {
  const day = (date, verified = true, kind = "actual") => ({ rule: "publish_na_constituencies", kind, date, verified });
  const lets = (next, rest = [], now = day("2021-03-03")) => letsOut(now, next, () => rest, "2021-03-01");
  const [atOnce, sooner] = [undefined, "2021-03-02"].map((then) => ({ until: "2021-03-03", then }));
  for (const next of [undefined, day("2021-03-03", false), day("2021-03-03", true, "planned"), day("2021-03-03", true, "withdrawn")]) assert.deepEqual(lets(next), atOnce);
  assert.deepEqual(lets(day("2021-03-02")), sooner);
  assert.deepEqual([day("2021-03-03"), day("2021-03-04")].map((next) => lets(next)), [undefined, undefined]);
  assert.deepEqual([day("2021-03-05"), day("2021-03-02"), day("2021-03-05", false)].map((other) => lets(undefined, [other])), [undefined, sooner, atOnce]);
  assert.equal(lets(undefined, [], day("2021-03-01")), undefined, "it has come");
  assert.equal(lets(undefined, [], { ...day("2021-03-03"), rule: "results_pc" }), undefined);
});

test("whoever sees a fact sees when it moves, its document included", () => {
  const doc = started();
  const row = () => rowsOf(doc, "units")[0].row;
  const next = A.change(A.clone(doc), (d) => putFact(d, city, name("Thành phố Sơn La", "GSO", false)));
  assert.notEqual(standing("units", row()), standing("units", rowsOf(next, "units")[0].row));
  assert.equal(standing("units", row()), standing("units", plain(row())), "before the document is open as well");
});

test("a day outside the law's limits is known", () => {
  const step = (bound, start, end) => ({ bound, start, end });
  assert.equal(outside("2021-05-19", step("at_latest", null, "2021-05-18")), "late");
  assert.equal(outside("2021-05-18", step("at_latest", null, "2021-05-18")), undefined);
  assert.equal(outside("2021-05-18", step("before", null, "2021-05-18")), "late");
  assert.equal(outside("2021-05-18", step("before", null, "2021-05-18T07:00")), undefined);
  assert.equal(outside("2021-05-01", step("window", "2021-05-02", "2021-05-18")), "early");
  assert.equal(outside("", step("window", "2021-05-02", "2021-05-18")), undefined);
  assert.equal(outside("2021-05-01", step("decision", null, null)), undefined);
});
