/**
 * What every browser test has: the server, a user of its own that the page already knows, and a watch over the page. Whatever a test does, the page may
 * load nothing from elsewhere, break no rule of its content security policy, throw nothing, and ask for nothing that is not there.
 */
import { test as base, expect, type BrowserContext, type Locator, type Page } from "playwright/test";
import { randomUUID } from "node:crypto";
import { en } from "../../../src/i18n/en";
import { Api, type Message, type Thread, type User } from "./api";
import { Line } from "./line";

export { expect };
export type { BrowserContext, Locator, Page };

/** The page's own words: tests find things by what a reader sees or hears. */
export const words = en;

interface Watch {
  outside: string[];
  violations: string[];
  errors: string[];
  missing: string[];
}

/** An answer that is not done before the test has seen what it came for: it keeps its pace and its last word back until `go`. */
interface Held {
  /** For the question's directive: `[[tokens=600 rate=60 ${held.until}]]`. */
  readonly until: string;
  go(): Promise<void>;
}

interface Fixtures {
  /** The server's address. */
  service: string;
  api: Api;
  user: User;
  /** A new conversation with the assistant that searches nothing. */
  thread: Thread;
  /** A line to the server that can be cut. Pages opened at its address are remembered users too. */
  line: Line;
  held: Held;
  watch: Watch;
}

export const test = base.extend<Fixtures>({
  service: async ({}, use) => use(process.env["E2E_SERVER"] ?? ""),
  baseURL: async ({ service }, use) => use(service),
  api: async ({ service }, use) => use(new Api(service)),
  user: async ({ api }, use) => use(await api.user()),
  thread: async ({ api, user }, use) => use(await api.thread(user)),
  line: async ({ service }, use) => {
    const line = await Line.to(service);
    await use(line);
    await line.close();
  },
  held: async ({}, use) => {
    const word = randomUUID();
    const go = async (): Promise<void> => void (await fetch(`${process.env["E2E_PROVIDERS"]}/__go/${word}`, { method: "POST" }));
    await use({ until: `until=${word}`, go });
    await go();
  },
  watch: [
    async ({ context }, use) => {
      const watch: Watch = { outside: [], violations: [], errors: [], missing: [] };
      await watchOver(context, watch);
      await use(watch);
      expect(watch, "what the page did beside its work").toEqual({ outside: [], violations: [], errors: [], missing: [] });
    },
    { auto: true },
  ],
  context: async ({ context, user }, use) => {
    await knows(context, user);
    await use(context);
  },
});

/** A test of what a stranger sees. */
export const stranger = test.extend({ context: async ({ browser, service, locale, viewport }, use) => {
  const context = await browser.newContext({ baseURL: service, locale: locale ?? "en-US", viewport });
  await use(context);
  await context.close();
} });

/** Lets every page of a context remember a user, until it forgets them itself. */
export async function knows(context: BrowserContext, user: User): Promise<void> {
  await context.addInitScript((text) => {
    if (location.protocol === "about:" || sessionStorage.getItem("e2e") !== null) return;
    sessionStorage.setItem("e2e", "known");
    localStorage.setItem("chatbot.user", text);
  }, JSON.stringify(user));
}

export async function watchOver(context: BrowserContext, watch: Watch): Promise<void> {
  await context.addInitScript(() => document.addEventListener("securitypolicyviolation", (event) => console.error(`CSP: ${event.violatedDirective} ${event.blockedURI}`)));
  context.on("request", (request) => {
    if (!/^(http:\/\/127\.0\.0\.1:|blob:|data:)/.test(request.url())) watch.outside.push(request.url());
  });
  context.on("response", (response) => {
    // A server without accounts has no sessions, and says so by not knowing the address.
    if (response.status() === 404 && !response.url().endsWith("/api/session")) watch.missing.push(response.url());
  });
  context.on("weberror", (error) => watch.errors.push(String(error.error())));
  context.on("console", (message) => {
    if (message.text().startsWith("CSP: ") || message.text().includes("Content Security Policy")) watch.violations.push(message.text());
  });
}

export const composer = (page: Page): Locator => page.getByRole("textbox", { name: words["chat.composer"], exact: true });
export const button = (page: Page | Locator, key: keyof typeof words): Locator => page.getByRole("button", { name: String(words[key]), exact: true });
/** The newest answer on the page, or the one of an index. */
export const answer = (page: Page, index = -1): Locator => page.locator(".answer[data-status]").nth(index);

export async function ask(page: Page, text: string): Promise<void> {
  await composer(page).fill(text);
  // On a touch screen Enter is a line end.
  if (await page.evaluate(() => matchMedia("(pointer: coarse)").matches)) await button(page, "chat.send").tap();
  else await composer(page).press("Enter");
}

/** Waits until an answer has at least this many characters. */
export async function written(of: Locator, characters: number): Promise<void> {
  await expect.poll(async () => (await shown(of)).length, { intervals: [50] }).toBeGreaterThanOrEqual(characters);
}

/** Waits until an answer grows no more, though it may not be done: a third of a second without a change. */
export async function still(of: Locator): Promise<void> {
  await of.evaluate(async (element) => {
    for (let before = "", quiet = 0; quiet < 20; ) {
      await new Promise((drawn) => requestAnimationFrame(drawn));
      const now = element.textContent ?? "";
      quiet = now === before && now !== "" ? quiet + 1 : 0;
      before = now;
    }
  });
}

/** An answer's text as it stands on the page, once all of it is drawn. The fake provider's words hold no markdown, so it is the stored text to the byte. */
export async function shown(of: Locator): Promise<string> {
  return of.evaluate(async (element) => {
    while (element.querySelector(".md[data-drawing]") !== null) await new Promise((drawn) => requestAnimationFrame(drawn));
    return element.querySelector(".md")?.textContent ?? "";
  });
}

/** Waits until an answer is in its last state, and all of it drawn: a long one is drawn from its end upward. */
export async function finished(of: Locator, status = "done"): Promise<void> {
  await expect(of).toHaveAttribute("data-status", status, { timeout: 40_000 });
  await expect(of.locator(".md[data-drawing]")).toHaveCount(0);
}

/** The page shows what the server stored, and this is all of what the provider said: words from 1 to `tokens`, each once. */
export async function whole(of: Locator, api: Api, thread: Thread, tokens: number): Promise<Message> {
  await finished(of);
  const stored = await api.answer(thread.thread_id);
  expect(await shown(of)).toBe(stored.content);
  const numbers = [...stored.content.matchAll(/word\\?(\d+)/g)].map((match) => Number(match[1]));
  expect(numbers).toEqual(Array.from({ length: tokens }, (_, index) => index + 1));
  return stored;
}
