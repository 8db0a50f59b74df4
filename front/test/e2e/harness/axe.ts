/** What axe-core finds wrong with a page as it is now: WCAG 2.2 AA, and its best practices. */
import axe from "axe-core";
import type { Page } from "playwright/test";

const OPTIONS: axe.RunOptions = {
  resultTypes: ["violations"],
  runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  rules: { "label-content-name-mismatch": { enabled: true }, "target-size": { enabled: true } },
};
/** pdf.js measures its fonts in it. */
const OUTSIDE = ".hiddenCanvasElement";

/** Each violation as the rule and where, up to three places. The page has no frames, so it is asked directly, and axe is put into it once. */
export async function violations(page: Page): Promise<string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axe.source);
  return page.evaluate(
    async ([options, outside]) => {
      const inside = (window as unknown as { axe: typeof axe }).axe;
      const results = await inside.run({ exclude: [[outside]] }, options);
      return results.violations.map(({ id, nodes }) => `${id} at ${nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ")}`);
    },
    [OPTIONS, OUTSIDE] as const,
  );
}
