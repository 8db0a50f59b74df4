import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
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
});
