// What the communications team holds back, and why: told to those who wrote it and can mend it.
import { contentOf, words, type Raw } from "../document/read.ts";
import { go } from "./parts.tsx";
import { bodyName, here } from "./state.ts";
import { showTime, tr } from "./words.ts";

function holds(): Raw {
  const office = here();
  return office.keys("publication").length > 0 ? ((contentOf(office.paper("publication").doc).held ?? {}) as Raw) : {};
}

/** Said beside a document that is held back. */
export function HeldBack({ of }: { of: string }) {
  const hold = holds()[of] as Raw | undefined;
  if (!hold) return null;
  return (
    <p class="inset held-back">
      <strong>{tr("Chưa công khai bản này.", "This version is not public.")}</strong> {tr("Giữ lại", "Held back")}: {bodyName(words(hold.by) ?? "")}, {showTime(Date.parse(words(hold.at) ?? ""))}.{" "}
      {tr("Lý do", "Reason")}: <span lang="vi">{words(hold.reason)}</span>
    </p>
  );
}

/** All of it, for the standing agency, which writes what can be public. */
export function AllHeldBack() {
  const keys = Object.keys(holds());
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
