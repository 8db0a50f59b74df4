/** Pure: the thread list by when it was last used, and where a search matched. */
import type { PlainKey } from "../i18n/t";
import type { Thread } from "../api/types";

export type Group = { title: PlainKey; threads: Thread[] };

const DAY = 86_400_000; // ms
const WEEK_DAYS = 7;

/** Threads under Today, Yesterday, Previous 7 days, Older by the reader's own calendar; the order is kept, empty groups are left out. */
export function grouped(threads: readonly Thread[], now: Date): Group[] {
  const midnight = new Date(now.getFullYear(), now.getMonth(), now.getDate());
  const since = (days: number) => new Date(midnight.getFullYear(), midnight.getMonth(), midnight.getDate() - days);
  const [yesterday, week] = [since(1), since(WEEK_DAYS)];
  const titleOf = (thread: Thread): PlainKey => {
    const used = new Date(thread.updated_at);
    if (used >= midnight) return "threads.today";
    if (used >= yesterday) return "threads.yesterday";
    return used >= week ? "threads.week" : "threads.older";
  };
  const groups: Group[] = [];
  for (const thread of threads) {
    const title = titleOf(thread);
    const group = groups.find((one) => one.title === title);
    if (group) group.threads.push(thread);
    else groups.push({ title, threads: [thread] });
  }
  return groups;
}

/** Milliseconds until the groups change by themselves: the next midnight. */
export function untilMidnight(now: Date): number {
  return Math.min(DAY, new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1).getTime() - now.getTime());
}

export type Part = { text: string; match: boolean };

/** A title in parts, with what a search matched apart: as the server finds it, without regard to capitals and accents. */
export function highlighted(title: string, query: string): Part[] {
  const [wanted] = folded(query.trim());
  const [text, places] = folded(title);
  const parts: Part[] = [];
  let from = 0;
  for (let at = wanted === "" ? -1 : text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    const start = places[at] ?? title.length;
    const end = places[at + wanted.length] ?? title.length;
    if (start > from) parts.push({ text: title.slice(from, start), match: false });
    parts.push({ text: title.slice(start, end), match: true });
    from = end;
  }
  if (from < title.length || !parts.length) parts.push({ text: title.slice(from), match: false });
  return parts;
}

/** A text as the search sees it, without case and accents, and where in the text each of its characters comes from. */
function folded(text: string): [string, number[]] {
  let plain = "";
  const places: number[] = [];
  let place = 0;
  for (const character of text) {
    const letters = character.normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().normalize("NFC");
    plain += letters;
    places.push(...Array.from({ length: letters.length }, () => place));
    place += character.length;
  }
  return [plain, places];
}
