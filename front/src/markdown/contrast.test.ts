/** The two colours that only code has can be read on its ground, in both themes (WCAG 2.2 AA). The others are tested with the palette. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";

function colour(css: string, selector: string, name: string): string {
  const from = css.indexOf(`${selector} {`);
  const value = css.slice(from, css.indexOf("}", from)).match(new RegExp(`--${name}: (#[0-9a-f]{6});`))?.[1];
  if (from < 0 || value === undefined) throw new Error(`${selector} has no --${name}`);
  return value;
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

const page = readFileSync("src/styles.css", "utf8");
const code = readFileSync("src/markdown/markdown.css", "utf8");

it.each([
  [":root", ".md", "code-blue"],
  [":root", ".md", "code-violet"],
  ['[data-theme="dark"]', '[data-theme="dark"] .md', "code-blue"],
  ['[data-theme="dark"]', '[data-theme="dark"] .md', "code-violet"],
])("%s %s --%s", (palette, selector, name) => {
  const [light = 0, dark = 0] = [luminance(colour(code, selector, name)), luminance(colour(page, palette, "raised"))].sort((one, other) => other - one);
  expect((light + 0.05) / (dark + 0.05)).toBeGreaterThanOrEqual(4.5);
});
