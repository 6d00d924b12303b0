// The second file of the program: automerge-repo, and what is built upon its classes. Nothing of it is needed for a first frame.
export { BroadcastChannelNetworkAdapter } from "@automerge/automerge-repo-network-broadcastchannel";
export { Automerge, decodeHeads, initializeWasm, Repo } from "@automerge/automerge-repo/slim";
export { Link } from "./local/link.ts";
export { sendAtOnce } from "./local/throttle.ts";
