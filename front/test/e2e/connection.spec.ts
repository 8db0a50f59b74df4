/** What happens to an answer when the line, the server, or a tab goes away: nothing. */
import { join } from "node:path";
import { Api } from "./harness/api";
import { asking, freePort, startServer } from "./harness/product";
import { answer, ask, button, expect, finished, knows, shown, stranger, test, whole, words, written, type Page } from "./harness/test";

// The page knows nobody but the user of that server.
stranger("the server killed (-9) in the middle of an answer and started again: the answer goes on, exactly", async ({ context, page, held }) => {
  stranger.slow();
  const folder = join(process.env["E2E_FOLDER"] ?? "", "killed");
  const port = await freePort();
  const settings = { ...asking(process.env["E2E_PROVIDERS"] ?? ""), RUN_LEASE: "2", RAG_STORE: join(folder, "..", "data", "rag_store") };
  let server = await startServer(folder, settings, port);
  try {
    const api = new Api(server.url);
    const user = await api.user();
    const thread = await api.thread(user);
    await knows(context, user);
    await page.goto(`${server.url}/chat/${thread.thread_id}`);
    await ask(page, `[[tokens=1500 rate=50 ${held.until}]]`);
    await written(answer(page), 300);
    await server.kill();
    const before = await shown(answer(page));
    server = await startServer(folder, settings, port);
    await written(answer(page), before.length + 1);
    expect((await shown(answer(page))).startsWith(before)).toBe(true);
    await held.go();
    await whole(answer(page), api, thread, 1500);
  } finally {
    await server.stop();
  }
});

test("offline and online again: the page says so, keeps what it has, and goes on by itself", async ({ page, context, api, thread, line, held }) => {
  await page.goto(`${line.url}/chat/${thread.thread_id}`);
  await ask(page, `[[tokens=1500 rate=60 ${held.until}]]`);
  await written(answer(page), 200);
  line.cut();
  await context.setOffline(true);
  await expect(page.getByText(words["chat.offline"])).toBeVisible();
  const before = await shown(answer(page));
  expect(before.length).toBeGreaterThanOrEqual(200);
  line.mend();
  await context.setOffline(false);
  await expect(page.getByText(words["chat.offline"])).toBeHidden();
  await written(answer(page), before.length + 1);
  await held.go();
  await whole(answer(page), api, thread, 1500);
});

test("a server that cannot be reached is noticed without the browser's word", async ({ page, api, thread, line, held }) => {
  await page.goto(`${line.url}/chat/${thread.thread_id}`);
  await ask(page, `[[tokens=1500 rate=60 ${held.until}]]`);
  await written(answer(page), 100);
  line.cut();
  await expect(page.getByText(words["chat.reconnecting"])).toBeVisible({ timeout: 25_000 });
  const before = await shown(answer(page));
  line.mend();
  await written(answer(page), before.length + 1);
  await expect(page.getByText(words["chat.reconnecting"])).toBeHidden();
  await held.go();
  await whole(answer(page), api, thread, 1500);
});

test("twenty cuts while an answer is written lose and double nothing", async ({ page, api, thread, line, held }) => {
  test.slow();
  await page.goto(`${line.url}/chat/${thread.thread_id}`);
  await ask(page, `[[tokens=2500 rate=40 ${held.until}]]`);
  await written(answer(page), 10);
  for (let cuts = 0; cuts < 20; cuts += 1) {
    const before = (await shown(answer(page))).length;
    line.cut("now");
    await written(answer(page), before + 1 + Math.floor(Math.random() * 40));
  }
  await expect(answer(page)).toHaveAttribute("data-status", "streaming");
  await held.go();
  await whole(answer(page), api, thread, 2500);
});

test("two tabs on one conversation show the same, live, and either may stop it", async ({ page, context, api, thread }) => {
  const other = await context.newPage();
  for (const tab of [page, other]) await tab.goto(`/chat/${thread.thread_id}`);
  await ask(page, "[[tokens=3000 rate=60]]");
  for (const tab of [page, other]) await written(answer(tab), 150);
  await button(other, "chat.stop").click();
  for (const tab of [page, other]) await finished(answer(tab), "cancelled");
  const { content } = await api.answer(thread.thread_id);
  for (const tab of [page, other]) await expect.poll(() => shown(answer(tab))).toBe(content);
  await ask(other, "[[tokens=20 id=second]]");
  await expect(answer(page)).toContainText("second20");
});

test("eight tabs are one connection; when the one that holds it is closed, another goes on", async ({ page, context, api, thread, line, held }) => {
  test.slow();
  const tabs: Page[] = [page];
  while (tabs.length < 8) tabs.push(await context.newPage());
  for (const tab of tabs) await tab.goto(`${line.url}/chat/${thread.thread_id}`);
  const last = tabs.at(-1)!;
  await ask(last, `[[tokens=3000 rate=30 ${held.until}]]`);
  for (const tab of tabs) await written(answer(tab), 60);
  expect(line.streams).toBe(1);
  const took = await last.evaluate(async () => {
    const begun = performance.now();
    await (await fetch("/health")).text();
    return performance.now() - begun;
  });
  // With six connections taken a request waits until the answer ends.
  expect(took).toBeLessThan(2_000);

  // The first tab that followed the thread leads.
  await page.close();
  const rest = tabs.slice(1);
  for (const tab of rest) await written(answer(tab), (await shown(answer(tab))).length + 20);
  expect(line.streams).toBe(1);
  await button(last, "chat.stop").click();
  for (const tab of rest) await finished(answer(tab), "cancelled");
  const { content } = await api.answer(thread.thread_id);
  for (const tab of rest) await expect.poll(() => shown(answer(tab))).toBe(content);
});
