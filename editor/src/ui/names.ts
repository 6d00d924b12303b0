// What places in documents and their values are called.
import { find, isFigure } from "../document/fields.ts";
import { formatFigure } from "../document/figure.ts";
import { words, type Raw, type Short, type Values } from "../document/read.ts";
import { bodyName, election, here } from "./state.ts";
import { named, showDay, tr } from "./words.ts";

export const TRIGGERS: Record<string, [string, string]> = {
  matter_arising: ["Nội dung phát sinh", "Matter arising"],
  urgent_and_complex: ["Tình huống phức tạp, cấp bách", "Urgent and complex situation"],
  on_request: ["Theo yêu cầu của cấp có thẩm quyền", "At the request of a competent authority"],
};

/** The parts of an ad-hoc report. */
const PARTS: Record<Short | "text", [string, string]> = {
  trigger: ["Lý do báo cáo", "Trigger"],
  occurred_on: ["Ngày xảy ra", "Day"],
  subject: ["Trích yếu", "Subject"],
  paper_file: ["Số hồ sơ giấy", "Paper file"],
  text: ["Đề nghị", "What is asked"],
};
export const partName = (part: string): string => tr(...(PARTS[part as Short] ?? [part, part]));

export const CHOICES: Record<string, [string, string]> = {
  stable: ["Ổn định", "Stable"],
  watch: ["Cần theo dõi", "To be watched"],
  incident: ["Có vụ việc", "Incident"],
  true: ["Có", "Yes"],
  false: ["Không", "No"],
};

export const TASKS: Record<string, [string, string]> = {
  not_started: ["Chưa làm", "Not started"],
  in_progress: ["Đang làm", "In progress"],
  blocked: ["Đang vướng", "Blocked"],
  done: ["Xong", "Done"],
};

/** What a date beside the law's limits is. */
export const DATES: Record<string, [string, string]> = {
  planned: ["Dự kiến", "Planned"],
  actual: ["Thực tế", "Actual"],
  override: ["Điều chỉnh", "Adjusted"],
  withdrawn: ["Đã bỏ ngày", "Taken back:"],
};

/** What a step of the timetable is called. */
export const stepName = (rule: string): string => named(here().desk.value.timetable.find((step) => step.id === rule), "name") || rule;

/** What a constituency is called. */
export function constituencyName(row: Raw | undefined): string {
  return (words(row?.council) === "national_assembly" ? tr("Quốc hội, đơn vị số", "National Assembly, No.") : tr("Hội đồng nhân dân tỉnh, đơn vị số", "Provincial People's Council, No.")) + ` ${words(row?.number) ?? "–"}`;
}

export const fieldName = (id: string): string => tr(find(id)?.vi ?? id, find(id)?.en ?? id);

export interface Place {
  map: Values;
  field: string;
  column?: string | undefined;
  row?: { at: number } | undefined;
}

function columnOf({ field, column }: Place) {
  const holds = find(field)?.holds;
  return holds?.type === "rows" ? holds.of.find((one) => one.name === column) : undefined;
}

/** What a value is called by where it stands. */
export function placeName(place: Place): string {
  const { map, field, row } = place;
  switch (map) {
    case "short":
      return partName(field);
    case "evidence":
      return `${tr("Minh chứng", "Evidence")} ${field}`;
    case "dates":
      return stepName(field);
    case "units":
      return `${tr("Tên đơn vị, mã", "Name of the unit, code")} ${field}`;
    case "constituencies":
      return `${tr("Số đại biểu", "Deputies")}: ${constituencyName(Array.from((election.value.constituencies ?? []) as Raw[]).find((row) => words(row.id) === field))}`;
    case "cells": {
      const column = columnOf(place);
      const line = row ? `, ${tr("dòng", "row")} ${row.at + 1}` : "";
      return `${fieldName(field)}${line}: ${column ? tr(column.vi, column.en) : (place.column ?? "")}`;
    }
    default:
      return fieldName(field);
  }
}

/** The language of what people write themselves; undefined for words that this program has. */
export function langOf(place: Place): "vi" | undefined {
  const { map, field } = place;
  const cell = map === "cells" ? columnOf(place)?.cell : undefined;
  return map === "evidence" || map === "units" || (map === "short" && (field === "subject" || field === "paper_file")) || cell === "short" || cell === "long" ? "vi" : undefined;
}

const DAY = /^\d{4}-\d\d-\d\d$/;
const day = (value: string): string => (DAY.test(value) ? showDay(value) : value);
const from = (table: Record<string, [string, string]>, value: string): string => (table[value] ? tr(...table[value]) : value);

/** A value in words; "–" if there is none. */
export function valueName(place: Place, value: string | undefined): string {
  if (value === undefined || value === "") return "–";
  const { map, field } = place;
  switch (map) {
    case "figures":
      return formatFigure(Number(value));
    case "status":
      return from(TASKS, value);
    case "facts": {
      const known = find(field);
      return known && !isFigure(known) && known.holds.type === "date" ? day(value) : from(CHOICES, value);
    }
    case "short":
      return field === "trigger" ? from(TRIGGERS, value) : field === "occurred_on" ? day(value) : value;
    case "cells": {
      const cell = columnOf(place)?.cell;
      return cell === "body" ? bodyName(value) : cell === "date" ? day(value) : value;
    }
    case "dates":
      return dateName(value.split("\t"));
    default:
      return value;
  }
}

/** A date beside the law's limits, in words; the document that sets it stands beside it. */
export const dateName = ([kind = "", date = "", time = ""]: string[]): string => `${from(DATES, kind)} ${day(date)}${time && `, ${time}`}`;
