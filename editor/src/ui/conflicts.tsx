// Values that two devices wrote differently, side by side; a person chooses.
import { Automerge as A } from "@automerge/automerge-repo/slim";
import { setFact, setFigure, setTask } from "../document/edit.ts";
import { find } from "../document/fields.ts";
import { formatFigure } from "../document/figure.ts";
import { conflicts, type Conflict, type Rival } from "../document/read.ts";
import type { TaskStatus } from "../document/status.ts";
import { here } from "./state.ts";
import { focusSoon } from "./focus.ts";
import { addressOf, say, taskWord, title } from "./parts.tsx";
import { CHOICES } from "./field.tsx";
import { showDay, showTime, tr } from "./words.ts";

function valueWords(conflict: Conflict, rival: Rival): string {
  if (typeof rival.value === "number") return formatFigure(rival.value);
  if (conflict.map === "status") return taskWord(rival.value as TaskStatus);
  if (/^\d{4}-/.test(rival.value)) return showDay(rival.value);
  return tr(...(CHOICES[rival.value] ?? [rival.value, rival.value]));
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

function contested(): { key: string; all: Conflict[] }[] {
  const office = here();
  return clashes()
    .map((key) => ({ key, all: conflicts(office.paper(key).doc, key.startsWith("report") ? ["figures", "facts"] : ["status"]) }))
    .filter((one) => one.all.length > 0);
}

export function Conflicts() {
  const all = contested();
  const choose = (key: string, conflict: Conflict, rival: Rival) => {
    here().write(key, "choose", (doc) => {
      if (conflict.map === "figures") setFigure(doc, conflict.field, Number(rival.value));
      else if (conflict.map === "facts") setFact(doc, conflict.field, String(rival.value));
      else setTask(doc, conflict.field, String(rival.value));
    });
    focusSoon(() => document.querySelector<HTMLElement>(".clash button") ?? document.querySelector<HTMLElement>("main h1"));
    say(tr("Đã chọn. Giá trị kia vẫn còn trong lịch sử.", "Chosen. The other value stays in the history."));
  };
  return (
    <main id="main">
      <h1 tabIndex={-1}>{tr("Hai máy ghi khác nhau", "Two devices differ")}</h1>
      {all.length === 0 && <p>{tr("Không có gì phải chọn.", "There is nothing to choose.")}</p>}
      {all.map(({ key, all: list }) => (
        <section>
          <h2><a href={addressOf(key)}>{title(key)}</a></h2>
          {list.map((conflict) => {
            const field = find(conflict.field);
            return (
              <fieldset class="clash">
                <legend>{field ? tr(field.vi, field.en) : conflict.field}</legend>
                {conflict.rivals.map((rival, i) => (
                  <div class="side">
                    <p class="big">{valueWords(conflict, rival)}</p>
                    <p class="hint">{i === 0 ? tr("đang hiện", "shown now") : tr("cũng được ghi", "also written")} · {tr("máy ghi lúc", "written at")} {lastBy(here().paper(key).doc, rival.actor)}</p>
                    <button type="button" onClick={() => choose(key, conflict, rival)}>{tr("Chọn giá trị này", "Choose this value")}<span class="unseen"> {valueWords(conflict, rival)}</span></button>
                  </div>
                ))}
              </fieldset>
            );
          })}
        </section>
      ))}
    </main>
  );
}
