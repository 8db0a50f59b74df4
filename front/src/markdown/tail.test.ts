import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blocksOf } from "./split";
import { showable } from "./tail";

describe("the unfinished end", () => {
  it.each([
    ["some **bold", "some **bold**"],
    ["a `code", "a `code`"],
    ["see [the page](https://exam", "see the page"],
    ["see [the pa", "see the pa"],
    ["as said [1", "as said"],
    ["as said [1, ", "as said"],
    ["look ![a pic", "look"],
    ["look ![a pic](https://x", "look"],
    ["text\n-", "text\n"],
    ["text\n==", "text\n"],
    ["- one\n- ", "- one\n"],
    ["1", ""],
    ["#", ""],
    ["``", ""],
    ["a <b", "a"],
    ["done.", "done."],
    ["| a | b", ""],
    ["| a | b |\n", "| a | b |\n| --- | --- |"],
    ["| a | b |\n| -", "| a | b |\n| --- | --- |"],
    ["| a | b |\n|:-:|--|\n| 1", "| a | b |\n|:-:|--|\n| 1"],
    ["| a | b |\n|---|---|\n| 1 | 2 |\n|", "| a | b |\n|---|---|\n| 1 | 2 |"],
  ])("%j is shown as %j", (text, shown) => expect(showable(text)).toBe(shown));

  it("of code is left as it is", () => {
    const code = "```sh\necho **not bold\n- [1";
    expect(showable(code)).toBe(code);
  });

  it("never throws, at the cuts of a long text", () => {
    const long = readFileSync("test/fixtures/long.md", "utf8");
    for (let end = 1; end <= long.length; end += 23) showable(blocksOf(long.slice(0, end)).at(-1) ?? "");
  });
});
