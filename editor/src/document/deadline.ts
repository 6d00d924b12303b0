// Deadlines and days, in the committee's own time (UTC+7, no summer time), whatever the clock and the place of the device.
const ZONE = 7 * 3_600_000;
const DAY = 86_400_000;

/** Day and time in Vietnam, `YYYY-MM-DD` and `HH:MM`. */
export function timeOf(ms: number): [day: string, time: string] {
  const iso = new Date(ms + ZONE).toISOString();
  return [iso.slice(0, 10), iso.slice(11, 16)];
}

export const dayOf = (ms: number): string => timeOf(ms)[0];

/** The instant of a local day and time in Vietnam. */
export function instant(day: string, time: string): number {
  return Date.parse(`${day}T${time}:00+07:00`);
}

/** The end of a round: what comes then or later is late. Without an hour the whole day is there. */
export function deadline(due: string, before: string | undefined): number {
  return /^\d\d:\d\d$/.test(before ?? "") ? instant(due, before!) : instant(due, "00:00") + DAY;
}

/** Whether the deadline has passed: a report is due strictly before it (src/timetable/recurrence.rs). */
export function isOver(now: number, due: string, before: string | undefined): boolean {
  return now >= deadline(due, before);
}

/** Whether what the server received came after the deadline. Where today is set for a demonstration, the server's clock is another:
 * it judges nobody. */
export function isLate(received: number, due: string, before: string | undefined, asOf: string | null): boolean {
  return !asOf && isOver(received, due, before);
}

/** The days of a weekly round. */
export function weeks(first: string, last: string): string[] {
  const dues: string[] = [];
  if (!/^\d{4}-\d\d-\d\d$/.test(first)) return dues;
  for (let at = Date.parse(first); at <= Date.parse(last); at += 7 * DAY) dues.push(new Date(at).toISOString().slice(0, 10));
  return dues;
}
