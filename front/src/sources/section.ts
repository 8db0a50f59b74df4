/** The names of a CV's sections. The index knows a fixed set; what is not in it (the one resume's "Resume") is shown as it came. */
import { en, type Key } from "../i18n/en";
import type { Translate } from "../i18n/t";

type SectionKey = Extract<Key, `sources.section.${string}`>;

export function sectionName(t: Translate, section: string): string {
  const key = `sources.section.${section}`;
  return isSection(key) ? t(key) : section;
}

function isSection(key: string): key is SectionKey {
  return Object.hasOwn(en, key);
}
