// The other windows of this device. All that work on the documents of an account hold one lock together; who discards a document
// has it alone, so that nobody writes back what is being taken away. Who signs out, or in, closes what others show.
import { signal } from "@preact/signals";
import { reload } from "./leaving.ts";

/** Set while this window waits for another that discards. */
export const isHeld = signal(false);

export class Windows {
  readonly #name: string;
  readonly #channel: BroadcastChannel;
  #letGo: () => void = () => undefined;
  /** While this window discards itself it goes on to the end, and loads itself anew then: two that discard at once both do. */
  #isDiscarding = false;

  /** `discards` is told which document another window takes away. */
  constructor(account: number, discards: (key: string) => Promise<void>) {
    this.#name = `niemyet-${account}-documents`;
    this.#channel = new BroadcastChannel(`${this.#name}-discard`);
    this.#channel.onmessage = ({ data }) => void discards(data as string).finally(() => this.#isDiscarding || reload());
  }

  /** Waits until documents may be opened, and holds them from then on. */
  async enter(): Promise<void> {
    if (!navigator.locks) return;
    isHeld.value = true;
    await new Promise<void>((entered) => {
      void navigator.locks.request(this.#name, { mode: "shared" }, () => {
        isHeld.value = false;
        entered();
        return new Promise<void>((resolve) => (this.#letGo = resolve));
      });
    });
  }

  /** Does it while no other window has the documents: those load themselves anew, and wait. */
  async alone(key: string, act: () => Promise<void>): Promise<void> {
    this.#isDiscarding = true;
    this.#channel.postMessage(key);
    this.#letGo();
    if (!navigator.locks) return act();
    await navigator.locks.request(this.#name, act);
  }
}

const DEVICE = "niemyet-device";
let device: BroadcastChannel | undefined;

/** Somebody signed in or out in another window: `account` is who works on this device from now on. */
export function onOtherPerson(tell: (account: number | undefined) => void): void {
  device ??= new BroadcastChannel(DEVICE);
  device.onmessage = ({ data }) => tell(data as number | undefined);
}

export function sayWhoWorks(account: number | undefined): void {
  (device ??= new BroadcastChannel(DEVICE)).postMessage(account);
}
