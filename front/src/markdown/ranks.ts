/**
 * What rank the headings of an answer have on the page. Models skip levels as they like the size; who goes through a page by its headings should not meet gaps.
 * The size stays the model's (`data-level`), the element is at most one rank below the heading above it. Pure; `Markdown` and `Tree` use it.
 *
 * An outline is the headings that are open at a place, outermost first: `[level, rank]`, both growing.
 */
export type Outline = readonly (readonly [level: number, rank: number])[];

const ATX = /^ {0,3}(#{1,6})(?:[ \t]|$)/;
const SETEXT = /^ {0,3}(=+|-+)[ \t]*$/;
const FENCE = /^ {0,3}(?:```|~~~)/;

/** The outline after a heading of a level; its last entry is that heading. */
export function opened(outline: Outline, level: number): Outline {
  const around = outline.filter(([other]) => other < level);
  // An answer stands under a heading of the page's own, of rank 1.
  return [...around, [level, Math.min(level, (around.at(-1)?.[1] ?? 1) + 1)]];
}

/** The outline before each block of a text, each as a string that is the same as long as it means the same. */
export function outlinesOf(blocks: readonly string[]): readonly string[] {
  let outline: Outline = [];
  return blocks.map((block) => {
    const before = JSON.stringify(outline);
    for (const level of levelsIn(block)) outline = opened(outline, level);
    return before;
  });
}

/** By lines, without a parser: a block that settles is one heading, or has none; one that holds more is read as well as lines can tell. */
function levelsIn(block: string): number[] {
  if (FENCE.test(block) || !/[#=-]/.test(block)) return [];
  const lines = block.split("\n");
  return lines.flatMap((line, index) => {
    const atx = ATX.exec(line)?.[1];
    if (atx !== undefined) return [atx.length];
    const under = index > 0 && lines[index - 1]?.trim() ? SETEXT.exec(line)?.[1] : undefined;
    return under === undefined ? [] : [under.startsWith("=") ? 1 : 2];
  });
}
