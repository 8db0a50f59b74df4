import { readFileSync } from "node:fs";
import type { Nodes } from "mdast";
import { describe, expect, it } from "vitest";
import { read } from "./read";
import { blocksOf, Splitter } from "./split";

const long = readFileSync("test/fixtures/long.md", "utf8");

describe("blocks", () => {
  it("put together are the text", () => {
    expect(blocksOf(long).join("")).toBe(long);
    expect(blocksOf(long).length).toBeGreaterThan(50);
    expect(blocksOf("a\r\n\r\nb\rc").join("")).toBe("a\n\nb\nc");
    expect(blocksOf("")).toEqual([]);
  });

  it("of a growing text are those of the text so far, at its cuts", () => {
    const splitter = new Splitter();
    for (let end = 1; end <= long.length; end += 23) {
      const text = long.slice(0, end);
      expect(splitter.blocks(text), JSON.stringify(text.slice(-40))).toEqual(blocksOf(text));
    }
  });

  it("are right again after another text (a restarted answer)", () => {
    const splitter = new Splitter();
    splitter.blocks(long);
    expect(splitter.blocks("one\n\ntwo")).toEqual(["one\n\n", "two"]);
    expect(splitter.blocks(long)).toEqual(blocksOf(long));
  });

  it.each(["see [a]\n\n[a]: https://example.org\n\nmore", "word[^1]\n\nmore\n\n[^1]: the note"])("are one, if something is defined elsewhere: %j", (text) => {
    expect(blocksOf(text)).toEqual([text]);
    const splitter = new Splitter();
    for (let end = 1; end <= text.length; end += 1) splitter.blocks(text.slice(0, end));
    expect(splitter.blocks(text)).toEqual([text]);
  });

  it("keep a definition inside code apart", () => {
    expect(blocksOf("one\n\n```\n[^1]: no\n```\n\ntwo")).toHaveLength(3);
  });

  it("mean the same alone as together, whatever they are made of", () => {
    const random = randomly(Number(process.env["SEED"] ?? 1));
    const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
    let several = 0;
    for (let round = 0; round < Number(process.env["ROUNDS"] ?? 1_500); round += 1) {
      let text = "";
      for (let lines = 1 + Math.floor(random() * 12); lines > 0; lines -= 1) text += pick(LINES) + pick(["\n", "\n", "\n\n", "\n  \n", "\n\n\n"]);
      if (ODD.test(text)) continue;
      const blocks = blocksOf(text);
      expect(blocks.join("")).toBe(text);
      if (blocks.length === 1) continue; // it is the text
      several += 1;
      const [together, alone] = [meaning(text), blocks.flatMap((block) => meaning(block))];
      // Compared as text, which is quick; only a difference is worth a picture of it.
      if (JSON.stringify(alone) !== JSON.stringify(together)) expect(alone, JSON.stringify(text)).toEqual(together);
    }
    expect(several).toBeGreaterThan(400);
  }, 120_000);
});

/** After indented code and an empty line micromark takes an empty item, or one with another number than 1, for text; CommonMark does not. */
const ODD = /(^|\n)( {4}|\t)[^\n]*\n([ \t]*\n)+ {0,3}([-*+][ \t]*(\n|$)|\d)/;

const LINES = [
  "word", "word word  ", "# heading", "## heading", "---", "***", "- - -", "===", "- item", "* item", "+ item", "-", "  - nested", "    - deeper", "1. one", "1) other", "-   wide", "-\ttab",
  "  in an item", "   three", "    four", "\ttab", "> quote", "> - item in a quote", "> ```", ">", "```", "```js", "~~~", "~~~~", "  ```", "   ```", "    ```", " ```", "``` a ` b", "- ```", "code with `ticks`",
  "| a | b |", "|---|---|", "| 1 | 2 |", "<div>", "<!-- a", "-->", "<b>x</b>", "<https://example.org>", "[a]: https://example.org", "[a]", "[^1]", "[^1]: note", "> [a]: x", "- [ ] task", "\\# not", "*emph", "emph*", "1", "12.", "\u00a0", "&nbsp;",
];

function randomly(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** The tree without places. Code that nobody closed in an item has the empty lines behind it, or not. */
function meaning(text: string): Nodes[] {
  const bare = (node: Nodes): void => {
    if ("position" in node) delete node.position;
    if ("value" in node) node.value = node.value.trimEnd();
    if ("children" in node) for (const child of node.children) bare(child);
  };
  const { children } = read(text, new Set());
  for (const child of children) bare(child);
  return children;
}
