// A peer of automerge-repo that does what it is told: `node peer.mjs URL TOKEN NAME`, one JSON command a line on standard
// input, one JSON answer a line on standard output. A command that waits for something answers when it is so, or with an
// error after a minute.
import { createInterface } from "node:readline";
import { splice } from "@automerge/automerge";
import { Repo } from "@automerge/automerge-repo";
import { WebSocketClientAdapter } from "@automerge/automerge-repo-network-websocket";
import WebSocket from "ws";

const LIMIT = 60_000;
const [url, token, name] = process.argv.slice(2);

// The library's adapter opens its socket without headers, and Node has no cookie: only the opening differs here.
class AuthorisedAdapter extends WebSocketClientAdapter {
  connect(peerId, peerMetadata) {
    this.peerId = peerId;
    this.peerMetadata = peerMetadata ?? {};
    this.socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } });
    this.socket.binaryType = "arraybuffer";
    this.socket.addEventListener("open", this.onOpen);
    this.socket.addEventListener("close", this.onClose);
    this.socket.addEventListener("message", this.onMessage);
    this.socket.addEventListener("error", this.onError);
  }
}

const adapter = new AuthorisedAdapter(url, 200);
const repo = new Repo({ network: [adapter], peerId: name, sharePolicy: async () => true });
const handles = new Map();
const heard = new Map();
const readOnly = new Set();
repo.synchronizer.on("sync-state", ({ documentId, syncState }) => {
  if (syncState.peerReadOnly) readOnly.add(documentId);
  else readOnly.delete(documentId);
});

function keep(handle) {
  const id = handle.documentId;
  if (!handles.has(id)) {
    handles.set(id, handle);
    heard.set(id, []);
    handle.on("ephemeral-message", ({ message }) => heard.get(id).push(message));
  }
  return { id, heads: handle.heads() };
}

async function until(what, isSo) {
  const end = Date.now() + LIMIT;
  for (;;) {
    if (await isSo()) return;
    if (Date.now() > end) throw new Error(`${name} waited in vain until ${what}`);
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

const sorted = value =>
  Array.isArray(value) ? value.map(sorted)
    : value !== null && typeof value === "object"
      ? Object.fromEntries(Object.keys(value).sort().map(key => [key, sorted(value[key])]))
      : value;
const text = value => JSON.stringify(sorted(value));
const includes = (doc, part) => Object.entries(part).every(([key, value]) => text(doc[key]) === text(value));
const server = () => Object.entries(repo.peerMetadataByPeerId)[0]?.[1];

const commands = {
  create: ({ value }) => keep(repo.create(value)),
  import: ({ id, bytes }) => keep(repo.import(Buffer.from(bytes, "base64"), { docId: id })),
  async find({ id }) {
    try {
      return { ...keep(await repo.find(id)), found: true };
    } catch (error) {
      if (!/unavailable/.test(String(error))) throw error;
      return { found: false };
    }
  },
  put: ({ id, key, value }) => handles.get(id).change(doc => { doc[key] = value; }),
  push: ({ id, key, value }) => handles.get(id).change(doc => { doc[key].push(value); }),
  type: ({ id, key, at, value }) => handles.get(id).change(doc => splice(doc, [key], at, 0, value)),
  many({ id, key, count }) {
    for (let n = 1; n <= count; n++) handles.get(id).change(doc => { doc[key] = n; });
  },
  doc: ({ id }) => ({ doc: handles.get(id).doc(), heads: handles.get(id).heads() }),
  until: ({ id, has }) => until(`${id} has ${text(has)}`, () => includes(handles.get(id).doc(), has)),
  acknowledged({ id }) {
    const handle = handles.get(id);
    return until(`${id} is acknowledged`, () => {
      const storage = server()?.storageId;
      const info = storage && handle.getSyncInfo(storage);
      return info && text([...info.lastHeads].sort()) === text([...handle.heads()].sort());
    });
  },
  readonly: ({ id }) => until(`${id} is read-only`, () => readOnly.has(id)),
  say: ({ id, message }) => handles.get(id).broadcast(message),
  heard: ({ id, message }) => until(`it has heard ${text(message)}`, () => heard.get(id).some(one => text(one) === text(message))),
  offline: () => adapter.disconnect(),
  online: () => adapter.connect(name, adapter.peerMetadata),
  connected: () => until("it is connected", () => adapter.socket?.readyState === WebSocket.OPEN && repo.peers.length > 0),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = { ok: true, ...(await commands[command.do](command)) };
  } catch (error) {
    answer = { ok: false, error: String(error?.stack ?? error) };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
process.exit(0);
