/**
 * Where the reader is, as the address bar says it: `/`, `/chat/:threadId`, `/cvs`, `/cvs/:cvId`.
 *
 * `navigate` moves without loading the page anew, `useRoute` follows, `follow` makes ordinary links do the same. Everything else is `missing`.
 */
import { useSyncExternalStore, type MouseEvent } from "react";

export type Route =
  | { page: "home" }
  | { page: "chat"; threadId: string }
  | { page: "cvs"; cvId: string | null }
  | { page: "missing" };

const MOVED = "chatbot:moved";

export function parseRoute(path: string): Route {
  const parts = path.split("/").filter((part) => part !== "");
  const [first, second] = parts;
  if (first === undefined || (first === "chat" && second === undefined)) return { page: "home" };
  if (parts.length > 2) return { page: "missing" };
  if (first === "chat" && second !== undefined) return { page: "chat", threadId: decoded(second) };
  if (first === "cvs") return { page: "cvs", cvId: second === undefined ? null : decoded(second) };
  return { page: "missing" };
}

export const chatPath = (threadId: string): string => `/chat/${encodeURIComponent(threadId)}`;
export const cvPath = (cvId: string): string => `/cvs/${encodeURIComponent(cvId)}`;

/** Goes to a path of this page. `replace` leaves no step to come back to. */
export function navigate(path: string, options: { replace?: boolean } = {}): void {
  if (path !== window.location.pathname) {
    if (options.replace === true) window.history.replaceState(null, "", path);
    else window.history.pushState(null, "", path);
  }
  window.dispatchEvent(new Event(MOVED));
}

/** `onClick` of a link within the page; a click that asks for a new tab or window stays the browser's. */
export function follow(event: MouseEvent<HTMLAnchorElement>): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(event.currentTarget.pathname);
}

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(onMove, () => window.location.pathname));
}

function onMove(changed: () => void): () => void {
  window.addEventListener("popstate", changed);
  window.addEventListener(MOVED, changed);
  return () => {
    window.removeEventListener("popstate", changed);
    window.removeEventListener(MOVED, changed);
  };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
