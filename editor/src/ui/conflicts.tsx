// Values that two devices wrote differently, side by side; a person chooses.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { useId } from "preact/hooks";
import { choose } from "../document/edit.ts";
import { chooseFact, type Told } from "../document/election.ts";
import { kindOf } from "../document/key.ts";
import { contested, WITHDRAWN, type Conflict, type Rival } from "../document/read.ts";
import { letOut } from "./correction.tsx";
import { aboutTask } from "./duties.ts";
import { here } from "./state.ts";
import { focusSoon } from "./focus.ts";
import { addressOf, say, title } from "./parts.tsx";
import { langOf, placeName, valueName } from "./names.ts";
import { showTime, tr } from "./words.ts";

const valueWords = ({ map, field, column }: Conflict, { value }: Rival): string => valueName({ map, field, column }, String(value));

/** Whether this says that a date was taken back: by no document. */
const isBack = ({ map }: Conflict, { value }: Rival): boolean => map === "dates" && String(value).startsWith(WITHDRAWN);

/** Said where choosing this instead of what is shown brings the constituencies to the public before the day that is set for it. */
function letOutBy({ map, field, row, rivals }: Conflict, rival: Rival): string | undefined {
  const told = ({ value, provenance }: Rival): Told => {
    const [kind = "", date = ""] = String(value).split("\t");
    return { rule: field, kind, date, verified: provenance?.verified === true };
  };
  return map === "dates" ? letOut(told(rivals[0]!), told(rival), row?.object) : undefined;
}

/** When an actor wrote last, by its device's clock. */
function lastBy(doc: A.Doc<unknown>, actor: string): string {
  const times = A.getHistory(doc).map((one) => one.change).filter((change) => change.actor === actor);
  const last = times.at(-1);
  return last ? showTime(last.time * 1000) : "";
}

/** Keys of own documents in which something waits for a choice. */
export function clashes(): string[] {
  const office = here();
  return Object.entries(office.ledger.lines.value).filter(([key, line]) => line.clashes > 0 && office.writes(key)).map(([key]) => key);
}

function all(): { key: string; list: Conflict[] }[] {
  return clashes()
    .map((key) => ({ key, list: contested(kindOf(key), here().paper(key).doc) }))
    .filter((one) => one.list.length > 0);
}

function take(key: string, conflict: Conflict, rival: Rival): void {
  here().write(key, "choose", (doc) => (kindOf(key) === "election" ? chooseFact(doc, conflict, rival) : choose(doc, conflict, rival.value)));
  focusSoon(() => document.querySelector<HTMLElement>(".clash button") ?? document.querySelector<HTMLElement>("main h1"));
  say(tr("Đã chọn. Giá trị kia vẫn còn trong lịch sử.", "Chosen. The other value stays in the history."));
}

/** One of the values. `isShown`: it is the one that documents show until a person chooses. */
function Side({ of, conflict, rival, isShown }: { of: string; conflict: Conflict; rival: Rival; isShown: boolean }) {
  const id = useId();
  const lets = letOutBy(conflict, rival);
  const value = valueWords(conflict, rival);
  return (
    <div class="side">
      <p class="big" lang={langOf(conflict)}>{value}</p>
      {rival.provenance && !isBack(conflict, rival) && <p>{tr("Theo", "By")} <span lang="vi">{rival.provenance.source}</span>{!rival.provenance.verified && <>, {tr("chưa đối chiếu", "not checked")}</>}</p>}
      <p class="hint">{!isShown ? tr("cũng được ghi", "also written") : isBack(conflict, rival) ? tr("đang có hiệu lực", "in force now") : tr("đang hiện", "shown now")} · {tr("máy ghi lúc", "written at")} {lastBy(here().paper(of).doc, rival.actor)}</p>
      {lets && <p class="inset" id={id}>{lets}</p>}
      <button type="button" aria-describedby={lets && id} onClick={() => take(of, conflict, rival)}>{tr("Chọn giá trị này", "Choose this value")}<span class="unseen" lang={langOf(conflict)}> {value}</span></button>
    </div>
  );
}

export function Conflicts() {
  const shown = all();
  return (
    <main id="main">
      <h1 tabIndex={-1}>{tr("Hai máy ghi khác nhau", "Two devices differ")}</h1>
      {shown.length === 0 && <p>{tr("Không có gì phải chọn.", "There is nothing to choose.")}</p>}
      {shown.map(({ key, list }) => (
        <section>
          <h2><a href={addressOf(key)}>{title(key)}</a></h2>
          {list.map((conflict) => (
            <fieldset key={`${conflict.map} ${conflict.field} ${conflict.row?.object} ${conflict.column}`} class="clash">
              <legend>{placeName(conflict)}</legend>
              {kindOf(key) === "progress" && <p>{aboutTask(conflict.field)}</p>}
              {conflict.rivals.map((rival, i) => <Side of={key} conflict={conflict} rival={rival} isShown={i === 0} />)}
            </fieldset>
          ))}
        </section>
      ))}
    </main>
  );
}
