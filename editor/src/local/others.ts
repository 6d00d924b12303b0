// What others wrote comes in after what was typed here. A change that is written upon what the document holds costs Automerge a
// hundredth of one that is written as if what came meanwhile were not there.
import { Automerge as A, type Message, type NetworkAdapter } from "@automerge/automerge-repo/slim";

/** Calls `act` before a repository that is made later takes changes from any of these. */
export function beforeChanges(ways: NetworkAdapter[], act: () => void): void {
  for (const way of ways) way.on("message", (message) => carriesChanges(message) && attempt(act));
}

/** Whatever fails in it, the message goes on to those who wait for it. */
function attempt(act: () => void): void {
  try {
    act();
  } catch (error) {
    reportError(error);
  }
}

function carriesChanges(message: Message): boolean {
  if (message.type !== "sync" || !(message.data instanceof Uint8Array)) return false;
  try {
    return A.decodeSyncMessage(message.data).changes.length > 0;
  } catch {
    // The repository says what is wrong with it.
    return false;
  }
}
