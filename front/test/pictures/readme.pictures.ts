/** Pictures of real answers: the offline model quotes the CVs, so nothing in them is made up. WebP, small enough to live in the repository. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Api } from "../e2e/harness/api";
import { ROOT, startServer, type Server } from "../e2e/harness/product";
import { answer, ask, expect, finished, knows, test as base, words, written, type Page } from "../e2e/harness/test";

const FOLDER = join(ROOT, "docs", "pictures");
const LARGEST = 80_000; // bytes

const test = base.extend<object, { demo: Server }>({
  demo: [
    async ({}, use) => {
      const folder = process.env["E2E_FOLDER"] ?? "";
      const server = await startServer(join(folder, "offline"), { LLM_PROVIDER: "offline", OFFLINE_TOKENS_PER_SECOND: "40", RAG_STORE: join(folder, "data", "rag_store") });
      await use(server);
      await server.stop();
    },
    { scope: "worker" },
  ],
  service: async ({ demo }, use) => use(demo.url),
});

async function picture(page: Page, name: string): Promise<void> {
  await page.mouse.move(5, 5);
  await page.waitForTimeout(600); // whatever fades has faded
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { format: "webp", quality: 82 });
  const bytes = Buffer.from(data, "base64");
  expect(bytes.length).toBeLessThan(LARGEST);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(join(FOLDER, `${name}.webp`), bytes);
}

async function some(api: Api, user: Awaited<ReturnType<Api["user"]>>): Promise<void> {
  for (const question of ["Where did Melissa Donatoni study?", "Who has worked in hospitals?", "Who speaks Arabic?"]) await api.asked(await api.thread(user, "cvs"), question);
}

test.use({ viewport: { width: 1200, height: 760 } });

test("light, growing", async ({ page, api, user }) => {
  await some(api, user);
  await page.goto("/");
  await ask(page, "Who knows Kubernetes?");
  await written(answer(page), 200);
  await picture(page, "light");
});

test("a source, dark", async ({ page, api, user }) => {
  await some(api, user);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/");
  await ask(page, "What did Marco Ossani do at Peyrolles Numérique?");
  await finished(answer(page));
  await answer(page).getByRole("button", { name: /^Source 2:/ }).first().click();
  await expect(page.getByText(words["sources.marked"])).toBeAttached({ timeout: 30_000 });
  await expect(page.locator(".pdf-page[data-drawn]")).toBeVisible();
  await picture(page, "source");
});

test("on a phone", async ({ browser, demo, api, user }) => {
  const context = await browser.newContext({ baseURL: demo.url, viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true, locale: "es-ES" });
  await knows(context, user);
  const page = await context.newPage();
  const thread = await api.thread(user, "cvs");
  await api.asked(thread, "¿Quién habla árabe?");
  await page.goto(`/chat/${thread.thread_id}`);
  await finished(answer(page));
  await picture(page, "phone");
  await context.close();
});

test("all CVs", async ({ page }) => {
  await page.goto("/cvs");
  await expect.poll(() => page.locator("main img, main canvas").count(), { timeout: 30_000 }).toBeGreaterThan(5);
  await page.waitForTimeout(1_500);
  await picture(page, "cvs");
});
