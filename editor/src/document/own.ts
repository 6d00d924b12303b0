// One value that a person types into a field, beside what the document holds there meanwhile. What others write is shown to who has
// typed nothing. Who types goes on with their own: it is written as by one who saw what was on the screen, so both values survive
// side by side, and the document says that they differ.
import type { Automerge as A } from "@automerge/automerge-repo/slim";
import { rivalsAt } from "./read.ts";

/** What a document holds in a field. */
export interface Stands<V> {
  value: V;
  heads: string[];
  /** All values that stand side by side; empty while they agree. */
  others: () => V[];
}

/** What stands at a path of a document, as `read` has it. */
export function stands<V>(doc: A.Doc<unknown>, heads: string[], path: A.Prop[] | undefined, read: (raw: unknown) => V): Stands<V> {
  const parent = path?.slice(0, -1).reduce<any>((at, name) => at?.[name], doc);
  const name = path?.at(-1) ?? "";
  return { value: read(parent?.[name]), heads, others: () => rivalsAt(parent, name).map((one) => read(one.value)) };
}

export class Own<V> {
  /** What the field shows in place of the document's value. */
  text: string | undefined;
  /** Whether it holds what is not written. */
  isDirty = false;
  /** What it wrote last, or what it found. */
  #last: V | undefined;
  /** What it found, until the document holds what it wrote. */
  #over: V | undefined;
  /** What the person has seen. */
  #seen: string[] = [];
  /** Whether others have written into the field since. */
  #isApart = false;
  /** Whether the person is gone. */
  #isLeft = false;

  /** A letter was typed. */
  type(text: string, now: Stands<V>): void {
    this.isDirty = true;
    this.#isLeft = false;
    this.text ??= text;
    this.follow(now);
    this.text = text;
  }

  /** The document may have moved. */
  follow(now: Stands<V>): void {
    if (this.text === undefined) {
      this.#last = this.#over = now.value;
      return this.#sees(now.heads);
    }
    const isWritten = now.value === this.#last;
    if (isWritten) this.#over = this.#last;
    if (this.#isLeft && (isWritten || now.value !== this.#over)) {
      this.#forget();
      return this.follow(now);
    }
    const others = now.others();
    if ((isWritten || now.value === this.#over) && others.every((one) => one === this.#last)) return this.#sees(now.heads);
    // What was typed is not written, or stands beside what others wrote.
    if (this.isDirty || others.includes(this.#last as V)) this.#isApart = true;
    else {
      this.#forget();
      this.follow(now);
    }
  }

  #sees(heads: string[]): void {
    this.#seen = heads;
    this.#isApart = false;
  }

  /** Whether this would change what the field wrote last, or found. */
  differs(value: V): boolean {
    return value !== this.#last;
  }

  /** Writes, unless it is what was written last. `put` is given heads if others wrote into the field meanwhile: those that the person
   * saw. */
  write(value: V, now: () => Stands<V>, put: (heads: string[] | undefined) => void): void {
    this.follow(now());
    this.isDirty = false;
    if (!this.differs(value)) return;
    this.#last = value;
    const before = now().heads;
    put(this.#isApart ? this.#seen : undefined);
    const after = now().heads;
    // Of two branches the own one is gone on with.
    if (this.#isApart) {
      const fresh = after.filter((one) => !before.includes(one));
      if (fresh.length > 0) this.#seen = fresh;
    } else this.#seen = after;
  }

  /** The person goes away: the field shows what the document holds, once that has what was written. */
  leave(): void {
    this.isDirty = false;
    if (this.#last !== this.#over) this.#isLeft = true;
    else this.#forget();
  }

  #forget(): void {
    this.text = undefined;
    this.isDirty = this.#isLeft = false;
  }
}
