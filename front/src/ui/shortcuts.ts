/**
 * Keys that work anywhere on the page. `Mod` is Ctrl, or ⌘ on a Mac.
 *
 * A plain letter is left alone while something is typed; a shortcut is left alone while a dialog is open, which has its own keys. The newest one
 * registered for a key wins: Escape closes what was opened last.
 */
import { useEffect, useRef } from "react";
import type { PlainKey } from "../i18n/t";

/** What the list of shortcuts shows, in its order. `Enter` and `Shift+Enter` belong to the composer, `Escape` to whoever is open. */
export const SHORTCUTS: readonly { keys: string; does: PlainKey }[] = [
  { keys: "Mod+K", does: "ui.shortcuts.search" },
  { keys: "Mod+Shift+O", does: "ui.shortcuts.new" },
  { keys: "/", does: "ui.shortcuts.composer" },
  { keys: "Enter", does: "ui.shortcuts.send" },
  { keys: "Shift+Enter", does: "ui.shortcuts.line" },
  { keys: "Escape", does: "ui.shortcuts.escape" },
  { keys: "Mod+B", does: "ui.shortcuts.sidebar" },
  { keys: "?", does: "ui.shortcuts.list" },
];

type Handler = { keys: string; run: () => void };
const handlers: Handler[] = [];

/** Runs `run` on `keys` (`Mod+Shift+O`, `/`, `Escape`) while the component is there and `active`. */
export function useShortcut(keys: string, run: () => void, active = true): void {
  const latest = useRef(run);
  useEffect(() => {
    latest.current = run;
  });
  useEffect(() => {
    if (!active) return;
    const handler: Handler = { keys, run: () => latest.current() };
    handlers.push(handler);
    return () => void handlers.splice(handlers.indexOf(handler), 1);
  }, [keys, active]);
}

/** Whether an event is the keys; Shift counts for letters only, since `?` and `/` are typed with it on some keyboards. */
export function matches(keys: string, event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "shiftKey" | "altKey">): boolean {
  const parts = keys.split("+");
  const key = parts[parts.length - 1] ?? "";
  const mod = parts.includes("Mod");
  if (event.altKey || mod !== (event.ctrlKey || event.metaKey)) return false;
  if (mod && parts.includes("Shift") !== event.shiftKey) return false;
  return event.key.toLowerCase() === key.toLowerCase();
}

/** Whether somebody is writing where the event happened. */
function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]:modal")) return;
  for (const handler of [...handlers].reverse()) {
    if (!matches(handler.keys, event)) continue;
    if (handler.keys.length === 1 && isWriting(event.target)) continue;
    event.preventDefault();
    handler.run();
    return;
  }
});
