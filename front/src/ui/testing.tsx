/** What the tests of components share: a component or a hook on a page of its own, gone again after the test, and ways to find and to press what is on it. */
import { act, useLayoutEffect, type ReactNode } from "react";
import { createRoot } from "react-dom/client";
import { afterEach } from "vitest";

Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

export { act };

export interface Mounted {
  readonly container: HTMLElement;
  rerender: (element: ReactNode) => void;
  unmount: () => void;
}

const open = new Set<Mounted>();

afterEach(() => {
  for (const one of open) one.unmount();
});

/** Draws an element into the document; effects have run when it returns. */
export function mounted(element: ReactNode): Mounted {
  const container = document.body.appendChild(document.createElement("div"));
  const root = createRoot(container);
  const one: Mounted = {
    container,
    rerender: (next) => act(() => root.render(next)),
    unmount: () => {
      if (!open.delete(one)) return;
      act(() => root.unmount());
      container.remove();
    },
  };
  open.add(one);
  one.rerender(element);
  return one;
}

/** Runs a hook in a component; `current` is what it returned last. `around` gives it what it reads from above. */
export function hooked<Result>(useIt: () => Result, around: (children: ReactNode) => ReactNode = (children) => children): { current: Result; unmount: () => void } {
  const seen: Result[] = [];
  function Holder(): null {
    const result = useIt();
    useLayoutEffect(() => void seen.push(result));
    return null;
  }
  const { unmount } = mounted(around(<Holder />));
  return {
    get current() {
      return seen.at(-1) as Result;
    },
    unmount,
  };
}

/** The buttons that a reader would call so, in the order of the page. */
export function buttons(name: string | RegExp, within: ParentNode = document): HTMLButtonElement[] {
  return [...within.querySelectorAll("button")].filter((one) => {
    const called = (one.getAttribute("aria-label") ?? words(one)).replace(/\s+/g, " ").trim();
    return typeof name === "string" ? called === name : name.test(called);
  });
}

/** An element's text as it is read out: inside of it, elements stand apart. */
const words = (node: Node): string => (node.nodeType === Node.TEXT_NODE ? (node.nodeValue ?? "") : [...node.childNodes].map(words).join(" "));

/** Presses the one button of that name. */
export function press(name: string | RegExp, within?: ParentNode): void {
  const [button, ...others] = buttons(name, within);
  if (button === undefined || others.length > 0) throw new Error(`${button === undefined ? "No button is" : "Several buttons are"} called ${String(name)}.`);
  act(() => button.click());
}

/** Sends an event as a browser would: React's own delegation decides who hears it. */
export function sent(target: Element, event: Event): void {
  act(() => void target.dispatchEvent(event));
}
