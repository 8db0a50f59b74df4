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

/** The outlines before the blocks of one text, again and again while it grows: blocks that stay are not looked at again. */
export class Outliner {
  private known: { block: string; before: string; after: Outline }[] = [];

  /** One for each block, as a string that is the same as long as it means the same. */
  before(blocks: readonly string[]): readonly string[] {
    let at = 0;
    while (at < blocks.length && this.known[at]?.block === blocks[at]) at += 1;
    this.known.length = at;
    let outline = this.known[at - 1]?.after ?? [];
    for (const block of blocks.slice(at)) {
      const before = JSON.stringify(outline);
      for (const level of levelsIn(block)) outline = opened(outline, level);
      this.known.push({ block, before, after: outline });
    }
    return this.known.map((one) => one.before);
  }
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
