// The connection to a server that hangs, hangs up, or answers nothing, by a clock that the tests turn.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { cbor } from "@automerge/automerge-repo/slim";
import { load } from "./load.mjs";

const { Link } = await load("link", "local");
const { Signs } = await load("signs", "local");

class Socket {
  static OPEN = 1;
  static all = [];
  readyState = 0;
  bufferedAmount = 0;
  sent = 0;
  constructor() {
    Socket.all.push(this);
  }
  send() {
    this.sent++;
  }
  close() {
    if (this.readyState === 3) return;
    this.readyState = 3;
    this.onclose?.();
  }
  opens() {
    this.readyState = 1;
    this.onopen();
  }
  says(message) {
    this.onmessage({ data: new Uint8Array(cbor.encode(message)).buffer });
  }
  greets() {
    this.says({ type: "peer", senderId: "server", peerMetadata: { storageId: "store" } });
  }
}

beforeEach(() => {
  Socket.all = [];
  Object.assign(globalThis, { WebSocket: Socket, location: { href: "http://office/" }, document: { addEventListener: () => undefined }, addEventListener: () => undefined });
  globalThis.faults = [];
  globalThis.reportError = (error) => globalThis.faults.push(error.message);
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"], now: 1_000_000 });
});
afterEach(() => mock.timers.reset());

/** Lets so many seconds pass; `meanwhile` is done each half second. */
async function passes(seconds, meanwhile = () => undefined) {
  for (let half = 0; half < 2 * seconds; half++) {
    mock.timers.tick(500);
    await new Promise((resolve) => setImmediate(resolve));
    meanwhile(half / 2);
  }
}

/** A device that connects. `waiting`: what waits for the server, and since when. */
function connects(waiting = {}, knock = async () => "ok") {
  const [told, signs] = [[], new Signs(() => waiting)];
  const link = new Link(() => one.knock(), (state) => told.push(state), signs);
  const one = { link, told, signs, knock };
  link.connect("here", {});
  return one;
}

/** Opens and greets whatever socket is new. */
const welcomes = () => Socket.all.filter((one) => one.readyState === 0).forEach((one) => (one.opens(), one.greets()));

test("a socket on which nobody answers the greeting is made anew", async () => {
  const { told } = connects();
  await passes(1);
  Socket.all[0].opens();
  await passes(60, () => Socket.all.length > 1 && welcomes());
  assert.equal(told.at(-1), "online");
  assert.equal(Socket.all.length, 2);
});

test("a socket that never opens is made anew", async () => {
  const { told } = connects();
  await passes(60, () => Socket.all.length > 1 && welcomes());
  assert.equal(told.at(-1), "online");
});

test("a server that hangs up as soon as it has greeted is tried ever more seldom", async () => {
  connects();
  await passes(120, () => (welcomes(), Socket.all.forEach((one) => one.close())));
  assert.ok(Socket.all.length < 20, `${Socket.all.length} sockets`);
});

test("who waits in vain makes sockets ever more seldom, also where the server says only now and then that it refused nothing", async () => {
  const { link, signs } = connects({ "report/x": 1_000_000 });
  await passes(1_800, (second) => {
    const fresh = Socket.all.some((one) => one.readyState === 0);
    welcomes();
    if (fresh) link.send({ type: "sync" });
    if (second % 20 === 5) signs.refused("report/x", false);
  });
  assert.ok(Socket.all.length < 15, `${Socket.all.length} sockets`);
  assert.ok(Socket.all.length > 2, "and is not content with the first");
});

test("a request that fails says nothing of a socket that goes on", async () => {
  const one = connects();
  await passes(1, welcomes);
  const [socket] = Socket.all;
  // Something comes by the socket while the request is under way.
  one.knock = async () => (socket.says({ type: "ephemeral" }), "offline");
  await passes(30);
  assert.deepEqual([Socket.all.length, one.told.at(-1)], [1, "online"]);
  // Something goes out by it.
  socket.bufferedAmount = 1_000;
  one.knock = async () => (socket.bufferedAmount--, "offline");
  await passes(30);
  assert.deepEqual([Socket.all.length, one.told.at(-1)], [1, "online"]);
  one.knock = async () => "offline";
  await passes(30);
  assert.equal(one.told.at(-1), "offline");
});

test("whatever goes wrong in asking the server, it is asked again", async () => {
  const one = connects({}, async () => { throw new Error("hỏng"); });
  await passes(1);
  one.knock = async () => "ok";
  await passes(30, welcomes);
  assert.equal(one.told.at(-1), "online");
  assert.ok(globalThis.faults.includes("hỏng"));
});

test("who has gone opens no socket any more", async () => {
  let answers;
  const { link } = connects({}, () => new Promise((resolve) => (answers = resolve)));
  link.disconnect();
  answers("ok");
  await passes(1);
  assert.equal(Socket.all.length, 0);
});
