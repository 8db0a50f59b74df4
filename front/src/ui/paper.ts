/**
 * Whether the page goes, or went, to a printer: then all of it has to be there, and nothing is drawn a little at a time any more. Used by what otherwise is:
 * `markdown/useUpward.ts`, `chat/useDrawn.ts`.
 */
import { useSyncExternalStore } from "react";

let printed = false;

function subscribe(listener: () => void): () => void {
  const print = (): void => {
    printed = true;
    listener();
  };
  window.addEventListener("beforeprint", print);
  return () => window.removeEventListener("beforeprint", print);
}

/** React draws what changed in the microtask after the event, and the browser prints after that. */
export function usePaper(): boolean {
  return useSyncExternalStore(subscribe, () => printed);
}
