// What the communications team holds back, and why: told to those who wrote it and can mend it.
import { sameHeads } from "../document/publish.ts";
import { contentOf, texts, words, type Raw } from "../document/read.ts";
import { go } from "./parts.tsx";
import { bodyName, here } from "./state.ts";
import { showTime, tr } from "./words.ts";

function decisions(): { held: Raw; items: Raw } {
  const office = here();
  const { held = {}, items = {} } = office.keys("publication").length > 0 ? contentOf(office.paper("publication").doc) : {};
  return { held, items };
}

/** Said beside a document of which a version is held back; whether it is that version, or one that was edited since. */
export function HeldBack({ of }: { of: string }) {
  const { held, items } = decisions();
  const hold = held[of] as Raw | undefined;
  if (!hold) return null;
  const at = showTime(Date.parse(words(hold.at) ?? ""));
  const heads = texts(hold.heads);
  // Older programs let the one approved version be held back, which is public all the same.
  const isKept = !sameHeads(texts((items[of] as Raw | undefined)?.heads), heads);
  const isThis = isKept && sameHeads(here().paper(of).heads, heads);
  return (
    <p class="inset held-back">
      <strong>{isThis ? tr("Chưa công khai bản này.", "This version is not public.") : tr(`Đã giữ lại bản lúc ${at}.`, `The version of ${at} was held back.`)}</strong> {tr("Giữ lại", "Held back")}: {bodyName(words(hold.by) ?? "")}, {at}.{" "}
      {tr("Lý do", "Reason")}: <span lang="vi">{words(hold.reason)}</span>
    </p>
  );
}

/** All of it, for the standing agency, which writes what can be public. */
export function AllHeldBack() {
  const keys = Object.keys(decisions().held);
  if (keys.length === 0) return null;
  return (
    <section>
      <h2>{tr("Chưa được công khai", "Held back from the public")} ({keys.length})</h2>
      {keys.map((key) => (
        <div key={key}>
          <h3>{key === "election" ? tr("Cuộc bầu cử: lịch, đơn vị, đơn vị bầu cử", "The election: timetable, units, constituencies") : <a href={go("directive", key.slice("directive/".length))}>{key.slice("directive/".length)}</a>}</h3>
          <HeldBack of={key} />
        </div>
      ))}
    </section>
  );
}
