/**
 * The page's words: `t("chat.stop")`, `t("threads.deleted", { title })`, `t("cvs.count", { n: 3 })`.
 *
 * Keys and their placeholders are types: a key that does not exist, a missing value, or a Spanish text that is not there is a compile error.
 * A text with `one` and `other` is chosen by `n`, after the language's own plural rules. Values are put in as they are: React escapes them.
 *
 * Components call `useT()` so that they follow a change of language; code outside of React calls `t`.
 */
import { useSyncExternalStore } from "react";
import { en, type Key, type Messages } from "./en";
import { language, onLanguage, setLoader, type Language } from "./language";

const dictionaries: { en: Messages } & Partial<Record<Language, Messages>> = { en };

/** Languages that are fetched when they are spoken: English is the page's own and there at once. */
const others: Record<Exclude<Language, "en">, () => Promise<Messages>> = { es: () => import("./es").then((part) => part.es) };

setLoader(async (next) => {
  if (next === "en" || dictionaries[next]) return;
  dictionaries[next] = await others[next]();
});

type Forms<K extends Key> = (typeof en)[K];
type Text<T> = T extends string ? T : T[keyof T];
type Placeholder<T> = T extends `${string}{${infer Name}}${infer Rest}` ? Name | Placeholder<Rest> : never;
type Counted<T> = T extends string ? never : "n";
type Names<K extends Key> = Placeholder<Text<Forms<K>>> | Counted<Forms<K>>;
/** What a text wants filled in; `n` is a number, as it also chooses the plural form. */
type Values<K extends Key> = { [Name in Names<K>]: Name extends "n" ? number : string | number };
type Rest<K extends Key> = [Names<K>] extends [never] ? [] : [values: Values<K>];
/** A key whose text wants nothing filled in: for lists of keys. */
export type PlainKey = { [K in Key]: [Names<K>] extends [never] ? K : never }[Key];
/** `t` as a type, for those who take it as an argument. */
export type Translate = <K extends Key>(key: K, ...rest: Rest<K>) => string;

/** The text of a key in one language. */
export function translate<K extends Key>(into: Language, key: K, ...rest: Rest<K>): string {
  const text: string | { one: string; other: string } = (dictionaries[into] ?? en)[key];
  if (rest[0] === undefined && typeof text === "string") return text;
  const values: Record<string, string | number> = rest[0] ?? {};
  const chosen = typeof text === "string" ? text : pluralForm(into, text, Number(values["n"]));
  return chosen.replace(/\{(\w+)\}/g, (whole, name: string) => shown(into, values[name] ?? whole));
}

/** The text of a key in the language of now. */
export const t: Translate = (key, ...rest) => translate(language(), key, ...rest);

const translators: Record<Language, Translate> = {
  en: (key, ...rest) => translate("en", key, ...rest),
  es: (key, ...rest) => translate("es", key, ...rest),
};

/** `t` for a component: it is drawn again when the language changes. */
export function useT(): Translate {
  return translators[useSyncExternalStore(onLanguage, language)];
}

function pluralForm(into: Language, forms: { one: string; other: string }, n: number): string {
  return new Intl.PluralRules(into).select(n) === "one" ? forms.one : forms.other;
}

/** Where there is nothing to group, numbers are left to Intl no more than need be: its first one takes a slow phone a tenth of a second. */
function shown(into: Language, value: string | number): string {
  if (typeof value === "string") return value;
  return Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : value.toLocaleString(into);
}

export type { Key, Language };
