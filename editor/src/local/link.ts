// The connection to the server: automerge-repo's protocol over a WebSocket, opened only when an HTTP request has said that the
// login holds (a socket hides why it was refused), and closed when the server no longer answers.
import { cbor, NetworkAdapter, type Message, type PeerId, type PeerMetadata } from "@automerge/automerge-repo/slim";
import type { Signs, Socket } from "./signs.ts";

/** `busy`: the server answers, and takes nothing at this moment. */
export type Knock = "ok" | "login" | "busy" | "offline";
export type LinkState = "offline" | "busy" | "connecting" | "online" | "login";
const LONGEST_WAIT = 15_000;
const PULSE = 10_000;
/** How long who presses "send now" gives a server to answer what was sent before (ms). */
const PRESSED = 3_000;
/** How long a connection must have lasted (ms) for the next to be tried at once when it ends. */
const LASTING = 5_000;

export class Link extends NetworkAdapter {
  #socket: WebSocket | undefined;
  #server: PeerId | undefined;
  #storage: string | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #failures = 0;
  /** When the server greeted this device. */
  #since = 0;
  #knocking = false;
  #ended = false;

  constructor(
    private readonly knock: () => Promise<Knock>,
    private readonly tell: (state: LinkState) => void,
    private readonly signs: Signs,
  ) {
    super();
    setInterval(() => void this.#pulse(), PULSE);
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.#socket?.close());
    document.addEventListener("visibilitychange", () => !document.hidden && this.now());
  }

  /** The storage id of the server, once it was heard. */
  get storage(): string | undefined {
    return this.#storage;
  }

  isReady(): boolean {
    return true;
  }

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

  connect(peerId: PeerId, peerMetadata?: PeerMetadata): void {
    this.peerId = peerId;
    this.peerMetadata = peerMetadata ?? {};
    void this.#attempt();
  }

  disconnect(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  /** Tries at once instead of after the wait. */
  now(): void {
    this.#failures = 0;
    if (!this.#socket) void this.#attempt();
    else void this.#pulse(PRESSED);
  }

  send(message: Message): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    this.#socket.send(cbor.encode(message).slice().buffer);
    this.signs.sent();
  }

  async #attempt(): Promise<void> {
    if (this.#knocking || this.#socket || this.#ended) return;
    clearTimeout(this.#timer);
    this.#knocking = true;
    this.tell("connecting");
    const answer = await this.#ask();
    this.#knocking = false;
    if (this.#ended) return;
    if (answer !== "ok") {
      this.tell(answer);
      this.#later();
      return;
    }
    const url = new URL("/sync", location.href);
    url.protocol = url.protocol.replace("http", "ws");
    const socket = new WebSocket(url);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.signs.sent();
    socket.onopen = () =>
      this.#raw({ type: "join", senderId: this.peerId, peerMetadata: this.peerMetadata, supportedProtocolVersions: ["1"] });
    socket.onmessage = (event) => this.#receive(new Uint8Array(event.data as ArrayBuffer));
    socket.onclose = () => this.#closed(socket);
  }

  #raw(message: unknown): void {
    this.#socket?.send(cbor.encode(message as Message).slice().buffer);
  }

  #receive(bytes: Uint8Array): void {
    this.signs.heard();
    const message = cbor.decode(bytes) as Message & { peerMetadata?: PeerMetadata };
    if ((message.type as string) === "peer") {
      this.#server = message.senderId;
      this.#storage = message.peerMetadata?.storageId;
      this.#since = Date.now();
      this.emit("peer-candidate", { peerId: message.senderId, peerMetadata: message.peerMetadata ?? {} });
      this.tell("online");
    } else if ((message.type as string) !== "error") this.emit("message", message);
  }

  #closed(socket: WebSocket): void {
    if (this.#socket !== socket) return;
    this.#socket = undefined;
    this.signs.closed();
    // A server that hangs up as soon as it has greeted is not tried twice a second for ever.
    if (this.#server && Date.now() - this.#since > LASTING) this.#failures = 0;
    if (this.#server) this.emit("peer-disconnected", { peerId: this.#server });
    // It had just said that the login holds.
    const state = this.#server ? "offline" : "busy";
    this.#server = undefined;
    this.tell(state);
    this.#later();
  }

  #later(): void {
    clearTimeout(this.#timer);
    const wait = Math.min(LONGEST_WAIT, 500 * 2 ** this.#failures++);
    this.#timer = setTimeout(() => void this.#attempt(), wait);
  }

  /** Whatever goes wrong in asking, it is tried again. */
  #ask(): Promise<Knock> {
    return this.knock().catch((error: unknown) => (reportError(error), "offline"));
  }

  #look(socket: WebSocket): Socket {
    return { isGreeted: this.#server !== undefined, unsent: socket.bufferedAmount };
  }

  /** A network that drops silently leaves a socket that looks open, also where a new request finds its way. */
  async #pulse(patience?: number): Promise<void> {
    const socket = this.#socket;
    if (!socket) return;
    const then = { at: Date.now(), ...this.#look(socket) };
    const answer = await this.#ask();
    if (this.#socket !== socket) return;
    const now = this.#look(socket);
    if ((answer === "offline" || answer === "busy") && this.signs.isAlive(then, now)) return;
    if (answer === "ok") {
      if (!this.signs.isMute(now, patience)) return;
      this.signs.madeAnew(now);
    }
    socket.onclose = null;
    socket.close();
    this.#closed(socket);
  }
}
