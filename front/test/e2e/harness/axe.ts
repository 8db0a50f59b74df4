/** What axe-core finds wrong with a page as it is now: WCAG 2.2 AA, and its best practices. */
import axe from "axe-core";
import type { Page } from "playwright/test";

const ALL: axe.RunOptions = {
  resultTypes: ["violations"],
  runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  rules: { "label-content-name-mismatch": { enabled: true }, "target-size": { enabled: true } },
};
/** Of these the rules that look at colours; the others see elements, names, and boxes. */
const COLOURS: axe.RunOptions = { resultTypes: ["violations"], runOnly: { type: "rule", values: ["color-contrast", "link-in-text-block"] } };
/** pdf.js measures its fonts in it. */
const OUTSIDE = ".hiddenCanvasElement";

/** Each violation as the rule and where, up to three places, and the colours if it is about those. The page has no frames, so it is asked directly, and axe is put into it once. */
export async function violations(page: Page, of: "all" | "colours" = "all"): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async ([options, outside]) => {
      const inside = (window as unknown as { axe: typeof axe }).axe;
      const results = await inside.run({ exclude: [[outside]] }, options);
      const colours = (node: axe.NodeResult): string => {
        const { fgColor, bgColor } = (node.any[0]?.data ?? {}) as { fgColor?: string; bgColor?: string };
        return fgColor === undefined ? "" : ` (${fgColor} on ${bgColor})`;
      };
      const where = (nodes: axe.NodeResult[]) => nodes.slice(0, 3).map((node) => node.target.join(" ") + colours(node)).join(" | ");
      return results.violations.map(({ id, nodes }) => `${id} at ${where(nodes)}`);
    },
    [of === "all" ? ALL : COLOURS, OUTSIDE] as const,
  );
}

/**
 * The page without its colours, as text: every element with its attributes and words, what can be seen of it, and where. Two looks that have the same are
 * the same to every rule but those of colours. Digits are left out: something may count while it is looked at.
 */
export async function structure(page: Page): Promise<string> {
  return page.evaluate(() => {
    const lines: string[] = [];
    for (const element of document.body.querySelectorAll("*")) {
      const { x, y, width, height } = element.getBoundingClientRect();
      const words = [...element.childNodes].map((node) => (node.nodeType === Node.TEXT_NODE ? node.nodeValue : "")).join("").replace(/\d+/g, "0");
      const attributes = [...element.attributes].map(({ name, value }) => `${name}=${value.replace(/\d+/g, "0")}`);
      const seen = element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      lines.push([element.tagName, ...attributes, seen, Math.round(x), Math.round(y), Math.round(width), Math.round(height), words].join(" "));
    }
    return lines.join("\n");
  });
}
