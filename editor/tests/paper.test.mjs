// One document on a device: what is written before it is open, what comes late, and what is only half here.
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Automerge as A, NetworkAdapter, Repo } from "@automerge/automerge-repo/slim";
import { signal } from "@preact/signals";
import { load } from "./load.mjs";

const { Paper } = await load("paper", "local");
const { begin } = await load("skeleton");
const edit = await load("edit");

const ELECTION = "sonla-2021";
const REPORT = "report/team_comms/2021-03-11";
const FIELD = "voters.male";
const figure = (value) => (doc) => edit.setFigure(doc, FIELD, value);
const shown = (paper) => paper.doc.content.figures?.[FIELD];

beforeEach(() => {
  globalThis.faults = [];
  globalThis.reportError = (error) => globalThis.faults.push(error.message);
});

/** A document of a device whose repository is there when `repo` gives one. */
function paperOf(repo, more = {}) {
  const around = { taken: () => undefined, mayBeCarried: () => false, isOnDisk: async () => false, wasOnDisk: () => false, isAlone: signal(false), ...more };
  return new Paper(repo, ELECTION, REPORT, undefined, around);
}

/** One end of a line between two windows. */
class Way extends NetworkAdapter {
  isReady = () => true;
  whenReady = async () => undefined;
  disconnect = () => undefined;
  connect(peerId) {
    this.peerId = peerId;
    if (!this.other.peerId) return;
    for (const way of [this, this.other]) setTimeout(() => way.emit("peer-candidate", { peerId: way.other.peerId, peerMetadata: {} }));
  }
  send(message) {
    setTimeout(() => this.other.emit("message", message));
  }
}

/** Repositories of two windows that hear each other. */
function windows() {
  const [a, b] = [new Way(), new Way()];
  [a.other, b.other] = [b, a];
  return [a, b].map((way, n) => new Repo({ network: [way], peerId: `window-${n}` }));
}

/** Waits until it is so. */
async function until(isSo) {
  for (let n = 0; n < 500 && !isSo(); n++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(isSo(), "it never is");
}

test("one write that fails keeps no other from being written once the document is open", async () => {
  let repo;
  const paper = paperOf(() => repo);
  paper.change("row", () => { throw new Error("hỏng"); });
  paper.change("figure", figure(7));
  assert.ok(paper.isHeld);
  repo = new Repo({ network: [] });
  await paper.load(false);
  await paper.whenOpen();
  assert.equal(shown(paper), 7);
  assert.deepEqual(globalThis.faults, ["hỏng"]);
});

test("who waits for what was written holds nothing back", async () => {
  let repo;
  const paper = paperOf(() => repo);
  const caughtUp = paper.whenCaughtUp();
  assert.ok(!paper.isHeld);
  repo = new Repo({ network: [] });
  await paper.load(false);
  await caughtUp;
});

test("what was written as of a copy that is gone is written all the same", () => {
  const repo = new Repo({ network: [] });
  const paper = paperOf(() => repo);
  paper.change("figure", figure(3));
  paper.changeAt(["0".repeat(64)], "figure", figure(7));
  assert.equal(shown(paper), 7);
});

test("changes without those that they follow make no document, and are not lost", () => {
  const repo = new Repo({ network: [] });
  const paper = paperOf(() => repo);
  const base = A.change(begin(ELECTION, REPORT), figure(3));
  const next = A.change(A.clone(base), figure(7));
  assert.throws(() => paper.merge(A.saveSince(next, A.getHeads(base))));
  assert.equal(paper.handle, undefined);
  assert.equal(shown(paper), undefined);
  paper.merge(A.save(base));
  assert.equal(shown(paper), 7);
});

test("what nobody had is shown once another window has it, and what is typed into it is left behind whole", async () => {
  const [one, two] = windows();
  const [theirs, mine] = [paperOf(() => one), paperOf(() => two)];
  await until(() => two.peers.length > 0 && one.peers.length > 0);
  await mine.load(true);
  assert.equal(mine.state.value, "unavailable");
  theirs.change("figure", figure(3));
  await until(() => mine.state.value === "here");
  assert.equal(shown(mine), 3);
  // No disk has any of it.
  mine.change("figure", figure(7));
  const third = new Repo({ network: [] });
  const again = paperOf(() => third);
  again.merge(mine.lastWords());
  assert.equal(shown(again), 7);
});
