/**
 * Whether the sidebar is there. Beside the conversation (768 px and wider) the reader's choice is kept; over it, on a phone, it is a drawer that
 * begins closed and closes with every step. Where the screen is not wide enough for both it gives way to a source beside the conversation, until that
 * is closed or the reader asks for it. `Shell` draws it, `ChatPage` asks for room.
 */
import { useSyncExternalStore } from "react";

const KEY = "chatbot.sidebar";
const wide = matchMedia("(min-width: 768px)");
/** Sidebar, conversation and source beside each other: 17.5, 48 and 46 rem. */
const roomy = matchMedia("(min-width: 111.5rem)");
const listeners = new Set<() => void>();
let beside = document.documentElement.dataset["sidebar"] !== "closed";
let drawer = false;
let makingRoom = false;

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
    makingRoom = false;
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

/** Gives way to something beside the conversation. Answers how to come back. */
export function makeRoom(): () => void {
  makingRoom = true;
  changed();
  return () => {
    makingRoom = false;
    changed();
  };
}

/** A step was made: on a phone the drawer gives way to where it led. */
export function closeDrawer(): void {
  drawer = false;
  changed();
}

function now(): Sidebar {
  return { wide: wide.matches, open: wide.matches ? beside && (roomy.matches || !makingRoom) : drawer };
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

roomy.addEventListener("change", changed);
wide.addEventListener("change", () => {
  drawer = false;
  changed();
});
