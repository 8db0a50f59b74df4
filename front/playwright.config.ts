/**
 * `npm run e2e`: the page in a browser, against the real server and database. Two tests at once, as they share the machine with the
 * server they talk to; E2E_WORKERS=1 E2E_PATIENCE=3 on a machine that is busy.
 *
 * Browser: CHROMIUM, else an installed Chromium or Chrome, else the one of `npx playwright install chromium`.
 */
import { existsSync } from "node:fs";
import { chromium, defineConfig } from "playwright/test";

const INSTALLED = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/usr/bin/google-chrome-stable",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export function browserPath(): string {
  const found = [process.env["CHROMIUM"] ?? "", ...INSTALLED, chromium.executablePath()].find((path) => path !== "" && existsSync(path));
  if (found === undefined) throw new Error("There is no browser to test with: install Chromium (Debian: apt-get install chromium), or run `npx playwright install chromium`, or set CHROMIUM to one's path.");
  return found;
}

export const BROWSER_ARGS = [
  ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Above 1 on a machine that is busy with other things. */
const patience = Number(process.env["E2E_PATIENCE"] ?? 1);

export default defineConfig({
  testDir: "test/e2e",
  outputDir: "test-results/run",
  globalSetup: "./test/e2e/harness/setup.ts",
  // One by one, not by files: the few that wait for a server to start would keep a whole file behind them.
  fullyParallel: true,
  workers: Number(process.env["E2E_WORKERS"] ?? 2),
  retries: 0,
  forbidOnly: process.env["CI"] !== undefined,
  timeout: 45_000 * patience,
  expect: { timeout: 12_000 * patience },
  reporter: [["list", { printSteps: false }]],
  use: {
    locale: "en-US",
    viewport: { width: 1200, height: 800 },
    screenshot: "only-on-failure",
    trace: process.env["CI"] === undefined ? "off" : "retain-on-failure",
    launchOptions: { executablePath: browserPath(), args: BROWSER_ARGS },
  },
});
