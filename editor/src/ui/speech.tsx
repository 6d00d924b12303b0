// What a screen reader is told without being asked: the status once it has come to rest, an error once the person pauses. Never each letter.
import { signal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

/** How long nothing may move before it is told. */
const REST = 1_500;
/** How long the same is not told again. */
const REPEAT = 30_000;
/** `of`: the status that it tells; once that has passed it is not to be found any more. */
const told = signal<{ text: string; of?: string }>({ text: "" });

/** Tells it, politely. A region that holds the same words already is emptied first, or nothing is heard. */
export function tell(text: string, of?: string): void {
  told.value = { text: "" };
  setTimeout(() => (told.value = { text, of }), 60);
}

/** The region that is read out. An empty status is one that has not come to rest. */
export function Spoken({ status }: { status: string }) {
  const last = useRef({ text: "", at: -REPEAT });
  useEffect(() => {
    // What has passed would be heard anew each time that it comes back.
    if (told.value.of !== undefined && told.value.of !== status) told.value = { text: "" };
    if (!status) return;
    const timer = setTimeout(() => {
      const now = performance.now();
      if (last.current.text === status && now - last.current.at < REPEAT) return;
      last.current = { text: status, at: now };
      tell(status, status);
    }, REST);
    return () => clearTimeout(timer);
  }, [status]);
  const { text, of } = told.value;
  return <p class="unseen" role="status" id="spoken">{of === undefined || of === status ? text : ""}</p>;
}
