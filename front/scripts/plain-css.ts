/**
 * Tailwind's classes speak to each other through variables (`--tw-duration` of `duration-200` is read by `transition`), declared twice for every browser there
 * is. This page mixes none of them that do: each variable has its value written where it is read, and the declarations go. It is a seventh of the sheet.
 *
 * A variable that is not in the list below stays, and `test/budget/size.mjs` then says so: either no class that sets it is mixed with one that reads it, and
 * it can be listed, or it is needed.
 */
import type { Plugin } from "vite";

/** Values where nothing else was said, and what a class says to itself. */
const VALUES: readonly [pattern: RegExp, value: string][] = [
  [/var\(--tw-(?:border|outline)-style\)/g, "solid"],
  [/var\(--tw-(?:leading|duration|ease),\s*((?:[^()]|\([^()]*\))*)\)/g, "$1"],
  [/,\s*--tw-gradient-(?:from|via|to)/g, ""],
  [/--tw-translate-x:([^;]+);\s*translate:\s*var\(--tw-translate-x\) var\(--tw-translate-y\)/g, "translate:$1"],
  [/--tw-translate-y:([^;]+);\s*translate:\s*var\(--tw-translate-x\) var\(--tw-translate-y\)/g, "translate:0 $1"],
  [/--tw-(?:leading|font-weight|tracking|duration|ease|outline-style):[^;}]*;?/g, ""],
  [/@property --tw-[\w-]+\s*\{[^}]*\}/g, ""],
];

export function plainCss(): Plugin {
  return {
    name: "plain-css",
    enforce: "pre",
    transform(code, id) {
      if (!id.endsWith(".css") || !code.includes("--tw-")) return null;
      const values = VALUES.reduce((text, [pattern, value]) => text.replace(pattern, value), withoutLayer(code, "properties"));
      return { code: values, map: null };
    },
  };
}

/** The text without `@layer name { … }`. */
function withoutLayer(css: string, name: string): string {
  const begin = css.search(new RegExp(`@layer ${name}\\s*\\{`));
  if (begin < 0) return css;
  let end = css.indexOf("{", begin);
  for (let depth = 1; depth > 0; ) depth += { "{": 1, "}": -1 }[css[(end += 1)] ?? "}"] ?? 0;
  return css.slice(0, begin) + css.slice(end + 1);
}
