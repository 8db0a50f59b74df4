/** Every English text, one file a part of the page. Its keys and placeholders are what the other languages must have. */
import { chat } from "./chat";
import { cvs } from "./cvs";
import { markdown } from "./markdown";
import { scroll } from "./scroll";
import { settings } from "./settings";
import { sources } from "./sources";
import { threads } from "./threads";
import { ui } from "./ui";
import { welcome } from "./welcome";

export const en = { ...chat, ...cvs, ...markdown, ...scroll, ...settings, ...sources, ...threads, ...ui, ...welcome } as const;

export type Key = keyof typeof en;
/** The same keys in another language: a text for a text, plural forms for plural forms. */
export type Translation<T> = { readonly [K in keyof T]: T[K] extends string ? string : { readonly one: string; readonly other: string } };
export type Messages = Translation<typeof en>;
