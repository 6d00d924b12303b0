// One correction of a fact of the election: a draft in the page until the person writes it, as a whole, in one change. Where the
// election is shown by rule, every change is public at once: nothing is written while one types.
import { computed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useMemo, useState } from "preact/hooks";
import { begun, findFact, isDay, KINDS, lacks, letsOut, outside, putFact, restOf, standing, toldOf, type Correction, type Part, type Told, type Where } from "../document/election.ts";
import { objectOf } from "../document/place.ts";
import { contentOf, type Facts, type Raw } from "../document/read.ts";
import { focusSoon } from "./focus.ts";
import { figureError, keepUnread, unread } from "./inputs.tsx";
import { DATES } from "./names.ts";
import { ErrorSummary, say } from "./parts.tsx";
import { here, today } from "./state.ts";
import { named, showDay, tr } from "./words.ts";

export const KEY = "election";

/** A correction that is being typed, as which it was `begun`. `over`: what the person saw of the fact when the typing began, at these
 * heads. */
interface Draft {
  now: Correction;
  begun: Correction;
  over: string;
  heads: string[];
}

/** Under which name drafts are kept on the device, like everything that is typed and not written yet. */
export const shelfOf = (map: Facts, code: string): string => `${KEY}#${map}/${code}`;

export function useDraft(shelf: string): [Draft | undefined, (next: Draft | undefined) => void] {
  // A letter in one form draws no other row anew.
  const text = useMemo(() => computed(() => unread.value[shelf]), [shelf]).value;
  return [text === undefined ? undefined : (JSON.parse(text) as Draft), (next) => keepUnread(shelf, next && JSON.stringify(next))];
}

/** A form that nobody has typed into yet. */
export function freshDraft(map: Facts, row: Raw | undefined): Draft {
  const now = begun(map, row);
  return { now, begun: now, over: row ? standing(map, row) : "", heads: here().paper(KEY).heads };
}

/** Whether somebody typed into it. */
const isTyped = (draft: Draft): boolean => JSON.stringify(draft.now) !== JSON.stringify(draft.begun);

/** Said of what brings the constituencies to the public before the day that was set for it; nothing of all else. */
export function letOut(now: Told, next: Told | undefined, object: string | undefined): string | undefined {
  const sooner = letsOut(now, next, () => restOf(here().paper(KEY).doc, object), today());
  if (!sooner) return undefined;
  const until = showDay(sooner.until);
  const then = sooner.then && showDay(sooner.then);
  return tr(
    `Như vậy các đơn vị bầu cử không còn được giữ lại đến ${until}, mà có thể được công khai ${then ? `từ ${then}` : "ngay"}.`,
    `The constituencies are then no longer kept back until ${until}, and may become public ${then ? `from ${then} on` : "at once"}.`,
  );
}

/** Whether every version of the election is public as it is written. */
const isByRule = (): boolean => {
  const { rules = {}, held = {} } = contentOf(here().paper("publication").doc);
  return KEY in rules && !(KEY in held);
};

const VALUES: Record<Facts, [string, string]> = {
  units: ["Tên chính thức", "Official name"],
  constituencies: ["Số đại biểu được bầu", "Deputies to be elected"],
  dates: ["Ngày", "Date"],
};

function partWords(map: Facts, part: Part, now: Correction): string {
  if (part === "rule") return tr("Hãy chọn việc.", "Choose the step.");
  if (part === "time") return tr("Hãy ghi giờ và phút, ví dụ 07:00.", "Write hours and minutes, as in 07:00.");
  if (part === "source") return tr("Hãy ghi văn bản làm căn cứ.", "Name the document that says so.");
  if (map === "dates") return tr("Hãy ghi đủ ngày, tháng, năm, từ năm 1946.", "Give day, month and year, from 1946 on.");
  if (map === "units") return tr("Hãy ghi tên chính thức.", "Write the official name.");
  return figureError(now.value) ?? tr("Hãy ghi số đại biểu, từ 1 trở lên.", "Write how many deputies, 1 or more.");
}

interface Props {
  /** The beginning of all ids in it. */
  at: string;
  shelf: string;
  where: Where;
  /** What stands there; undefined of a date that is added. */
  row: Raw | undefined;
  /** What is corrected. */
  name: ComponentChildren;
  /** Where the keyboard goes afterwards. */
  back: string;
}

export function CorrectionForm(props: Props) {
  const { at, shelf, where, row, name, back } = props;
  const { map } = where;
  const isDate = map === "dates";
  const office = here();
  const [draft = freshDraft(map, row), keep] = useDraft(shelf);
  const [tried, setTried] = useState(false);
  const isNew = row === undefined;
  const isOvertaken = !isNew && draft.over !== standing(map, row);
  // Who has typed nothing sees what comes, and corrects that.
  const base = isOvertaken && !isTyped(draft) ? freshDraft(map, row) : draft;
  const { now } = base;
  const type = (part: Partial<Correction>) => keep({ ...base, now: { ...now, ...part } });
  const missing = tried ? lacks(map, now) : [];
  const faults = missing.map((part) => ({ name: part, text: partWords(map, part, now), href: "#/election", jump: () => focusSoon(`${at}-${part}`) }));
  const leave = () => (keep(undefined), focusSoon(back));
  const write = () => {
    // Pressed twice, before the form was off the screen: once is enough.
    if (!(shelf in unread.value)) return;
    if (lacks(map, now).length > 0) {
      setTried(true);
      return focusSoon(`${at}-errors`);
    }
    // Who goes on over what somebody else wrote meanwhile writes beside it: a person chooses.
    const heads = isNew || findFact(office.paper(KEY).doc, where) < 0 || base.over === standing(map, row) ? undefined : base.heads;
    office.writeNow(KEY, isNew ? "date added" : "fact", (doc) => putFact(doc, where, now), heads);
    say(tr("Đã ghi.", "Written."));
    leave();
  };
  const field = (part: Part | "kind", label: string, more: More) => (
    <Field {...more} id={`${at}-${part}`} name={part} label={label} error={missing.includes(part as Part) ? partWords(map, part as Part, now) : undefined} value={now[part] ?? ""} write={(value) => type({ [part]: value })} />
  );
  const lets = row && isDate && isDay(now.value) ? letOut(toldOf(row), { rule: now.rule ?? "", kind: now.kind ?? "", date: now.value, verified: now.verified }, objectOf(row)) : undefined;
  // Election day itself is set up with the election.
  const steps = office.desk.value.timetable.filter((step) => step.id !== "election_day");
  return (
    <form class="correction" id={`${at}-form`} aria-labelledby={`${at}-title`} noValidate onSubmit={(event) => (event.preventDefault(), write())}>
      <h3 id={`${at}-title`}>{name}</h3>
      <ErrorSummary id={`${at}-errors`} faults={faults} loud={true} />
      {isOvertaken && base === draft && <p class="inset" role="status">{tr("Có người đã sửa chỗ này trong lúc bạn soạn; nếu ghi, hai giá trị đứng cạnh nhau để chọn.", "Somebody changed this while you were writing; if you write yours, both stand side by side to choose from.")}</p>}
      {isDate && isNew && field("rule", tr("Việc", "Step"), { options: [["", tr("– chọn việc –", "– choose a step –")], ...steps.map((step): Option => [step.id, named(step, "name")])] })}
      {isDate && field("kind", tr("Loại ngày", "Kind of date"), { options: KINDS.map((kind) => [kind, tr(...DATES[kind]!)]) })}
      {field("value", tr(...VALUES[map]), map === "units" ? { lang: "vi" } : isDate ? { type: "date", hint: <Limits now={now} /> } : { class: "figure", inputMode: "numeric" })}
      {isDate && field("time", tr("Giờ (nếu có)", "Time (if there is one)"), { class: "time", hint: tr("Ví dụ 07:00", "As in 07:00") })}
      {field("source", tr("Căn cứ: số, ký hiệu văn bản", "By which document: number and symbol"), { lang: "vi", hint: tr("Hiện trên trang công khai.", "Shown on the public pages.") })}
      <p class="check">
        <input type="checkbox" id={`${at}-verified`} name="verified" checked={now.verified} aria-describedby={`${at}-verified-hint`} onChange={(event) => type({ verified: event.currentTarget.checked })} />
        <label for={`${at}-verified`}>{tr("Tôi đã đối chiếu với văn bản này", "I have checked it against that document")}</label>
        <span class="hint" id={`${at}-verified-hint`}>{map === "dates" ? tr("Chưa đối chiếu thì trang công khai chưa hiện.", "Not shown on the public pages before it is checked.") : tr("Chưa đối chiếu thì trang công khai ghi “chưa kiểm chứng”.", "Shown on the public pages as “not verified” before it is checked.")}</span>
      </p>
      {isDate && row && <div role="status">{lets && <p class="inset">{lets}</p>}</div>}
      <div class="actions">
        <button class="write" disabled={!office.paper(KEY).opened}>{tr("Ghi", "Write")}</button>
        <button type="button" class="quiet cancel" onClick={leave}>{tr("Thôi", "Cancel")}</button>
        <p class="hint public">{isByRule() ? tr("Lịch và đơn vị đang công khai theo quy tắc: ghi xong là công khai ngay.", "Timetable and units are public by rule: what you write is public at once.") : tr("Công khai sau khi tổ thông tin, tuyên truyền duyệt.", "Public once the communications team approves it.")}</p>
      </div>
    </form>
  );
}

type Option = [value: string, name: string];

/** Of an input, and what one may choose from if it is a list. */
interface More {
  hint?: ComponentChildren;
  options?: Option[];
  lang?: string;
  type?: "date";
  class?: string;
  inputMode?: "numeric";
}

/** Label, what is wrong, the input, a hint. */
function Field({ id, label, error, hint, options, write, ...more }: More & { id: string; name: string; label: string; error: string | undefined; value: string; write: (value: string) => void }) {
  const input = {
    ...more,
    id,
    "aria-invalid": error !== undefined,
    "aria-describedby": [error && `${id}-error`, hint && `${id}-hint`].filter(Boolean).join(" ") || undefined,
    onInput: (event: { currentTarget: { value: string } }) => write(event.currentTarget.value),
  };
  return (
    <div class={`field ${error ? "wrong" : ""}`}>
      <label for={id}>{label}</label>
      {error && <span class="error" id={`${id}-error`}>{error}</span>}
      {options ? <select {...(input as object)}>{options.map(([value, name]) => <option value={value}>{name}</option>)}</select> : <input maxLength={1000} autocomplete="off" {...(input as object)} />}
      {hint && <span class="hint" id={`${id}-hint`}>{hint}</span>}
    </div>
  );
}

/** The day in words, the law's limits, and whether it lies outside them: said, not refused. */
function Limits({ now }: { now: Correction }) {
  const step = here().desk.value.timetable.find((one) => one.id === now.rule);
  const out = step && now.kind !== "override" && outside(now.value, step);
  const [start, end] = [step?.start, step?.end].map((at) => at && showDay(at));
  const limits = [start && tr(`từ ${start}`, `from ${start}`), end && (step!.bound === "before" ? tr(`trước ${end}`, `before ${end}`) : tr(`chậm nhất ${end}`, `at the latest ${end}`))].filter(Boolean).join(", ");
  return (
    <>
      {now.value && <>{showDay(now.value, true)}. </>}
      {limits && <>{tr("Thời hạn của luật:", "The law's limits:")} {limits}. </>}
      <span role="status">
        {out && <strong class="late">{tr("Ngày này nằm ngoài thời hạn của luật; xin xem lại. ", "This day lies outside the law's limits; please look again. ")}</strong>}
        {now.kind === "actual" && now.value > today() && <strong class="late">{tr("Ngày thực tế chưa đến thì trang công khai chưa hiện.", "An actual date is not shown on the public pages before it has come.")}</strong>}
      </span>
    </>
  );
}
