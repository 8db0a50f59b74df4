/**
 * Threads that were deleted on the page and not yet on the server: hidden at once, deleted when the undo has gone, or when the page is left.
 *
 * A plain store, so that it outlives the list that shows it. `send` deletes on the server; `keepalive` is for a page that is about to go.
 */
import { useSyncExternalStore } from "react";

type Send = (threadId: string, keepalive: boolean) => void;

/** What a page deleted as it was left: the next one may read the list before the server has done it. */
const LEFT = "chatbot.left";

let hidden: ReadonlySet<string> = new Set(leftBehind());
const waiting = new Map<string, Send>();
const listeners = new Set<() => void>();

/** Hides a thread until `settle` or `restore`. */
export function hide(threadId: string, send: Send): void {
  waiting.set(threadId, send);
  update(new Set([...hidden, threadId]));
}

/** Deletes it on the server; it stays hidden, as the list may still have it for a moment. */
export function settle(threadId: string, keepalive = false): void {
  const send = waiting.get(threadId);
  waiting.delete(threadId);
  send?.(threadId, keepalive);
}

/** Shows it again: the undo, or a server that refused. */
export function restore(threadId: string): void {
  waiting.delete(threadId);
  update(new Set([...hidden].filter((one) => one !== threadId)));
}

export const useHidden = (): ReadonlySet<string> => useSyncExternalStore(subscribe, () => hidden);

function update(next: ReadonlySet<string>): void {
  hidden = next;
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

// The last moment at which a phone lets a page do anything is its becoming hidden.
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState !== "hidden" || waiting.size === 0) return;
  const leaving = [...waiting.keys()];
  try {
    sessionStorage.setItem(LEFT, leaving.join());
  } catch {
    // Storage may be forbidden: then the list is wrong for a moment.
  }
  for (const threadId of leaving) settle(threadId, true);
});

function leftBehind(): string[] {
  try {
    const left = sessionStorage.getItem(LEFT);
    sessionStorage.removeItem(LEFT);
    return left === null ? [] : left.split(",");
  } catch {
    return [];
  }
}
