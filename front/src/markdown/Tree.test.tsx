/** What `Tree` draws, beside what react-markdown draws of the same tree: the reading is shared, the drawing is our own. And what only we have. */
import { readFileSync } from "node:fs";
import { cleanup, render } from "@testing-library/react";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { ReactNode } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import { afterEach, describe, expect, it } from "vitest";
import { Code } from "./Code";
import { Link, Picture, Table, Task } from "./elements";
import { htmlAsText } from "./html";
import { read } from "./read";
import { Tree } from "./Tree";

afterEach(cleanup);

const heading = (Tag: "h2" | "h3" | "h4" | "h5" | "h6", level: number) => ({ children }: { children?: ReactNode }) => <Tag data-level={level}>{children}</Tag>;

/** The same elements where an element of ours stands for a tag. */
const components: Components = {
  h1: heading("h2", 1),
  h2: heading("h3", 2),
  h3: heading("h4", 3),
  h4: heading("h5", 4),
  h5: heading("h6", 5),
  h6: heading("h6", 6),
  a: ({ href, children }) => <Link href={href}>{children}</Link>,
  img: ({ src, alt }) => <Picture src={typeof src === "string" ? src : undefined} alt={alt ?? ""} />,
  table: ({ children }) => <Table>{children}</Table>,
  input: ({ checked }) => <Task done={checked === true} />,
  pre: ({ node }) => {
    const code = node?.children[0];
    if (code?.type !== "element") return null;
    const name = [code.properties["className"]].flat().find((one) => String(one).startsWith("language-"));
    const text = code.children.map((child) => (child.type === "text" ? child.value : "")).join("");
    return <Code code={text.replace(/\n$/, "")} language={name === undefined ? null : String(name).slice(9)} finished />;
  },
};

interface Parser {
  data: () => { micromarkExtensions?: unknown[]; fromMarkdownExtensions?: unknown[] };
}

function sameReading(this: Parser) {
  const data = this.data();
  data.micromarkExtensions = [gfm({ singleTilde: false })];
  data.fromMarkdownExtensions = [gfmFromMarkdown()];
  return htmlAsText;
}

const html = (element: ReactNode): string => render(element).container.innerHTML;
const ours = (text: string): string => html(<Tree finished root={read(text, new Set())} />);
const theirs = (text: string): string =>
  html(
    <ReactMarkdown components={components} remarkPlugins={[sameReading as never]} urlTransform={(url) => url}>
      {text}
    </ReactMarkdown>,
  );

/** White space between blocks and list items is theirs alone, and not seen. */
const seen = (text: string): string =>
  text
    .replace(/\s*\n\s*/g, " ")
    .replace(/> </g, "><")
    .replace(/ (<\/?(?:li|p|ul|ol|blockquote|pre|figure|div|h[2-6]|hr|br|table))/g, "$1")
    .replace(/(<\/?(?:li|p|ul|ol|blockquote|div|hr|br)[^>]*>) /g, "$1");

describe("drawn like react-markdown draws it", () => {
  it.each([
    ["the long answer", readFileSync("test/fixtures/long.md", "utf8")],
    ["tight and loose lists", "- a\n- b\n  - c\n\n    d\n- e\n\n1. x\n\n2. y\n   > z\n\n7) seven\n8) eight"],
    ["tasks", "- [ ] open\n- [x] done\n\n* [x] loose\n\n* [ ] other\n\n- plain\n- [x] **one** `two`"],
    ["items without words", "-\n- \n  a\n-\n\n      code\n\n1. # head\n2. ```\n   fence\n   ```"],
    ["tables", "| a | b | c |\n|:--|:-:|--:|\n| 1 |\n| 1 | **2** | `3` | 4 |\n| a \\| b | | |\n\n|only|\n|-|"],
    ["emphasis", "*a **b** c* _d_ __e__ ~~f~~ ~g~ ***h*** `` i ` j `` `k\nl`"],
    ["breaks", "a  \nb\\\nc\nd<br>e"],
    ["references", "[a][x] ![p][y] [x] [none] ![none][]\n\n[x]: https://example.org/x\n[y]: https://example.org/y.png 't'\n[x]: https://example.org/second"],
    ["links", "<https://example.org> www.example.org me@example.org [a](https://example.org 'title') [b](javascript:x) ![c](https://example.org/c.png) ![](x)"],
    ["headings and rules", "# a\n## b\n### c\n#### d\n##### e\n###### f\n\nSetext\n===\n\n---\n\n***"],
    ["code", "```ts title=x\nlet a = 1;\n\n```\n\n~~~\nb\n~~~\n\n    indented\n\n```\n```"],
    ["html", "<b>a</b>\n\n<div>\n*b*\n</div>\n\n> <i>c</i>\n\n- <u>d</u>"],
    ["entities and odd characters", "&amp; &copy; &#106; \u2028 x &lt;b&gt; \\* \0 \u{1F642}"],
  ])("%s", (_, text) => {
    expect(seen(ours(text))).toBe(seen(theirs(text)));
  });
});

describe("footnotes", () => {
  it("are numbered in the order of the text, stand at the end, and lead there and back", () => {
    const view = render(<Tree finished root={read("One[^b], two[^a], one again[^b], none[^c].\n\n[^a]: Note a\n[^b]: Note *b* [^a]", new Set())} />).container;
    const calls = [...view.querySelectorAll("p sup a")].map((link) => link.textContent);
    expect(calls.slice(0, 3)).toEqual(["1", "2", "1"]);
    const items = [...view.querySelectorAll(".md-notes > ol > li")];
    expect(items.map((item) => item.textContent?.replace(/\s+/g, " ").trim())).toEqual(["Note b 2↩", "Note a↩"]);
    for (const link of view.querySelectorAll("a")) expect(view.querySelector(`[id="${link.getAttribute("href")?.slice(1)}"]`)).not.toBeNull();
  });
});
