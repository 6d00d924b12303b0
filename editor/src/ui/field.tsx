// One field of the weekly report: label, last week's value, input, what is wrong with it.
import type { Automerge as A } from "@automerge/automerge-repo/slim";
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { addRow, removeRow, setCell, setFact, setFigure } from "../document/edit.ts";
import { isFigure, type Column, type Field } from "../document/fields.ts";
import { formatFigure } from "../document/figure.ts";
import { inList, keysOf, placeOf, rowAt, seenRow, type RowAt } from "../document/place.ts";
import { contentOf, rivals, rivalsAt, texts, words, type Raw } from "../document/read.ts";
import type { Paper } from "../local/paper.ts";
import { focusSoon } from "./focus.ts";
import { giveBack } from "./leftovers.tsx";
import { FigureInput, figureError, LongText, ShortText, typing, unread } from "./inputs.tsx";
import { CHOICES } from "./names.ts";
import { tell } from "./speech.tsx";
import { go } from "./parts.tsx";
import { election, here } from "./state.ts";
import { named, showDay, tr } from "./words.ts";

export const inputId = (field: string): string => `f-${field.replace(/\./g, "-")}`;

interface Props {
  field: Field;
  paperKey: string;
  /** The report as it is shown: what was handed in, or the draft. */
  doc: A.Doc<unknown>;
  editable: boolean;
  last: A.Doc<unknown> | undefined;
  faults: string[];
  /** `heads`: what the person saw, if others wrote there meanwhile. */
  write: (message: string, change: (doc: A.Doc<unknown>) => void, heads?: string[]) => void;
}

/** A value in words; undefined if it was not reported. */
export function valueText(field: Field, doc: A.Doc<unknown>): string | undefined {
  const content = contentOf(doc);
  if (isFigure(field)) {
    const value = content.figures?.[field.id];
    return value === undefined ? undefined : formatFigure(Number(value));
  }
  if (field.holds.type === "share") return share(field, content);
  const fact = words(content.facts?.[field.id]);
  if (fact === undefined) return undefined;
  return field.holds.type === "date" ? showDay(fact) : tr(...(CHOICES[fact] ?? [fact, fact]));
}

function share(field: Field, content: Raw): string | undefined {
  if (field.holds.type !== "share") return undefined;
  const group = field.id.slice(0, field.id.lastIndexOf("."));
  const [part, whole] = field.holds.of.map((name) => content.figures?.[`${group}.${name}`] as number | undefined);
  if (part === undefined || !whole) return undefined;
  const hundredths = Math.floor((part * 10_000) / whole);
  return `${Math.floor(hundredths / 100)},${String(hundredths % 100).padStart(2, "0")} %`;
}

export function FieldRow({ field, paperKey, doc, editable, last, faults, write }: Props) {
  const id = inputId(field.id);
  const label = tr(field.vi, field.en);
  const name = `${paperKey}#${field.id}`;
  const kind = field.holds.type;
  const before = last && valueText(field, last);
  // A browser shows a date in its own order of day and month: beside it stands the one that cannot be misread.
  const day = kind === "date" ? words(contentOf(doc).facts?.[field.id]) : undefined;
  const clash = kind !== "text" && kind !== "rows" && rivals(doc, isFigure(field) ? "figures" : "facts", field.id).length > 1;
  const wrong = unread.value[name];
  const said = typing.value === name ? [] : [...(wrong !== undefined ? [figureError(wrong) ?? ""] : []), ...faults.filter(() => wrong === undefined)];
  const error = said.join(" ");
  const hint = `${id}-hint`;
  useEffect(() => {
    if (error && document.activeElement?.id === id) tell(`${label}: ${error}`);
  }, [error]);
  if (kind === "share") {
    return <p class="field read"><span class="label">{label}</span><output>{valueText(field, doc) ?? tr("chưa đủ số liệu", "figures are missing")}</output></p>;
  }
  if (!editable && kind !== "rows" && kind !== "text") {
    return <p class="field read"><span class="label">{label}</span><output>{valueText(field, doc) ?? <span class="hint">{tr("chưa báo cáo", "not reported")}</span>}</output></p>;
  }
  if (kind === "rows") return <Rows field={field} paperKey={paperKey} doc={doc} editable={editable} write={write} />;
  return (
    <div class={`field ${kind === "text" ? "long" : "row"} ${said.length > 0 ? "wrong" : ""}`}>
      {editable ? <label for={id}>{label}</label> : <span class="label">{label}</span>}
      {said.length > 0 && <span class="error" id={`${id}-error`}>{error}</span>}
      {editable ? <Input field={field} id={id} name={name} doc={doc} described={`${said.length > 0 ? `${id}-error ` : ""}${hint}`} invalid={said.length > 0} paperKey={paperKey} write={write} /> : texts(contentOf(doc).texts?.[field.id]).map((one) => <p>{one}</p>)}
      <span class="hint" id={hint}>
        {kind === "date" && day && <>{showDay(day, true)}{before !== undefined && " · "}</>}
        {kind === "vnd" && <>{tr("đồng", "VND")}{before !== undefined && " · "}</>}
        {before !== undefined && tr(`tuần trước: ${before}`, `last week: ${before}`)}
        {clash && <> <Differs /></>}
      </span>
    </div>
  );
}

function Input(props: { field: Field; id: string; name: string; doc: A.Doc<unknown>; described: string; invalid: boolean; paperKey: string; write: Props["write"] }) {
  const { field, id, doc, described, write } = props;
  const paper = here().paper(props.paperKey);
  const fact = words(contentOf(doc).facts?.[field.id]) ?? "";
  const setWord = (value: string, heads?: string[]) => write("fact", (draft) => setFact(draft, field.id, value || undefined), heads);
  switch (field.holds.type) {
    case "count":
    case "vnd":
      return <FigureInput id={id} name={props.name} paper={paper} path={["content", "figures", field.id]} describedBy={described} invalid={props.invalid} write={(value, heads) => write("figure", (draft) => setFigure(draft, field.id, value), heads)} />;
    case "date":
      return <ShortText id={id} type="date" paper={paper} path={["content", "facts", field.id]} describedBy={described} write={setWord} />;
    case "text":
      return <LongText id={id} paper={paper} path={["content", "texts", field.id]} describedBy={described} wrote={() => here().wrote(props.paperKey)} />;
    default: {
      const choices = field.holds.type === "choice" ? field.holds.of : ["true", "false"];
      return (
        <select id={id} value={fact} aria-describedby={described} onChange={(event) => setWord(event.currentTarget.value)}>
          <option value="">{tr("– chưa báo cáo –", "– not reported –")}</option>
          {choices.map((one) => <option value={one}>{tr(...(CHOICES[one] ?? [one, one]))}</option>)}
        </select>
      );
    }
  }
}

function Rows({ field, paperKey, doc: report, editable, write }: Pick<Props, "field" | "paperKey" | "doc" | "editable" | "write">) {
  const columns = field.holds.type === "rows" ? field.holds.of : [];
  const list = (contentOf(report).lists?.[field.id] ?? []) as Raw[];
  const keys = keysOf(useRef(new Map<string, string>()).current, Array.from(list));
  const row = rowOf(here().paper(paperKey), ["content", "lists", field.id], list);
  const id = inputId(field.id);
  const label = tr(field.vi, field.en);
  return (
    <fieldset class="list" id={id} tabIndex={-1}>
      <legend>{label} ({keys.length})</legend>
      {columns.some((one) => one.cell === "long") && editable && <p class="hint">{tr("Không ghi nội dung mật, tên người khiếu nại, tố cáo.", "No secrets, no names of complainants.")}</p>}
      {keys.map((key, at) => (
        <Line key={key} field={field} paperKey={paperKey} list={list} at={at} remove={editable ? () => (write("row removed", (doc) => removeRow(doc, field.id, row(at)())), focusSoon(`${id}-add`)) : undefined}>
          {columns.map((column) => <Cell key={column.name} field={field} column={column} paperKey={paperKey} list={list} at={at} editable={editable} write={write} />)}
        </Line>
      ))}
      {editable && <button type="button" class="quiet" id={`${id}-add`} onClick={() => (write("row", (doc) => addRow(doc, field.id)), focusSoon(`${id}-${keys.length}-${columns[0]?.name}`))}>{tr("Thêm dòng", "Add a row")}</button>}
    </fieldset>
  );
}

interface LineProps extends Pick<Props, "field" | "paperKey"> {
  list: Raw[];
  at: number;
  remove: (() => void) | undefined;
  children: ComponentChildren;
}

/** A row. Who typed in one that another device removes is given back what stood there. */
function Line({ field, paperKey, list, at, remove, children }: LineProps) {
  const label = `${tr(field.vi, field.en)} ${at + 1}`;
  const box = useRef<HTMLDivElement>(null);
  const isTyped = useRef(false);
  const leave = useRef(() => undefined as void);
  leave.current = () => {
    const now = contentOf(here().paper(paperKey).doc).lists?.[field.id] ?? [];
    const text = box.current && isTyped.current && placeOf(now, rowAt(list, at)) === undefined ? written(box.current) : "";
    if (text) giveBack(paperKey, label, text);
  };
  // While what was typed still stands there.
  useLayoutEffect(() => () => leave.current(), []);
  const removeIt = () => {
    isTyped.current = false;
    remove?.();
  };
  return (
    <div class="line" role="group" aria-label={label} ref={box} onInput={() => (isTyped.current = true)}>
      {children}
      {remove && <button type="button" class="quiet" onClick={removeIt}>{tr("Xóa dòng", "Remove row")} {at + 1}</button>}
    </div>
  );
}

/** What stands in the fields of a row, one a line. */
function written(row: HTMLElement): string {
  const all = [...row.querySelectorAll<HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement>("input, textarea, select")];
  const words = (one: (typeof all)[number]) => (one instanceof HTMLSelectElement ? (one.selectedOptions[0]?.text ?? "") : one.type === "date" ? showDay(one.value) : one.value);
  return all.filter((one) => one.value !== "").map((one) => `${one.labels?.[0]?.textContent ?? ""}: ${words(one)}`).join("\n");
}

/** Rows as they are on the screen, to be looked up when something is written: by then the document may have been opened. */
function rowOf(paper: Paper, path: string[], list: Raw[]): (at: number) => () => RowAt {
  const { heads } = paper;
  return (at) => {
    const row = rowAt(list, at);
    return () => seenRow(paper.opened, heads, path, row);
  };
}

function Cell({ field, column, paperKey, list, at, editable, write }: Pick<Props, "field" | "paperKey" | "editable" | "write"> & { column: Column; list: Raw[]; at: number }) {
  const office = here();
  const id = `${inputId(field.id)}-${at}-${column.name}`;
  const bodies = Array.from((election.value.bodies ?? []) as Raw[]);
  const value = words(list[at]?.[column.name]) ?? "";
  if (!editable) return <p class="field read"><span class="label">{tr(column.vi, column.en)}</span><output>{column.cell === "body" ? named(bodies.find((one) => words(one.id) === value), "name") || value : column.cell === "date" && value ? showDay(value) : value}</output></p>;
  const paper = office.paper(paperKey);
  const path = ["content", "lists", field.id];
  const row = rowOf(paper, path, list)(at);
  const place = inList(path, rowAt(list, at), column.name);
  const set = (text: string, heads?: string[]) => write("cell", (doc) => setCell(doc, field.id, row(), column.name, text, false), heads);
  const clash = rivalsAt(list[at], column.name).length > 1;
  return (
    <div class="field">
      <label for={id}>{tr(column.vi, column.en)}</label>
      {column.cell === "body" ? (
        <select id={id} value={value} onChange={(event) => set(event.currentTarget.value)}>
          <option value="">–</option>
          {bodies.map((one) => <option value={words(one.id)}>{named(one, "name")}</option>)}
        </select>
      ) : column.cell === "long" ? (
        <LongText id={id} rows={2} max={10_000} message="cell" describedBy={`${id}-hint`} paper={paper} path={place} wrote={() => office.wrote(paperKey)} />
      ) : (
        <ShortText id={id} type={column.cell === "date" ? "date" : "text"} paper={paper} path={place} describedBy={`${id}-hint`} write={set} />
      )}
      <span class="hint" id={`${id}-hint`}>
        {column.cell === "date" && value && showDay(value, true)}
        {clash && <> <Differs /></>}
      </span>
    </div>
  );
}

/** Leads from a field to the choice. */
export function Differs() {
  return <a href={go("conflicts")}>{tr("hai máy ghi khác nhau – chọn", "two devices differ – choose")}</a>;
}
