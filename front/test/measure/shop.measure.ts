/**
 * F10, F13: Lighthouse's opinion, and what it takes to build the page.
 *
 * Lighthouse is no dependency of the page (it brings 150 packages): npx fetches it, or says within two minutes that it cannot. It looks at a browser of its
 * own that already knows its user and a conversation, as a phone would, and is ended if it finds no end.
 */
import { execFile, execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import { promisify } from "node:util";
import { chromium } from "playwright/test";
import { BROWSER_ARGS, browserPath } from "../../playwright.config";
import { freePort } from "../e2e/harness/product";
import { answer, expect, finished, knows, test } from "../e2e/harness/test";
import { note, wanted } from "./note";

const LIGHTHOUSE = "lighthouse@12.8.2";
/** Milliseconds. npm alone waits for five minutes at a registry that does not answer, three times. */
const FETCHED_WITHIN = 120_000;
const LOOKED_WITHIN = 180_000;

interface Report {
  categories: Record<string, { score: number | null }>;
  audits: Record<string, { displayValue?: string; score: number | null; title: string; scoreDisplayMode: string }>;
}

test("F10: Lighthouse", async ({ api, user, service }) => {
  test.skip(!wanted("F10"));
  const lighthouse = await fetched();
  const profile = mkdtempSync(join(tmpdir(), "chatbot-lighthouse-"));
  const port = await freePort();
  const thread = await api.thread(user, "cvs", "Who could lead the platform team?");
  await api.asked(thread, "What did Marco Ossani do at Peyrolles Numérique? [[file=long.md]]");
  const options = { executablePath: browserPath(), args: BROWSER_ARGS };
  const prepared = await chromium.launchPersistentContext(profile, options);
  await knows(prepared, user);
  const page = await prepared.newPage();
  await page.goto(`${service}/chat/${thread.thread_id}`);
  await finished(answer(page));
  await prepared.close();
  // Not one that Playwright holds: it would stop at every page that Lighthouse opens.
  const browser = spawn(options.executablePath, [...options.args, "--headless=new", `--remote-debugging-port=${port}`, `--user-data-dir=${profile}`, "about:blank"], { stdio: "ignore" });
  try {
    await expect.poll(() => fetch(`http://127.0.0.1:${port}/json/version`).then((response) => response.ok, () => false), { timeout: 30_000 }).toBe(true);
    for (const [name, path, flags] of [
      ["mobile, an answer of 10 KB", `/chat/${thread.thread_id}`, []],
      ["desktop, the same", `/chat/${thread.thread_id}`, ["--preset=desktop"]],
    ] as const) {
      const report = await look(lighthouse, `${service}${path}`, port, flags);
      const score = (key: string): number => Math.round((report.categories[key]?.score ?? 0) * 100);
      const [performance, accessibility, practices] = [score("performance"), score("accessibility"), score("best-practices")];
      const value = (audit: string): string => `${audit.replace(/-/g, " ")} ${report.audits[audit]?.displayValue ?? "?"}`;
      const lost = Object.values(report.audits).filter((audit) => audit.score !== null && audit.score < 0.9 && audit.scoreDisplayMode === "binary").map((audit) => audit.title);
      const least = name.startsWith("mobile") ? 90 : 98;
      const measured = `${performance} / ${accessibility} / ${practices}; ${value("first-contentful-paint")}, ${value("largest-contentful-paint")}, ${value("total-blocking-time")}${lost.length > 0 ? `; lost: ${lost.join("; ")}` : ""}`;
      note("F10", `Lighthouse ${name}`, `≥ ${least} / 100 / 100`, measured, performance >= least && accessibility === 100 && practices === 100);
    }
  } finally {
    browser.kill();
    await rest(500);
    rmSync(profile, { recursive: true, force: true });
  }
});

/** Where Lighthouse's program is now. */
async function fetched(): Promise<string> {
  const asked = ["--yes", "--fetch-timeout=30000", "--fetch-retries=1", `--package=${LIGHTHOUSE}`, "--call", "command -v lighthouse"];
  const { stdout } = await ended("npx", asked, FETCHED_WITHIN, `npx could not fetch ${LIGHTHOUSE}: is the package registry within reach?`);
  return stdout.trim();
}

async function look(lighthouse: string, url: string, port: number, flags: readonly string[]): Promise<Report> {
  const asked = [lighthouse, url, `--port=${port}`, "--quiet", "--output=json", "--disable-storage-reset", "--only-categories=performance,accessibility,best-practices", ...flags];
  const { stdout } = await ended(process.execPath, asked, LOOKED_WITHIN, "Lighthouse came to no end with the page.");
  return JSON.parse(stdout) as Report;
}

/** Runs a program that nobody types to. Throws `trouble`, with what it said, if it fails or takes longer than that many milliseconds. */
async function ended(program: string, asked: string[], within: number, trouble: string): Promise<{ stdout: string }> {
  const running = promisify(execFile)(program, asked, { encoding: "utf8", maxBuffer: 1e8, timeout: within, killSignal: "SIGKILL" });
  running.child.stdin?.end();
  return running.catch((error: Error & { killed?: boolean; stderr?: string }) => {
    throw new Error(`${trouble} ${error.killed === true ? `It was ended after ${within / 1000} s.` : ""}\n${error.stderr ?? error.message}`);
  });
}

test("F13: packages, build, units", () => {
  test.skip(!wanted("F13"));
  const { packages } = JSON.parse(readFileSync("node_modules/.package-lock.json", "utf8")) as { packages: Record<string, { dev?: boolean }> };
  const all = Object.values(packages);
  const built = all.filter((one) => one.dev !== true);
  note("F13", "packages installed here: with tests, of them to build", "≤ 180", `${all.length}, ${built.length}`, all.length <= 180);
  for (const [what, args, limit] of [["build", ["vite", "build", "--outDir", "test-results/build"], 5], ["unit tests", ["vitest", "run"], 10]] as const) {
    const begun = Date.now();
    execFileSync("npx", args, { stdio: "ignore" });
    const took = (Date.now() - begun) / 1000;
    note("F13", what, `≤ ${limit} s`, `${took.toFixed(1)} s`, took <= limit);
  }
});
