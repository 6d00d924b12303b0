// What is done before changes of others reach the repository.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Automerge as A, NetworkAdapter } from "@automerge/automerge-repo/slim";
import { load } from "./load.mjs";

const { beforeChanges } = await load("others", "local");

class Way extends NetworkAdapter {}

/** What is heard of one message that comes by a way, in order. */
function heard(message, act) {
  const [way, told] = [new Way(), []];
  beforeChanges([way], act ?? (() => told.push("written down")));
  way.on("message", () => told.push("taken in"));
  way.emit("message", message);
  return told;
}

const sync = (data) => ({ type: "sync", senderId: "server", targetId: "here", documentId: "one", data });

test("what is held back is written down before changes of others are taken in, and only then", () => {
  const [empty, theirs] = [A.init(), A.from({ text: "của người khác" })];
  const [, first] = A.generateSyncMessage(empty, A.initSyncState());
  const [state, hello] = A.generateSyncMessage(theirs, A.initSyncState());
  assert.equal(A.decodeSyncMessage(hello).changes.length, 0);
  const [, answering] = A.receiveSyncMessage(theirs, state, first);
  const [, carrying] = A.generateSyncMessage(theirs, answering);
  assert.ok(A.decodeSyncMessage(carrying).changes.length > 0);
  assert.deepEqual(heard(sync(carrying)), ["written down", "taken in"]);
  assert.deepEqual(heard(sync(hello)), ["taken in"]);
  assert.deepEqual(heard(sync(new Uint8Array([1, 2, 3]))), ["taken in"]);
  assert.deepEqual(heard({ ...sync(carrying), type: "ephemeral" }), ["taken in"]);
  // Whatever goes wrong in writing it down, the message is not lost.
  const told = [];
  globalThis.reportError = (error) => told.push(error.message);
  assert.deepEqual(heard(sync(carrying), () => { throw new Error("hỏng"); }), ["taken in"]);
  assert.deepEqual(told, ["hỏng"]);
});
