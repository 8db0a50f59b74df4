/** Which CVs fit the words and the language that were asked for. Pure; every word has to occur somewhere, as the beginning of a word, without regard to accents. */
import type { Cv } from "../api/types";
import { spokenNames } from "./languages";

export interface Wanted {
  readonly words: string;
  /** The CV's own language, ISO 639-1; null for any. */
  readonly language: string | null;
}

export function fitting(cvs: readonly Cv[], wanted: Wanted): Cv[] {
  const words = folded(wanted.words).split(" ").filter((word) => word !== "");
  return cvs.filter((cv) => (wanted.language === null || cv.language === wanted.language) && words.every((word) => textOf(cv).includes(` ${word}`)));
}

/** The languages the CVs are written in, the commonest first. */
export function languagesOf(cvs: readonly Cv[]): { code: string; count: number }[] {
  const counts = new Map<string, number>();
  for (const cv of cvs) if (cv.language !== "") counts.set(cv.language, (counts.get(cv.language) ?? 0) + 1);
  return [...counts].map(([code, count]) => ({ code, count })).sort((one, other) => other.count - one.count || one.code.localeCompare(other.code));
}

const texts = new WeakMap<Cv, string>();

function textOf(cv: Cv): string {
  let text = texts.get(cv);
  if (text === undefined) {
    const parts = [cv.candidate, cv.headline, ...cv.skills.map((skill) => skill.name), ...cv.spoken.flatMap(spokenNames), ...cv.employers, ...cv.roles, ...cv.schools, ...cv.degrees];
    text = ` ${folded(parts.join(" "))}`;
    texts.set(cv, text);
  }
  return text;
}

function folded(text: string): string {
  // C++, C#, .NET and Node.js keep their signs.
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}+#.]+/gu, " ");
}
