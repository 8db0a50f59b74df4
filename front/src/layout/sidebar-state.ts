/**
 * Whether the sidebar is there. Beside the conversation (768 px and wider) the reader's choice is kept; over it, on a phone, it is a drawer that
 * begins closed and closes with every step.
 */
import { useSyncExternalStore } from "react";

const KEY = "chatbot.sidebar";
const wide = matchMedia("(min-width: 768px)");
const listeners = new Set<() => void>();
let beside = document.documentElement.dataset["sidebar"] !== "closed";
let drawer = false;

export interface Sidebar {
  /** Beside the conversation, not over it. */
  wide: boolean;
  open: boolean;
}
let state: Sidebar = now();

export const useSidebar = (): Sidebar => useSyncExternalStore(subscribe, () => state);

/** Shows or hides it, in the way that the width asks for. */
export function setSidebar(open: boolean): void {
  if (!wide.matches) drawer = open;
  else {
    beside = open;
    try {
      localStorage.setItem(KEY, open ? "open" : "closed");
    } catch {
      // Storage may be forbidden: then the choice lasts as long as the page.
    }
  }
  changed();
}

export const toggleSidebar = (): void => setSidebar(!state.open);

/** A step was made: on a phone the drawer gives way to where it led. */
export function closeDrawer(): void {
  drawer = false;
  changed();
}

function now(): Sidebar {
  return { wide: wide.matches, open: wide.matches ? beside : drawer };
}

function changed(): void {
  const next = now();
  if (next.wide === state.wide && next.open === state.open) return;
  state = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

wide.addEventListener("change", () => {
  drawer = false;
  changed();
});
