/**
 * Light, dark, or as the system has it: the choice is kept in localStorage, other tabs follow, and so does a change of the system.
 *
 * The theme stands in <html data-theme>; `public/first-paint.js` puts it there before the first paint, since a stylesheet alone cannot know the choice
 * and the content security policy allows no inline script.
 */
import { useSyncExternalStore } from "react";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "chatbot.theme";
const listeners = new Set<() => void>();
const system = matchMedia("(prefers-color-scheme: dark)");
let chosen = remembered();

/** What was chosen, for a component. */
export const useTheme = (): Theme => useSyncExternalStore(subscribe, () => chosen);

/** Chooses from now on, in every tab. */
export function setTheme(theme: Theme): void {
  try {
    localStorage.setItem(KEY, theme);
  } catch {
    // Storage may be forbidden: then the choice lasts as long as the page.
  }
  change(theme);
}

/** Whether it is dark, given the choice and the system. */
export function isDark(theme: Theme, systemIsDark: boolean): boolean {
  return theme === "dark" || (theme === "system" && systemIsDark);
}

function paint(): void {
  const dark = isDark(chosen, system.matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  const colour = getComputedStyle(document.documentElement).getPropertyValue("--canvas").trim();
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) if (colour) meta.setAttribute("content", colour);
}

function remembered(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return THEMES.find((theme) => theme === stored) ?? "system";
  } catch {
    return "system";
  }
}

function change(theme: Theme): void {
  chosen = theme;
  paint();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

system.addEventListener("change", paint);
window.addEventListener("storage", (event) => {
  if (event.key === KEY) change(remembered());
});
paint();
