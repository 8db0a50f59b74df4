import { describe, expect, it } from "vitest";
import { opened, Outliner, type Outline } from "./ranks";

/** The ranks of headings of these levels, one after another. */
function ranks(...levels: number[]): number[] {
  let outline: Outline = [];
  return levels.map((level) => (outline = opened(outline, level)).at(-1)![1]);
}

describe("the rank of a heading", () => {
  it("is its level where none is left out", () => {
    expect(ranks(1, 2, 3, 2, 3, 4, 1, 2)).toEqual([1, 2, 3, 2, 3, 4, 1, 2]);
  });

  it("is one below the heading that it stands under, and the same for its siblings", () => {
    expect(ranks(1, 4, 4, 5, 4, 2)).toEqual([1, 2, 2, 3, 2, 2]);
    expect(ranks(3, 3, 6, 3)).toEqual([2, 2, 3, 2]);
  });

  it("never goes down by more than one, whatever a model writes", () => {
    for (let seed = 0; seed < 6 ** 5; seed += 1) {
      const levels = Array.from({ length: 5 }, (_, place) => 1 + (Math.floor(seed / 6 ** place) % 6));
      const found = ranks(...levels);
      if (found.some((rank, place) => rank > (found[place - 1] ?? 1) + 1)) expect.fail(`${levels.join()} became ${found.join()}`);
    }
  });
});

const outlinesOf = (blocks: readonly string[]) => new Outliner().before(blocks);

describe("the outline before each block", () => {
  it("counts headings of both spellings, and none in code", () => {
    const blocks = ["# a\n", "text\n", "b\n---\n", "```\n# no\n```\n", "#### c\n", "end"];
    expect(outlinesOf(blocks).map((outline) => JSON.parse(outline) as Outline)).toEqual([[], [[1, 1]], [[1, 1]], [[1, 1], [2, 2]], [[1, 1], [2, 2]], [[1, 1], [2, 2], [4, 3]]]);
  });

  it("is the same for settled blocks while the text grows", () => {
    const text = ["# a", "## b", "x", "#### c", "y"];
    for (let length = 1; length <= text.length; length += 1) expect(outlinesOf(text.slice(0, length))).toEqual(outlinesOf(text).slice(0, length));
  });

  it("is the same of a text that grew, or changed in the middle, as of a new one", () => {
    const outliner = new Outliner();
    for (const text of [["# a"], ["# a", "## b", "x"], ["# a", "### b", "x", "#### c", "y"], ["z", "x", "#### c"], []]) expect(outliner.before(text)).toEqual(outlinesOf(text));
  });
});
