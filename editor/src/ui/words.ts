// Two languages, Vietnamese first; dates as people here write them.
import { signal } from "@preact/signals";
import { timeOf } from "../document/deadline.ts";

export type Language = "vi" | "en";
export const language = signal<Language>(localStorage.getItem("language") === "en" ? "en" : "vi");

export function speak(next: Language): void {
  language.value = next;
  localStorage.setItem("language", next);
  document.documentElement.lang = next;
}

let official = false;

/** What goes onto official paper is Vietnamese, whatever the person reads. */
export function inVietnamese<T>(make: () => T): T {
  official = true;
  try {
    return make();
  } finally {
    official = false;
  }
}

const spoken = (): Language => (official ? "vi" : language.value);

export const tr = (vi: string, en: string): string => (spoken() === "vi" ? vi : en);

/** The one of two fields `name_vi`, `name_en` in the language that is spoken. */
export function named(row: Record<string, any> | undefined, name: string): string {
  return String(row?.[`${name}_${spoken()}`] || row?.[`${name}_vi`] || "");
}

const VI = ["Chủ nhật", "Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy"];
const EN = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];

export function showDay(day: string, weekday = false): string {
  const [y, m, d] = day.slice(0, 10).split("-");
  if (!d) return day;
  const number = new Date(`${day.slice(0, 10)}T00:00:00Z`).getUTCDay();
  const time = day.length > 10 ? `, ${day.slice(11, 16)}` : "";
  const date = spoken() === "vi" ? `${d}/${m}/${y}` : `${Number(d)} ${MONTHS[Number(m) - 1]} ${y}`;
  return (weekday ? `${tr(VI[number]!, EN[number]!)}, ` : "") + date + time;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function showTime(ms: number): string {
  const [day, time] = timeOf(ms);
  return `${time} ${showDay(day)}`;
}

/** Whole days from one day to another. */
export function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000);
}

export function inDays(days: number): string {
  if (days === 0) return tr("hôm nay", "today");
  if (days === 1) return tr("ngày mai", "tomorrow");
  if (days > 1) return tr(`còn ${days} ngày`, `in ${days} days`);
  return tr(`quá ${-days} ngày`, `${-days} days ago`);
}

/** A quotation that begins in the middle of a sentence, as a line of its own; cut between words where it is too long. */
export function sentence(text: string, most = Infinity): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return whole.length <= most ? whole : `${whole.slice(0, whole.lastIndexOf(" ", most))}…`;
}

export function fold(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").replace(/[đĐ]/g, "d").toLowerCase();
}

/** Words of the server that stand in both languages, Vietnamese first: those of the language that is spoken here. */
export function said(both: string): string {
  const at = both.indexOf(" / ");
  return at < 0 ? both : tr(both.slice(0, at), both.slice(at + 3));
}
