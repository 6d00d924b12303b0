// What was typed and is no figure: kept, also across a reload, until it is mended. By key and field; the same in all windows of an
// account.
import { signal } from "@preact/signals";

export type Unread = Readonly<Record<string, string>>;

export interface Shelf {
  /** All that is kept, under any name. */
  all: () => Promise<Record<string, string | undefined>>;
  put: (name: string, text: string | undefined) => void;
  /** By which windows tell each other. */
  channel: string;
}

interface Word {
  name: string;
  text: string | undefined;
}

export class Unreads {
  readonly texts = signal<Unread>({});
  #shelf: Shelf | undefined;
  #others: BroadcastChannel | undefined;

  /** Goes on with what stands on a shelf. */
  async open(shelf: Shelf): Promise<void> {
    this.close();
    this.#shelf = shelf;
    this.#others = new BroadcastChannel(shelf.channel);
    // What another window mends would go on covering the value here.
    this.#others.onmessage = ({ data }: MessageEvent<Word>) => this.#set(data.name, data.text);
    const all = await shelf.all();
    const kept = Object.entries(all).filter((one): one is [string, string] => one[1] !== undefined);
    // Somebody may have typed meanwhile.
    this.texts.value = { ...Object.fromEntries(kept), ...this.texts.value };
  }

  close(): void {
    this.#others?.close();
    this.#others = undefined;
  }

  /** `isTold`: the other windows hear of it at once. */
  keep(name: string, text: string | undefined, isTold = true): void {
    if (!this.#set(name, text)) return;
    // Each by itself: another window has others.
    this.#shelf?.put(name, text);
    if (isTold) this.#others?.postMessage({ name, text } satisfies Word);
  }

  /** Whether that is new. */
  #set(name: string, text: string | undefined): boolean {
    const { [name]: before, ...rest } = this.texts.value;
    if (before === text) return false;
    this.texts.value = text === undefined ? rest : { ...rest, [name]: text };
    return true;
  }
}

/** What the fields of this page hold. */
export const unreads = new Unreads();
