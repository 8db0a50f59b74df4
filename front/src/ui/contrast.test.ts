/** Every text on every background it is used on can be read: WCAG 2.2 AA, computed from the palettes in styles.css. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const css = readFileSync("src/styles.css", "utf8");

const grounds = ["canvas", "sidebar", "surface", "raised", "hover"];
const pairs: [text: string, ground: string][] = [
  ...["ink", "muted", "faint", "accent", "danger", "warn"].flatMap((text) => grounds.map((ground): [string, string] => [text, ground])),
  ["accent-strong", "surface"],
  ["accent-ink", "accent"],
  ["accent-ink", "accent-strong"],
  ["accent", "accent-soft"],
  ["ink", "accent-soft"],
  ["muted", "accent-soft"],
  ["danger", "danger-soft"],
  ["ink", "danger-soft"],
  ["warn", "warn-soft"],
  ["ink", "warn-soft"],
  ["muted", "warn-soft"],
  ["ink", "mark"],
];
/** The edge of a field and the focus ring: 3 to 1 (1.4.11). */
const shapes: [shape: string, ground: string][] = ["ring", "edge"].flatMap((shape) => grounds.map((ground): [string, string] => [shape, ground]));

function palette(selector: string): Map<string, string> {
  const block = css.slice(css.indexOf(`${selector} {`), css.indexOf("}", css.indexOf(`${selector} {`)));
  return new Map([...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map((match) => [match[1] ?? "", match[2] ?? ""]));
}

/** Relative luminance, WCAG 2.2. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

describe.each([":root", '[data-theme="dark"]'])("contrast in %s", (selector) => {
  const colours = palette(selector);
  const ratio = (one: string, other: string): number => {
    const [first, second] = [colours.get(one), colours.get(other)];
    if (!first || !second) throw new Error(`styles.css has no --${first ? other : one} in ${selector}`);
    return contrast(first, second);
  };
  it.each(pairs)("%s on %s is text (4.5)", (text, ground) => expect(ratio(text, ground)).toBeGreaterThanOrEqual(4.5));
  it.each(shapes)("%s on %s is a shape (3)", (shape, ground) => expect(ratio(shape, ground)).toBeGreaterThanOrEqual(3));
});

it("both themes have the same colours", () => {
  expect([...palette(":root").keys()]).toEqual([...palette('[data-theme="dark"]').keys()]);
});
