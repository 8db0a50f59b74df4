/**
 * The turns that are drawn by now. A long conversation is not drawn in one go, which would stop the page for a second: its end is there at once, the rest
 * follows upward, one answer after another. So do older turns that are loaded later. Whatever comes at the end is drawn at once, and what the reader comes
 * back to.
 */
import { useEffect, useState } from "react";
import { usePaper } from "../ui/paper";
import type { Turn } from "./tree";

/** Characters that fill the largest screen: turns above them are not missed at first. */
const SCREENFUL = 6_000;
/** A question and its answer. */
const STEP = 2;

/** Where they begin among all turns. `back` is the turn that the reader was at when they left. */
export function useDrawn(turns: readonly Turn[], back: string | null): number {
  const paper = usePaper();
  const [first, setFirst] = useState<string | null>(() => (turns.slice(0, lastScreen(turns)).some((turn) => turn.id === back) ? back : null));
  const from = begin(turns, first);
  const next = turns[Math.max(0, from - STEP)]?.id ?? null;
  useEffect(() => {
    if (next === first) return;
    const timer = setTimeout(() => setFirst(next));
    return () => clearTimeout(timer);
  }, [next, first]);
  return paper ? 0 : from;
}

function begin(turns: readonly Turn[], first: string | null): number {
  if (first === null) return lastScreen(turns);
  // Another way through the tree, which may begin elsewhere, is all there.
  return Math.max(0, turns.findIndex((turn) => turn.id === first));
}

/** Where the turns begin that fill a screen: the last question and its answer at least. */
export function lastScreen(turns: readonly Turn[]): number {
  let from = turns.length;
  for (let characters = 0; from > 0 && (characters < SCREENFUL || turns.length - from < STEP); from -= 1) characters += turns[from - 1]?.text.length ?? 0;
  return from;
}
