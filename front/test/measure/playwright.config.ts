/** `npm run measure`: the goals of the page as numbers, one after another on an otherwise quiet machine, in a table at the end. MEASURE=F2,F4 measures some. */
import { defineConfig } from "playwright/test";
import base from "../../playwright.config";

export default defineConfig(base, {
  testDir: ".",
  testMatch: "*.measure.ts",
  outputDir: "../../test-results/measure",
  globalSetup: "../e2e/harness/setup.ts",
  workers: 1,
  timeout: 600_000,
  reporter: [["./table.ts"]],
});
