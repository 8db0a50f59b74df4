// @vitest-environment happy-dom
import { readFileSync } from "node:fs";
import { Profiler } from "react";
import { describe, expect, it, vi } from "vitest";
import { act, mounted, press, sent } from "../ui/testing";
import { Markdown } from "./Markdown";
import { read } from "./read";
import { CitationsContext } from "./Cite";
import { Tree } from "./Tree";

const drawn = vi.hoisted(() => vi.fn());
vi.mock("./read", async (original) => {
  const real = await original<{ read: typeof read }>();
  return { read: (text: string, cited: ReadonlySet<number>) => (drawn(text), real.read(text, cited)) };
});

const long = readFileSync("test/fixtures/long.md", "utf8");
const sources = [1, 2, 3, 4].map((n) => ({ n, cv_id: `cv-${n}`, candidate: `Candidate ${n}`, page: n, section: "skills", snippet: `Snippet ${n}`, score: 1, url: null }));
const nothing = () => undefined;

function shown(text: string, streaming = false, onCite: (n: number) => void = nothing) {
  return mounted(<Markdown text={text} streaming={streaming} sources={sources} onCite={onCite} />).container;
}

/** Ids count up, and are not seen. */
const seen = (html: string): string => html.replace(/ (id|aria-describedby|for)="[^"]*"/g, "");

describe("by blocks", () => {
  it("the page is the same as in one pass", () => {
    const citations = { sources: new Map(sources.map((source) => [source.n, source])), onCite: nothing };
    const blockwise = shown(long).querySelector(".md")!.innerHTML;
    const onePass = mounted(
      <CitationsContext value={citations}>
        <Tree finished root={read(long, new Set([1, 2, 3, 4]))} />
      </CitationsContext>,
    ).container.innerHTML;
    expect(blockwise).toContain('class="md-cite"');
    expect(seen(blockwise)).toBe(seen(onePass));
  });

  it("drawn upward from its end it becomes the same page, a piece at a time", async () => {
    const { container } = mounted(<Markdown gradually text={long} streaming={false} sources={sources} onCite={nothing} />);
    const page = container.querySelector<HTMLElement>(".md")!;
    const whole = shown(long).querySelector(".md")!;
    const counts = [page.children.length];
    expect(page.lastElementChild?.textContent).toBe(whole.lastElementChild?.textContent);
    while (page.dataset["drawing"] !== undefined) {
      await act(() => new Promise((rest) => setTimeout(rest, 1)));
      if (page.children.length > counts.at(-1)!) counts.push(page.children.length);
    }
    expect(counts.length).toBeGreaterThan(3);
    expect(counts[0]).toBeLessThan(whole.children.length / 2);
    expect(seen(page.innerHTML)).toBe(seen(whole.innerHTML));
  });

  it("nothing throws at any cut, and settled blocks are not read again", () => {
    const view = mounted(<Markdown text="" streaming sources={sources} onCite={nothing} />);
    drawn.mockClear();
    let cuts = 0;
    for (let end = 1; end <= long.length; end += 61) {
      view.rerender(<Markdown text={long.slice(0, end)} streaming sources={[...sources]} onCite={nothing} />);
      cuts += 1;
    }
    expect(cuts).toBeGreaterThan(150);
    // Only while it is the last block, and once more when it is finished.
    expect(drawn.mock.calls.filter(([text]) => String(text).startsWith("# Who")).length).toBeLessThan(20);
  }, 30_000);

  it("an unchanged text costs no drawing of blocks", () => {
    const commits = vi.fn();
    const page = (title: string) => (
      <Profiler id="md" onRender={commits}>
        <h1>{title}</h1>
        <Markdown text={long} streaming={false} sources={sources} onCite={nothing} />
      </Profiler>
    );
    const view = mounted(page("a"));
    const heading = view.container.querySelector("h2");
    view.rerender(page("b"));
    expect(view.container.querySelector("h2")).toBe(heading);
  });
});

describe("a hostile answer", () => {
  it.each([
    "<script>window.pwned = 1</script>",
    "a <script src=https://evil.example/x.js></script> b",
    '<iframe src="https://evil.example"></iframe>',
    '<img src=x onerror="alert(1)">',
    "![track](https://evil.example/pixel.png?who=me)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt:alert(1))",
    "[a](data:text/html,<script>alert(1)</script>)",
    "[a](vbscript:x) [b](file:///etc/passwd) [c](//evil.example) [d](/api/threads) [e](#x)",
    "<javascript:alert(1)>",
    "[ref][x]\n\n[x]: javascript:alert(1)",
    "<svg onload=alert(1)><a href='javascript:alert(1)'>x</a></svg>",
    "<style>body { background: url(https://evil.example) }</style>",
    '<form action="https://evil.example"><input name=q></form>',
    "<a href=\"https://evil.example\" ping=\"https://evil.example\">x</a>",
    "[a](\u0001javascript:alert(1)) [b](java\nscript:alert(1)) [c](&#106;avascript:alert(1))",
    "<object data=x></object><embed src=x><video src=x autoplay></video><link rel=stylesheet href=x><base href=https://evil.example>",
  ])("%j loads nothing and runs nothing", (text) => {
    for (const streaming of [false, true]) {
      const view = shown(text, streaming);
      expect(view.querySelector("script, iframe, img, svg[onload], style, form, object, embed, video, link, base, .md input")).toBeNull();
      for (const element of view.querySelectorAll("*")) {
        for (const { name, value } of element.attributes) {
          expect(name).not.toMatch(/^on|^ping$|^src/);
          if (name === "href") expect(value).toMatch(/^(https?|mailto):/);
        }
      }
    }
  });

  it("keeps its HTML as text, without comments, with line breaks", () => {
    const view = shown("a <!-- hidden -->a<br>b <b>c</b>\n\n<div>d</div>\n\n<!-- hidden too -->\n\n| a |\n|---|\n| one<br/>two |");
    expect(view.textContent).not.toContain("hidden");
    expect(view.textContent).toContain("<b>c</b>");
    expect(view.textContent).toContain("<div>d</div>");
    expect(view.querySelectorAll("br")).toHaveLength(2);
  });

  it("links outward without a way back", () => {
    const link = shown("[a](https://example.org/x) www.example.org me@example.org").querySelectorAll("a");
    expect([...link].map((each) => each.getAttribute("href"))).toEqual(["https://example.org/x", "http://www.example.org/", "mailto:me@example.org"]);
    for (const each of link) expect([each.rel, each.target]).toEqual(["noopener noreferrer nofollow", "_blank"]);
  });

  it("has pictures as links", () => {
    const link = shown("![a cat](https://example.org/cat.png)").querySelector("a")!;
    expect([link.textContent, link.getAttribute("href")]).toEqual(["Image: a cat", "https://example.org/cat.png"]);
  });
});

describe("citations", () => {
  const numbers = (view: HTMLElement) => [...view.querySelectorAll(".md-cite button")].map((each) => each.textContent);

  it("are buttons for the sources that exist", () => {
    expect(numbers(shown("One [1], two [2][3], three [1, 4], none [9], half [1, 9]."))).toEqual(["1", "2", "3", "1", "4"]);
  });

  it("are not looked for in code or links", () => {
    const view = shown("`[1]` [a [2] b](https://example.org)\n\n```\n[3]\n```\n\n    [4]");
    expect(numbers(view)).toEqual([]);
    expect(view.textContent).toContain("[3]");
  });

  it("are found in emphasis, tables and quotes", () => {
    expect(numbers(shown("**a [1]**\n\n> b [2]\n\n| c |\n|---|\n| d [3] |"))).toEqual(["1", "2", "3"]);
  });

  it("open their source, and show it when focused", () => {
    const opened = vi.fn();
    shown("One [2].", false, opened);
    press("Source 2: Candidate 2, page 2");
    expect(opened).toHaveBeenCalledExactlyOnceWith(2);
  });

  it("show a preview while pointed at, and Escape takes it away", () => {
    vi.useFakeTimers();
    try {
      const view = shown("One [2].");
      const cite = view.querySelector(".md-cite")!;
      sent(cite, new PointerEvent("pointerover", { bubbles: true, pointerType: "mouse" }));
      act(() => vi.advanceTimersByTime(300));
      expect(view.querySelector('[role="tooltip"]')?.textContent).toContain("Snippet 2");
      sent(cite.querySelector("button")!, new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Escape" }));
      expect(view.querySelector('[role="tooltip"]')).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  it("wait for their sources: without, they are text", () => {
    const view = mounted(<Markdown text="One [1]." streaming sources={[]} onCite={nothing} />);
    expect(view.container.textContent).toContain("[1]");
    view.rerender(<Markdown text="One [1]." streaming sources={sources} onCite={nothing} />);
    expect(numbers(view.container)).toEqual(["1"]);
  });
});

describe("code", () => {
  it("gets its colours when the block is finished, not before", async () => {
    const view = mounted(<Markdown text={"```python\ndef f(): return 1"} streaming sources={[]} onCite={nothing} />);
    await new Promise((done) => setTimeout(done, 50));
    expect(view.container.querySelector("[class^=hl-]")).toBeNull();
    view.rerender(<Markdown text={"```python\ndef f(): return 1\n```\n\nThat is it"} streaming sources={[]} onCite={nothing} />);
    await vi.waitFor(() => expect(view.container.querySelector(".hl-keyword")?.textContent).toBe("def"));
    expect(view.container.querySelector("pre")?.textContent).toBe("def f(): return 1");
  });

  it("can be copied, and says so", async () => {
    const write = vi.fn(async () => undefined);
    vi.stubGlobal("navigator", { ...navigator, clipboard: { writeText: write } });
    const view = shown("```sql\nSELECT 1;\n```");
    press(/Copy/);
    await vi.waitFor(() => expect(view.querySelector("[role=status]")?.textContent).toBe("Copied"));
    expect(write).toHaveBeenCalledWith("SELECT 1;");
    vi.unstubAllGlobals();
  });
});
