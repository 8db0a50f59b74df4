/**
 * Finds a cited passage in the text of a PDF page. Pure; `PdfPage` marks what it finds.
 *
 * The passage was read by another PDF library: spaces, line ends, hyphens, ligatures, bullets and accents differ, columns and what stands at the margin may
 * come in another order, and a line that repeats on every page may be missing. So both sides are compared by their letters and digits alone, and the
 * passage may be found in several pieces; of equal ones the one counts that stands nearest to the rest. It is found when most of it is.
 */

/** A run of text as the file has it, and where it begins, in PDF points. */
export interface Item {
  readonly text: string;
  readonly x: number;
  readonly y: number;
}

/** A stretch of characters of one text item: `start` inclusive, `end` exclusive, in UTF-16 units of the item's string. */
export interface Piece {
  readonly item: number;
  readonly start: number;
  readonly end: number;
}

export interface Found {
  /** In the order of the page. */
  readonly pieces: readonly Piece[];
  /** The part of the passage's letters that was found, 0 to 1. */
  readonly share: number;
}

interface Letters {
  readonly text: string;
  /** Of each character in `text`: whether a word begins with it, its item, and its place in there. */
  readonly begins: readonly boolean[];
  readonly item: readonly number[];
  readonly at: readonly number[];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** So much of a passage has to be there. */
const ENOUGH = 0.6;
/** A piece this long, in letters, speaks for itself; a shorter one only near others, and if it is whole words. */
const TELLING = 14;
const SHORTEST = 4;
/** So many letters of a stretch are given up, at most, to keep to whole words. */
const LOST = 12;
/** PDF points: about five lines. Across the page counts little, as a line may reach over it. */
const NEARBY = 70;
const ACROSS = 0.1;

/** Where the passage stands among the page's text items; null if it is not there. */
export function findPassage(items: readonly Item[], snippet: string): Found | null {
  const page = lettersOf(items.map((item) => item.text));
  const passage = lettersOf([snippet]);
  if (passage.text.length < SHORTEST) return null;
  const ranges = rangesOf(passage, page, items);
  const matched = ranges.reduce((sum, range) => sum + range.to - range.from, 0);
  const share = matched / passage.text.length;
  return share < ENOUGH ? null : { pieces: piecesOf(ranges, page), share };
}

function rangesOf(passage: Letters, page: Letters, items: readonly Item[]): Range[] {
  const whole = page.text.indexOf(passage.text);
  if (whole >= 0) return [{ from: whole, to: whole + passage.text.length }];
  const taken: Range[] = [];
  align(passage, { from: 0, to: passage.text.length }, { page, items, taken });
  return taken.sort((one, other) => one.from - other.from);
}

/** Takes the longest stretch that both have, then looks for what was before and after it in the passage, wherever that stands on the page. */
function align(passage: Letters, part: Range, search: Search): void {
  if (part.to - part.from < SHORTEST) return;
  const longest = longestShared(passage, part, search);
  if (longest === null) return;
  const best = wholeWords(passage, longest);
  search.taken.push({ from: best.inPage, to: best.inPage + best.length });
  align(passage, { from: part.from, to: best.inPassage }, search);
  align(passage, { from: best.inPassage + best.length, to: part.to }, search);
}

interface Search {
  readonly page: Letters;
  readonly items: readonly Item[];
  readonly taken: Range[];
}

interface Shared {
  readonly inPassage: number;
  readonly inPage: number;
  readonly length: number;
}

/** The longest common substring outside of what is taken; of equally long ones the one nearest to what is taken. O(passage × page). */
function longestShared(passage: Letters, part: Range, search: Search): Shared | null {
  const page = search.page.text;
  const telling = Math.min(TELLING, ENOUGH * passage.text.length);
  let best: Shared | null = null;
  let nearest = Infinity;
  let before = new Uint16Array(page.length + 1);
  let row = new Uint16Array(page.length + 1);
  const free = freeIn(page.length, search.taken);
  const away = awayOf(search);
  for (let i = part.from + 1; i <= part.to; i += 1) {
    for (let j = 1; j <= page.length; j += 1) {
      const length = free[j - 1] === 1 && passage.text[i - 1] === page[j - 1] ? before[j - 1]! + 1 : 0;
      row[j] = length;
      if (length < SHORTEST || length < (best?.length ?? 0)) continue;
      const from = j - length;
      if (length < telling && (away(from) > NEARBY || !areWords(passage, i - length, i))) continue;
      if (best !== null && length === best.length && away(from) >= nearest) continue;
      best = { inPassage: i - length, inPage: from, length };
      nearest = away(from);
    }
    [before, row] = [row, before];
  }
  return best;
}

/** Without the letters that fit by chance into the word before or after. Scripts without spaces have no words to keep to. */
function wholeWords({ begins, text }: Letters, shared: Shared): Shared {
  let from = shared.inPassage;
  let to = from + shared.length;
  while (from < to && begins[from] !== true) from += 1;
  while (to > from && to < text.length && begins[to] !== true) to -= 1;
  if (to - from < SHORTEST || shared.length - (to - from) > LOST) return shared;
  return { inPassage: from, inPage: shared.inPage + from - shared.inPassage, length: to - from };
}

function areWords({ begins, text }: Letters, from: number, to: number): boolean {
  return begins[from] === true && (to === text.length || begins[to] === true);
}

function freeIn(length: number, taken: readonly Range[]): Uint8Array {
  const free = new Uint8Array(length).fill(1);
  for (const range of taken) free.fill(0, range.from, range.to);
  return free;
}

/** How far a letter of the page stands from what is taken, in points; without end while nothing is. */
function awayOf({ page, items, taken }: Search): (letter: number) => number {
  const places = [...new Set(taken.flatMap((range) => page.item.slice(range.from, range.to)))].map((index) => items[index]!);
  const known = new Map<number, number>();
  return (letter) => {
    const index = page.item[letter]!;
    let away = known.get(index);
    if (away === undefined) {
      const { x, y } = items[index]!;
      away = Math.min(Infinity, ...places.map((place) => Math.abs(place.y - y) + ACROSS * Math.abs(place.x - x)));
      known.set(index, away);
    }
    return away;
  };
}

function piecesOf(ranges: readonly Range[], page: Letters): Piece[] {
  const pieces: Piece[] = [];
  for (const { from, to } of ranges) {
    for (let at = from; at < to; ) {
      const item = page.item[at]!;
      let last = at;
      while (last + 1 < to && page.item[last + 1] === item) last += 1;
      pieces.push({ item, start: page.at[at]!, end: page.at[last]! + 1 });
      at = last + 1;
    }
  }
  return pieces;
}

/** Lower case letters and digits without accents, and where each came from. A ligature is the letters it stands for. */
function lettersOf(strings: readonly string[]): Letters {
  const letters: string[] = [];
  const begins: boolean[] = [];
  const item: number[] = [];
  const at: number[] = [];
  strings.forEach((string, index) => {
    let place = 0;
    let between = true;
    for (const point of string) {
      const units = plain(point).split("");
      for (const unit of units) {
        letters.push(unit);
        begins.push(between);
        between = false;
        item.push(index);
        at.push(place);
      }
      if (units.length === 0 && !/\p{M}/u.test(point)) between = true;
      place += point.length;
    }
  });
  return { text: letters.join(""), begins, item, at };
}

const plainOf = new Map<string, string>();

function plain(point: string): string {
  let letters = plainOf.get(point);
  if (letters === undefined) {
    letters = point.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, "").replace(/ß/g, "ss");
    plainOf.set(point, letters);
  }
  return letters;
}
