// The fields of a weekly report: the table of the Rust side (src/document/report/fields.rs), written out by its test.
import table from "./fields.json" with { type: "json" };

export interface Column {
  name: string;
  cell: "short" | "long" | "date" | "body";
  vi: string;
  en: string;
}

export type Holds =
  | { type: "count" | "vnd" | "date" | "flag" | "text" }
  | { type: "choice"; of: string[] }
  | { type: "rows"; of: Column[] }
  | { type: "share"; of: [string, string] };

export interface Field {
  id: string;
  section: number;
  holds: Holds;
  vi: string;
  en: string;
}

export const FIELDS = table as unknown as Field[];

const BY_ID = new Map(FIELDS.map((field) => [field.id, field]));

export function find(id: string): Field | undefined {
  return BY_ID.get(id);
}

export function isFigure(field: Field): boolean {
  return field.holds.type === "count" || field.holds.type === "vnd";
}
