/** Dates and times in the reader's language, by Intl: no library, no own month names. */
import { language } from "./language";

/** "14:05" today, "3 Mar" this year, "3 Mar 2024" before. */
export function shortMoment(moment: Date, now: Date = new Date()): string {
  const options: Intl.DateTimeFormatOptions = sameDay(moment, now)
    ? { hour: "numeric", minute: "2-digit" }
    : moment.getFullYear() === now.getFullYear()
      ? { day: "numeric", month: "short" }
      : { day: "numeric", month: "short", year: "numeric" };
  return new Intl.DateTimeFormat(language(), options).format(moment);
}

/** The whole moment, for a title or a tooltip. */
export function fullMoment(moment: Date): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "full", timeStyle: "short" }).format(moment);
}

/** "45 sec", and from a hundred seconds on "2 min": nobody counts those one by one. */
export function shortSpan(seconds: number): string {
  const long = seconds >= 100;
  return new Intl.NumberFormat(language(), { style: "unit", unit: long ? "minute" : "second", unitDisplay: "short" }).format(long ? Math.ceil(seconds / 60) : seconds);
}

function sameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}
