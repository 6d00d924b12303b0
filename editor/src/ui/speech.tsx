// What a screen reader is told without being asked: the status once it has come to rest, an error once the person pauses. Never each letter.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** How long nothing may move before it is told. */
const REST = 1_500;
/** How long the same is not told again. */
const REPEAT = 30_000;
const told = signal("");

/** Tells it, politely. A region that holds the same words already is emptied first, or nothing is heard. */
export function tell(text: string): void {
  told.value = "";
  setTimeout(() => (told.value = text), 60);
}

/** The region that is read out, and what it is fed with. */
export function Spoken({ status }: { status: string }) {
  const last = useRef({ text: "", at: -REPEAT });
  useEffect(() => {
    const timer = setTimeout(() => {
      const now = performance.now();
      if (last.current.text === status && now - last.current.at < REPEAT) return;
      last.current = { text: status, at: now };
      tell(status);
    }, REST);
    return () => clearTimeout(timer);
  }, [status]);
  return <p class="unseen" role="status" id="spoken">{told.value}</p>;
}
