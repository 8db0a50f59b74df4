/** `npm run pictures`: the README's pictures anew, of the page with the offline model and the sample CVs. */
import { defineConfig } from "playwright/test";
import base from "../../playwright.config";

export default defineConfig(base, { testDir: ".", testMatch: "*.pictures.ts", outputDir: "../../test-results/pictures", globalSetup: "../e2e/harness/setup.ts", workers: 1, timeout: 120_000 });
