// @vitest-environment happy-dom
/** What `Tree` draws, beside the HTML that micromark itself writes of the same text: the tokens are shared, the drawing is our own. And what only we have. */
import { readFileSync } from "node:fs";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { createElement, Fragment, type ReactNode } from "react";
import { describe, expect, it } from "vitest";
import { mounted } from "../ui/testing";
import { Code } from "./Code";
import { Link, Picture, Table, Task } from "./elements";
import { read } from "./read";
import { Tree } from "./Tree";

/** The same elements where one of ours stands for a tag. */
const STANDS_FOR: Record<string, (element: Element, children: ReactNode[]) => ReactNode> = {
  h1: (_, children) => <h2 data-level={1}>{children}</h2>,
  h2: (_, children) => <h2 data-level={2}>{children}</h2>,
  h3: (_, children) => <h2 data-level={3}>{children}</h2>,
  h4: (_, children) => <h2 data-level={4}>{children}</h2>,
  h5: (_, children) => <h2 data-level={5}>{children}</h2>,
  h6: (_, children) => <h2 data-level={6}>{children}</h2>,
  a: (element, children) => <Link href={element.getAttribute("href") ?? ""}>{children}</Link>,
  img: (element) => <Picture src={element.getAttribute("src") ?? undefined} alt={element.getAttribute("alt") ?? ""} />,
  table: (_, children) => <Table>{children}</Table>,
  input: (element) => <Task done={element.hasAttribute("checked")} />,
  pre: (element) => {
    const language = /^language-(.*)/.exec(element.firstElementChild?.className ?? "")?.[1] ?? null;
    return <Code code={(element.textContent ?? "").replace(/\n$/, "")} language={language} finished />;
  },
};

function drawnLike(node: ChildNode, key: number): ReactNode {
  if (!(node instanceof Element)) return node.textContent;
  const children = [...node.childNodes].map(drawnLike);
  const tag = node.localName;
  const ours = STANDS_FOR[tag]?.(node, children);
  if (ours !== undefined) return <Fragment key={key}>{ours}</Fragment>;
  const align = node.getAttribute("align");
  const start = node.getAttribute("start");
  const isTask = (item: Element): boolean => item.localName === "li" && [item.firstElementChild, item.firstElementChild?.firstElementChild].some((one) => one?.localName === "input");
  const attributes = { key, className: isTask(node) ? "task-list-item" : undefined, ...(align !== null && { style: { textAlign: align as "left" } }), ...(start !== null && { start: Number(start) }) };
  return createElement(tag, attributes, ...(children.length > 0 ? children : []));
}

/** The rank of a heading follows from what is above it: `ranks.test.ts`. */
const html = (element: ReactNode): string => mounted(element).container.innerHTML.replace(/<(\/?)h[2-6]/g, "<$1h2");
const ours = (text: string): string => html(<Tree finished root={read(text, new Set())} />);
function theirs(text: string): string {
  const page = document.createElement("div");
  page.innerHTML = micromark(text, { allowDangerousProtocol: true, extensions: [gfm({ singleTilde: false })], htmlExtensions: [gfmHtml()] });
  return html([...page.childNodes].map(drawnLike));
}

/** White space between blocks and list items is theirs alone, and not seen. */
const seen = (text: string): string =>
  text
    .replace(/\s*\n\s*/g, " ")
    .replace(/> </g, "><")
    .replace(/ (<\/?(?:li|p|ul|ol|blockquote|pre|figure|div|h[2-6]|hr|br|table))/g, "$1")
    .replace(/(<\/?(?:li|p|ul|ol|blockquote|div|hr|br)[^>]*>) /g, "$1");

describe("drawn like micromark writes it", () => {
  it.each([
    ["the long answer", readFileSync("test/fixtures/long.md", "utf8").replaceAll("<br>", " ")],
    ["tight and loose lists", "- a\n- b\n  - c\n\n    d\n- e\n\n1. x\n\n2. y\n   > z\n\n7) seven\n8) eight"],
    ["tasks", "- [ ] open\n- [x] done\n\n* [x] loose\n\n* [ ] other\n\n- plain\n- [x] **one** `two`"],
    ["items without words", "-\n- \n  a\n-\n\n      code\n\n1. # head\n2. ```\n   fence\n   ```"],
    ["tables", "| a | b | c |\n|:--|:-:|--:|\n| 1 |\n| 1 | **2** | `3` | 4 |\n| a \\| b | | |\n\n|only|\n|-|"],
    ["emphasis", "*a **b** c* _d_ __e__ ~~f~~ ~g~ ***h*** `` i ` j `` `k\nl`"],
    ["breaks", "a  \nb\\\nc"],
    ["references", "[a][x] ![p][y] [x] [none] ![none][]\n\n[x]: https://example.org/x\n[y]: https://example.org/y.png 't'\n[x]: https://example.org/second"],
    ["links", "<https://example.org> www.example.org me@example.org [a](https://example.org 'title') [b](javascript:x) ![c](https://example.org/c.png) ![](x)"],
    ["headings and rules", "# a\n## b\n### c\n#### d\n##### e\n###### f\n\nSetext\n===\n\n---\n\n***"],
    ["code", "```ts title=x\nlet a = 1;\n\n```\n\n~~~\nb\n~~~\n\n    indented\n\n```\n```"],
    ["entities and odd characters", "&amp; &copy; &#106; \u2028 x &lt;b&gt; \\* \0 \u{1F642}"],
  ])("%s", (_, text) => {
    expect(seen(ours(text))).toBe(seen(theirs(text)));
  });
});

describe("raw HTML", () => {
  it.each([
    ["inline", "<b>a</b>", "<p>&lt;b&gt;a&lt;/b&gt;</p>"],
    ["a block of it", "<div>\n*b*\n</div>", "<p>&lt;div&gt; *b* &lt;/div&gt;</p>"],
    ["in a quote", "> <i>c</i>", "<blockquote><p>&lt;i&gt;c&lt;/i&gt;</p></blockquote>"],
    ["a line break", "d<br>e", "<p>d<br>e</p>"],
    ["a comment", "f<!-- g -->h", "<p>fh</p>"],
  ])("is text: %s", (_, text, drawn) => {
    expect(seen(ours(text))).toBe(drawn);
  });
});

describe("footnotes", () => {
  it("are numbered in the order of the text, stand at the end, and lead there and back", () => {
    const view = mounted(<Tree finished root={read("One[^b], two[^a], one again[^b], none[^c].\n\n[^a]: Note a\n[^b]: Note *b* [^a]", new Set())} />).container;
    const calls = [...view.querySelectorAll("p sup a")].map((link) => link.textContent);
    expect(calls.slice(0, 3)).toEqual(["1", "2", "1"]);
    const items = [...view.querySelectorAll(".md-notes > ol > li")];
    expect(items.map((item) => item.textContent?.replace(/\s+/g, " ").trim())).toEqual(["Note b 2↩", "Note a↩"]);
    for (const link of view.querySelectorAll("a")) expect(view.querySelector(`[id="${link.getAttribute("href")?.slice(1)}"]`)).not.toBeNull();
  });
});
