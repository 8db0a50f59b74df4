/**
 * Which language the page speaks: the one chosen here before, else the first of the browser's that we have, else English.
 *
 * The choice is kept in localStorage; other tabs follow. A language changes once its texts are there; `languageReady` is the first one's. `public/first-paint.js` sets <html lang> before the first paint by the same rule.
 */
import { useSyncExternalStore } from "react";

/** The languages there are texts for. */
export const LANGUAGES = ["en", "es"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = "chatbot.language";
const listeners = new Set<() => void>();
let current = remembered() ?? preferred(navigator.languages);
let load: (next: Language) => Promise<void> = async () => undefined;
document.documentElement.lang = current;

/** The language of now. */
export const language = (): Language => current;

/** The same for a component, drawn again when it changes. */
export const useLanguage = (): Language => useSyncExternalStore(onLanguage, language);

/** Speaks another language from now on, in every tab. */
export function setLanguage(next: Language): void {
  try {
    localStorage.setItem(KEY, next);
  } catch {
    // Storage may be forbidden: then the choice lasts as long as the page.
  }
  void change(next);
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

/** Called by `t.ts`: how a language's texts are fetched. */
export function setLoader(loader: (next: Language) => Promise<void>): void {
  load = loader;
}

/** Resolves when the first language's texts are there: before, the page would be drawn in English. Texts that cannot be fetched leave it so. */
export const languageReady = (): Promise<void> => load(current).catch(() => undefined);

async function change(next: Language): Promise<void> {
  if (next === current) return;
  await load(next).catch(() => undefined);
  current = next;
  document.documentElement.lang = next;
  for (const listener of listeners) listener();
}

window.addEventListener("storage", (event) => {
  if (event.key === KEY) void change(remembered() ?? preferred(navigator.languages));
});
