// The election's timetable dates, constituencies and units: everybody reads them, the standing agency corrects them.
import { computed, useComputed } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { removeDate, rowsOf, toldOf, type Row, type Where } from "../document/election.ts";
import { keysOf, objectOf } from "../document/place.ts";
import { FACTS, provenanceOf, rivalsAt, words, type Facts, type Raw } from "../document/read.ts";
import { CorrectionForm, freshDraft, KEY, letOut, shelfOf, useDraft } from "./correction.tsx";
import { Differs } from "./field.tsx";
import { focusSoon } from "./focus.ts";
import { unread } from "./inputs.tsx";
import { constituencyName, DATES, dateName, stepName } from "./names.ts";
import { Newer } from "./newer.tsx";
import { Ask, go, say, Tag, title } from "./parts.tsx";
import { Refused } from "./refused.tsx";
import { election, here } from "./state.ts";
import { fold, showDay, tr } from "./words.ts";

/** Whether this person corrects. Rows ask for it, and are not drawn anew for all else that the desk or the index tells. */
const isOwn = computed(() => here().writes(KEY));
/** The index's line of the election, if two devices wrote something differently that is this person's to choose. Only then each row
 * looks whether it is the one: to do so at every render would hold back what was just written. */
const contested = computed(() => {
  const line = isOwn.value ? here().ledger.lines.value[KEY] : undefined;
  return line && line.clashes > 0 ? line : undefined;
});

export function Election() {
  return (
    <main id="main">
      <h1>{title(KEY)}</h1>
      <Newer of={KEY} />
      <Refused of={KEY} />
      {contested.value && <p class="inset"><a href={go("conflicts")}>{tr("Có chỗ hai máy ghi khác nhau; xin chọn.", "Two devices wrote something differently; please choose.")}</a></p>}
      <Dates />
      <Constituencies />
      <Units />
      <p class="actions"><a class="button quiet" href={go("history", KEY)}>{tr("Lịch sử", "History")}</a></p>
    </main>
  );
}

/** What a fact was read in, and whether it was checked there. */
function Source({ row }: { row: Raw }) {
  const { source, verified } = provenanceOf(row);
  return (
    <>
      {source !== words(row.citation) && <><br /><span class="hint">{tr("Nguồn", "Source")}: <span lang="vi">{source || "–"}</span></span></>}
      {!verified && <><br /><Tag kind="blocked">{tr("Chưa kiểm chứng", "Not verified")}</Tag></>}
    </>
  );
}

/** All of it stays the same while the row and what it names do: what was just corrected is drawn anew, and no other row. */
interface FactProps {
  /** The beginning of all ids in it. */
  at: string;
  code: string;
  of: Row;
  /** What it is called. */
  name: string;
  /** What it says. `named`: the units or the step that it names. */
  says: (row: Raw, name: string, named: string) => ComponentChildren;
  named?: string;
  /** Whether its place in the document is known. */
  isFirm?: boolean;
}

/** How a test or a person's program finds a fact. */
function dataOf({ row, where: { map } }: Row, code: string): Record<string, string> {
  if (map === "dates") return { "data-step": words(row.rule) ?? "", "data-kind": words(row.kind) ?? "" };
  return map === "units" ? { "data-unit": code } : { "data-constituency": code };
}

/** A fact, and the form in which it is corrected. */
function Fact({ at, code, of, name, says, named = "", isFirm = true }: FactProps) {
  const { row, where } = of;
  const [asking, setAsking] = useState(false);
  const shelf = shelfOf(where.map, code);
  const [draft, keep] = useDraft(shelf);
  const own = isOwn.value;
  const isDate = where.map === "dates";
  // Names of units are not translated.
  const heard = <span lang={where.map === "units" ? "vi" : undefined}>{name}</span>;
  const differs = contested.value !== undefined && FACTS[where.map].cells.some((cell) => rivalsAt(row, cell).length > 1);
  return (
    <li {...dataOf(of, code)}>
      <p>{says(row, name, named)} {differs && <Differs />}<Source row={row} /></p>
      {own && !draft && !asking && (
        <span class="acts">
          <button type="button" class="quiet correct" id={`${at}-correct`} disabled={!isFirm} onClick={() => (keep(freshDraft(where.map, row)), focusSoon(`${at}-value`))}>{tr("Sửa", "Correct")}<span class="unseen"> {heard}</span></button>
          {isDate && <button type="button" class="quiet remove" id={`${at}-remove`} disabled={!isFirm} onClick={() => setAsking(true)}>{tr("Bỏ…", "Take back…")}<span class="unseen"> {heard}</span></button>}
        </span>
      )}
      {own && draft && <CorrectionForm at={at} shelf={shelf} where={where} row={row} name={<>{tr("Sửa:", "Correct:")} {heard}</>} back={`${at}-correct`} />}
      {asking && isDate && (
        <Ask
          text={asked(row)}
          yes={tr("Bỏ ngày này", "Take this date back")}
          no={tr("Thôi", "Cancel")}
          confirm={{ class: "confirm" }}
          act={() => remove(where)}
          leave={() => (setAsking(false), focusSoon(`${at}-remove`))}
        />
      )}
    </li>
  );
}

/** What one is asked before a date is taken back. */
function asked(row: Raw): string {
  const lets = letOut(toldOf(row), undefined, objectOf(row));
  if (lets) return `${tr("Ngày này sẽ mất khỏi đây; thời hạn của luật vẫn còn.", "This date goes from here; the law's limit stays.")} ${lets}`;
  return tr("Ngày này sẽ mất khỏi đây và khỏi trang công khai; thời hạn của luật vẫn còn.", "This date goes from here and from the public pages; the law's limit stays.");
}

function remove(where: Where): void {
  if (where.map !== "dates" || !where.row) return;
  const { row } = where;
  here().writeNow(KEY, "date removed", (doc) => removeDate(doc, row));
  say(tr("Đã bỏ ngày.", "The date is taken back."));
  focusSoon("add-date");
}

const idOf = (map: Facts, code: string): string => `${map}-${code.replace(/\W/g, "-")}`;

/** A date as its row tells it. */
function dateParts(row: Raw): { rule: string; kind: string; day: string } {
  const [rule, kind] = [words(row.rule) ?? "", words(row.kind) ?? ""];
  return { rule, kind, day: dateName([kind, words(row.date) ?? "", words(row.time) ?? ""]) };
}

function sayDate(row: Raw, _: string, step: string) {
  const { kind } = dateParts(row);
  return (
    <>
      <strong>{showDay(words(row.date) ?? "", true)}{row.time ? `, ${words(row.time)}` : ""}</strong> <Tag kind={kind === "actual" ? "done" : "draft"}>{DATES[kind] ? tr(...DATES[kind]) : kind}</Tag><br />
      {step}<br />
      <span class="hint">{tr("Căn cứ", "By")}: <span lang="vi">{words(row.citation)}</span></span>
    </>
  );
}

function Dates() {
  const paper = here().paper(KEY);
  const own = isOwn.value;
  const all = rowsOf(paper.doc, "dates");
  const keys = keysOf(useRef(new Map<string, string>()).current, all.map((one) => one.row));
  const sorted = all.map((of, i) => ({ of, key: keys[i]! })).sort((a, b) => (words(a.of.row.date) ?? "").localeCompare(words(b.of.row.date) ?? ""));
  const codeOf = ({ where }: Row): string => (where.map === "dates" ? (where.row?.object ?? `at ${where.row?.at}`) : "");
  const codes = all.map(codeOf);
  // What was typed over a date that somebody took back meanwhile is not lost: it can be added.
  const shelves = useComputed(() => Object.keys(unread.value).filter((name) => name.startsWith(shelfOf("dates", ""))).join("\n")).value;
  const orphans = paper.opened ? shelves.split("\n").filter((name) => name !== "" && name !== NEW && !codes.some((code) => name === shelfOf("dates", code))) : [];
  const [adding, add] = useDraft(NEW);
  return (
    <section>
      <h2>{tr("Ngày của các việc", "Dates of steps")} ({all.length})</h2>
      <p class="hint">{tr("Bên cạnh thời hạn của luật; không thay thời hạn đó. Ngày bầu cử:", "Beside the law's limits, which stay as they are. Election day:")} {showDay(words(election.value.election_day) ?? "", true)}.</p>
      <ul class="rows corrected">
        {sorted.map(({ of, key }) => {
          const { rule, day } = dateParts(of.row);
          const step = stepName(rule);
          return <Fact key={key} at={idOf("dates", key)} code={codeOf(of)} of={of} name={`${step}: ${day}`} says={sayDate} named={step} isFirm={paper.opened !== undefined} />;
        })}
        {own && orphans.map((shelf) => (
          <li key={shelf}>
            <p class="inset">{tr("Ngày này đã bị bỏ trong lúc bạn soạn; nếu ghi, nó được thêm lại.", "This date was taken back while you were writing; if you write yours, it is added again.")}</p>
            <CorrectionForm at={idOf("dates", shelf)} shelf={shelf} where={{ map: "dates", row: undefined }} row={undefined} name={tr("Thêm ngày", "Add a date")} back="add-date" />
          </li>
        ))}
      </ul>
      {own && adding && <CorrectionForm at="dates-new" shelf={NEW} where={ADDED} row={undefined} name={tr("Thêm ngày", "Add a date")} back="add-date" />}
      {own && !adding && <p><button type="button" class="quiet" id="add-date" onClick={() => (add(freshDraft("dates", undefined)), focusSoon("dates-new-rule"))}>{tr("Thêm ngày", "Add a date")}</button></p>}
    </section>
  );
}

const NEW = shelfOf("dates", "new");
const ADDED: Where = { map: "dates", row: undefined };

function sayConstituency(row: Raw, name: string, units: string) {
  return (
    <>
      <strong>{name}</strong>: <span class="seats">{words(row.seats)}</span> {tr("đại biểu", "deputies")}<br />
      <span lang="vi">{units}</span>
    </>
  );
}

function Constituencies() {
  const doc = here().paper(KEY).doc;
  const all = rowsOf(doc, "constituencies");
  const units = new Map(rowsOf(doc, "units").map(({ row }) => [words(row.code), words(row.name_vi) ?? ""]));
  return (
    <section>
      <h2>{tr("Đơn vị bầu cử", "Constituencies")} ({all.length})</h2>
      <ul class="rows corrected">
        {all.map((of) => {
          const id = words(of.row.id) ?? "";
          const named = Array.from((of.row.units ?? []) as unknown[], (code) => units.get(String(code)) ?? String(code)).join(", ");
          return <Fact key={id} at={idOf("constituencies", id)} code={id} of={of} name={constituencyName(of.row)} says={sayConstituency} named={named} />;
        })}
      </ul>
    </section>
  );
}

function sayUnit(row: Raw, name: string, parent: string) {
  return (
    <>
      <strong lang="vi" class="name">{name}</strong> <span class="hint">{words(row.code)}{parent && <> · <span lang="vi">{parent}</span></>}</span>
    </>
  );
}

/** How many units stand there before somebody looks for one: the province and its districts come first. */
const FIRST = 20;

function Units() {
  const [search, setSearch] = useState("");
  const [isAll, setAll] = useState(false);
  const all = rowsOf(here().paper(KEY).doc, "units").map((of) => ({ of, code: words(of.row.code) ?? "", name: words(of.row.name_vi) ?? "" }));
  const names = new Map(all.map(({ code, name }) => [code, name]));
  const drafts = useComputed(() => Object.keys(unread.value).filter((name) => name.startsWith(shelfOf("units", ""))).join("\n")).value.split("\n");
  const wanted = fold(search.trim());
  const found = all.filter(({ code, name }) => !wanted || fold(`${name} ${code}`).includes(wanted));
  const limited = isAll || wanted !== "" ? found : found.slice(0, FIRST);
  // Who is correcting one goes on seeing it.
  const shown = all.filter((one) => limited.includes(one) || drafts.includes(shelfOf("units", one.code)));
  const more = found.length - limited.length;
  return (
    <section>
      <h2>{tr("Đơn vị hành chính", "Administrative units")} ({all.length})</h2>
      <p class="field">
        <label for="find-unit">{tr("Tìm tên hoặc mã (gõ không dấu cũng được)", "Search by name or code (marks are not needed)")}</label>
        <input id="find-unit" type="search" autocomplete="off" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
      </p>
      <p role="status" class="hint">{more > 0 ? tr(`Hiện ${limited.length} trong ${found.length} đơn vị`, `${limited.length} of ${found.length} units are shown`) : tr(`${found.length} đơn vị`, `${found.length} unit(s)`)}</p>
      <ul class="rows corrected">
        {shown.map(({ of, code, name }) => (
          <Fact key={code} at={idOf("units", code)} code={code} of={of} name={name} says={sayUnit} named={names.get(words(of.row.parent) ?? "") ?? ""} />
        ))}
      </ul>
      {more > 0 && <p><button type="button" class="quiet" id="all-units" onClick={() => setAll(true)}>{tr(`Hiện cả ${found.length} đơn vị`, `Show all ${found.length} units`)}</button></p>}
    </section>
  );
}
