/**
 * Keys that work anywhere on the page. `Mod` is Ctrl, or ⌘ on a Mac.
 *
 * A plain letter is left alone while something is typed; a shortcut is left alone while a dialog is open, which has its own keys. The newest one
 * registered for a key wins: Escape closes what was opened last. A letter that nothing waits for goes to the field to write in (`useTyped`).
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

/** Runs `take` when somebody begins to write and no field has the focus: one that takes it now gets the letter, too. */
export function useTyped(take: () => void): void {
  useEffect(() => {
    writer = take;
    return () => void (writer = null);
  });
}

let writer: (() => void) | null = null;

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
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=radio]), textarea, select"));
}

/** Whether it would write something. A space presses buttons and moves the view; an open menu finds its entries by their first letters. */
function writes({ key, ctrlKey, metaKey, altKey, target }: KeyboardEvent): boolean {
  if ([...key].length !== 1 || key === " " || ctrlKey || metaKey || altKey || isWriting(target)) return false;
  return document.querySelector("[popover]:popover-open:not([popover=manual])") === null;
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
  if (writes(event)) writer?.();
});
