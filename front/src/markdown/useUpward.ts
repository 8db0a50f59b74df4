/**
 * The blocks of a finished answer that are drawn by now: a screen of its end at once, the rest upward, a piece at a time and only while the page has nothing else
 * to do. A long answer drawn in one go would stop a slow phone for most of a second. Used by `Markdown`.
 */
import { startTransition, useEffect, useState } from "react";
import { usePaper } from "../ui/paper";

/** Characters that take a slow phone about a tenth of a second. */
const PIECE = 1_500;
/** CSS pixels: what a character of prose takes at least of a line, the height of a line, the width of the text where the screen has more. */
const CHARACTER = 8;
const LINE = 28;
const WIDEST = 736;

/** Where they begin. `gradually` counts at first only: what grows is drawn as it grows. */
export function useUpward(blocks: readonly string[], gradually: boolean): number {
  const paper = usePaper();
  const [from, setFrom] = useState(() => (gradually ? before(blocks, blocks.length, screenful()) : 0));
  useEffect(() => {
    if (from === 0) return;
    const timer = setTimeout(() => startTransition(() => setFrom(before(blocks, from, PIECE))));
    return () => clearTimeout(timer);
  }, [blocks, from]);
  return paper ? 0 : Math.min(from, blocks.length);
}

/** Where the blocks begin that end before `end` and have at least so many characters. */
export function before(blocks: readonly string[], end: number, characters: number): number {
  let from = Math.min(end, blocks.length);
  for (let left = characters; from > 0 && left > 0; from -= 1) left -= blocks[from - 1]?.length ?? 0;
  return from;
}

/** Characters that fill the window, or nearly. */
function screenful(): number {
  return Math.round((window.innerHeight / LINE) * (Math.min(WIDEST, window.innerWidth) / CHARACTER));
}
