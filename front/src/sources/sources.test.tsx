// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Source } from "../api/types";
import { buttons, mounted, press, sent } from "../ui/testing";
import { asMarks } from "./draw";
import { groupsOf } from "./groups";
import { SourceChips } from "./SourceChips";
import { SourceDrawer } from "./SourceDrawer";

function source(n: number, cv: string, some: Partial<Source> = {}): Source {
  return { n, cv_id: cv, candidate: cv.toUpperCase(), page: 1, section: "skills", snippet: `Snippet ${n}`, score: 1, url: null, ...some };
}

beforeEach(() => {
  vi.stubGlobal("matchMedia", (query: string) => ({ matches: false, media: query, addEventListener: () => undefined, removeEventListener: () => undefined }));
  // happy-dom has no dialogs that open.
  HTMLDialogElement.prototype.show = function show() {
    this.setAttribute("open", "");
  };
  HTMLDialogElement.prototype.close = function close() {
    this.removeAttribute("open");
  };
});
afterEach(() => vi.unstubAllGlobals());

describe("the chips", () => {
  it("stand by candidate, in the order of their numbers", () => {
    const groups = groupsOf([source(3, "ada"), source(1, "ada"), source(2, "bob")]);
    expect(groups.map((group) => [group.key, group.sources.map((each) => each.n)])).toEqual([
      ["ada", [1, 3]],
      ["bob", [2]],
    ]);
  });

  it("name their source, and open it", () => {
    const opened = vi.fn();
    const two = source(2, "bob", { page: 3 });
    mounted(<SourceChips sources={[source(1, "ada"), two]} onOpen={opened} />);
    press(/^Source 2 BOB ?, p\. 3 · Skills$/);
    expect(opened).toHaveBeenCalledExactlyOnceWith(two);
  });

  it("collapse when they are many, and are not there without sources", () => {
    const many = Array.from({ length: 9 }, (_, index) => source(index + 1, `cv${index}`));
    const view = mounted(<SourceChips sources={many} onOpen={() => undefined} />);
    expect(buttons(/^Source/)).toHaveLength(4);
    press(/5 more/);
    expect(buttons(/^Source/)).toHaveLength(9);
    view.rerender(<SourceChips sources={[]} onOpen={() => undefined} />);
    expect(view.container.innerHTML).toBe("");
  });
});

describe("the drawer", () => {
  it("shows the passage of a source without a PDF, closes on Escape, and gives the focus back", () => {
    const closed = vi.fn();
    const page = (shown: Source | null) => (
      <>
        <button type="button">opener</button>
        <SourceDrawer source={shown} onClose={closed} />
      </>
    );
    const view = mounted(page(null));
    buttons("opener")[0]!.focus();
    view.rerender(page(source(1, "ada", { section: "Resume" })));
    expect(view.container.textContent).toContain("Snippet 1");
    expect(document.activeElement?.textContent).toBe("ADA");
    sent(document.activeElement!, new KeyboardEvent("keydown", { bubbles: true, cancelable: true, key: "Escape" }));
    expect(closed).toHaveBeenCalledOnce();
    view.rerender(page(null));
    expect(document.activeElement?.textContent).toBe("opener");
  });
});

describe("the marks", () => {
  const page = { left: 100, top: 100, width: 1000, height: 1000 };
  const word = (left: number, top: number, width = 80) => ({ left, top, right: left + width, bottom: top + 20 });

  it("are one a line, not one a word", () => {
    const marks = asMarks([word(200, 300), word(285, 301), word(200, 330)], page);
    expect(marks).toHaveLength(2);
    expect(marks[0]).toEqual({ left: 0.1, top: 0.2, width: 0.165, height: 0.021 });
  });

  it("keep columns apart", () => {
    expect(asMarks([word(200, 300), word(700, 300)], page)).toHaveLength(2);
  });
});
