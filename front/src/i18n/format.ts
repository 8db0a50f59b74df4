/** Dates and times in the reader's language, by Intl: no library, no own month names. */
import { language } from "./language";

/** The whole moment, for a title or a tooltip. */
export function fullMoment(moment: Date): string {
  return new Intl.DateTimeFormat(language(), { dateStyle: "full", timeStyle: "short" }).format(moment);
}

/** "45 sec", and from a hundred seconds on "2 min": nobody counts those one by one. */
export function shortSpan(seconds: number): string {
  const long = seconds >= 100;
  return new Intl.NumberFormat(language(), { style: "unit", unit: long ? "minute" : "second", unitDisplay: "short" }).format(long ? Math.ceil(seconds / 60) : seconds);
}
