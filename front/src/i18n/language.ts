/**
 * Which language the page speaks: the one chosen here before, else the first of the browser's that we have, else English.
 *
 * The choice is kept in localStorage; other tabs follow. `public/first-paint.js` sets <html lang> before the first paint by the same rule.
 */
import { useSyncExternalStore } from "react";

/** The languages there are texts for. */
export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = "chatbot.language";
const listeners = new Set<() => void>();
let current = remembered() ?? preferred(navigator.languages);
document.documentElement.lang = current;

/** The language of now. */
export const language = (): Language => current;

/** The same for a component, drawn again when it changes. */
export const useLanguage = (): Language => useSyncExternalStore(onLanguage, language);

/** Speaks another language from now on, in every tab. */
export function setLanguage(next: Language): void {
  localStorage.setItem(KEY, next);
  change(next);
}

/** Calls back whenever the language changes; returns how to stop. */
export function onLanguage(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The first of a browser's languages that we speak (`es-MX` is Spanish), else English. */
export function preferred(languages: readonly string[]): Language {
  for (const tag of languages) {
    const found = LANGUAGES.find((own) => tag.toLowerCase().split("-")[0] === own);
    if (found) return found;
  }
  return "en";
}

function remembered(): Language | undefined {
  try {
    const stored = localStorage.getItem(KEY);
    return LANGUAGES.find((own) => own === stored);
  } catch {
    return undefined;
  }
}

function change(next: Language): void {
  if (next === current) return;
  current = next;
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

window.addEventListener("storage", (event) => {
  if (event.key === KEY) change(remembered() ?? preferred(navigator.languages));
});
