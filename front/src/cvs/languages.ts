/** Names of languages in the reader's language. The index gives a CV's own language as a code and spoken ones by their English names. */
import { language } from "../i18n/language";

const named = new Map<string, Intl.DisplayNames>();

function names(into: string): Intl.DisplayNames {
  let found = named.get(into);
  if (found === undefined) named.set(into, (found = new Intl.DisplayNames(into, { type: "language", fallback: "code" })));
  return found;
}

/** "fr" as "French"; a code that is none as it is. */
export function languageName(code: string): string {
  return capitalised(of(code, language()) ?? code);
}

/** "french" as "French" or "Francés"; a name nobody knows as it is. */
export function spokenName(english: string): string {
  const code = codes().get(english.toLowerCase());
  return capitalised((code && of(code, language())) || english);
}

/** Every name to find it by. */
export function spokenNames(english: string): string[] {
  return [...new Set([english, spokenName(english)])];
}

let codesByName: Map<string, string> | null = null;

/** Two-letter codes by their English names, asked of the browser once. */
function codes(): Map<string, string> {
  if (codesByName !== null) return codesByName;
  codesByName = new Map();
  const letters = "abcdefghijklmnopqrstuvwxyz";
  for (const first of letters)
    for (const second of letters) {
      const name = of(first + second, "en");
      if (name !== null && !codesByName.has(name.toLowerCase())) codesByName.set(name.toLowerCase(), first + second);
    }
  return codesByName;
}

function of(code: string, into: string): string | null {
  try {
    const name = names(into).of(code);
    return name === undefined || name === code ? null : name;
  } catch {
    return null;
  }
}

function capitalised(name: string): string {
  return name.charAt(0).toLocaleUpperCase() + name.slice(1);
}
