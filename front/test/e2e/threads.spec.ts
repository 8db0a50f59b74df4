/** The list of conversations: titles, search, rename, delete with undo, a link to copy and a file to keep. */
import { readFile } from "node:fs/promises";
import { answer, ask, button, expect, finished, test, words, type Page } from "./harness/test";

const list = (page: Page) => page.getByRole("navigation", { name: words["threads.list"] });
const row = (page: Page, title: string) => list(page).getByRole("link", { name: title });

async function option(page: Page, title: string, name: "threads.rename" | "threads.link" | "threads.save" | "threads.delete"): Promise<void> {
  await row(page, title).hover();
  await list(page).getByRole("button", { name: words["threads.options"].replace("{title}", title) }).click();
  await list(page).getByRole("menuitem", { name: words[name] }).click();
}

test("rename shows at once, everywhere, and stays", async ({ page, api, user }) => {
  const thread = await api.thread(user, "resume", "Before");
  await page.goto(`/chat/${thread.thread_id}`);
  await option(page, "Before", "threads.rename");
  await page.getByRole("textbox", { name: words["threads.rename.label"] }).fill("After");
  await page.keyboard.press("Enter");
  await expect(row(page, "After")).toBeFocused();
  await expect(page).toHaveTitle(/After/);
  await page.reload();
  await expect(row(page, "After")).toBeVisible();
});

test("a double click on an example begins one conversation, not two", async ({ page, api, user }) => {
  await page.goto("/");
  await page.getByRole("region", { name: words["welcome.examples"] }).getByRole("button").first().dblclick();
  await finished(answer(page));
  const { threads } = await api.ask<{ threads: unknown[] }>("GET", `/api/users/${user.user_id}/threads`);
  expect(threads).toHaveLength(1);
});

test("the list marks what is being answered, and says when an answer is there", async ({ page, api, user, held }) => {
  const open = await api.thread(user, "resume", "Open");
  const other = await api.thread(user, "resume", "Elsewhere");
  const marked = (title: string) => list(page).getByRole("link", { name: `${title} (${words["threads.answering"]})` });
  const posted = await api.post(other, "[[tokens=3000 rate=50]]");
  await page.goto(`/chat/${open.thread_id}`);
  await expect(marked("Elsewhere")).toBeVisible();
  await expect(marked("Open")).toHaveCount(0);
  await api.ask("POST", `/api/runs/${posted.run_id}/cancel`);
  await expect(marked("Elsewhere")).toHaveCount(0);
  await expect(page.getByText(words["threads.answered"].replace("{title}", "Elsewhere"))).toHaveCount(1);
  // That of the open one is marked, too, for as long as it takes.
  await api.post(open, `[[tokens=100 rate=50 ${held.until}]]`);
  await expect(marked("Open")).toBeVisible();
  await expect(page).toHaveTitle(/^… Open/);
  await held.go();
  await finished(answer(page));
  await expect(marked("Open")).toHaveCount(0);
  await expect(page).toHaveTitle(/^Open/);
});

test("a tab that nobody looks at says that an answer is on its way, and that it has come, until somebody looks", async ({ page, thread, held }) => {
  await page.goto(`/chat/${thread.thread_id}`);
  const icon = page.locator('link[rel="icon"]');
  await ask(page, `[[tokens=40 ${held.until}]]`);
  await expect(page).toHaveTitle(/^… /);
  await expect(icon).toHaveAttribute("href", "/favicon-answering.svg");
  // Chromium shows every page that Playwright opens, so the page is told that it is hidden, as it would be told by a browser.
  const look = (hidden: boolean) =>
    page.evaluate((value) => {
      for (const [name, says] of [["hidden", value], ["visibilityState", value ? "hidden" : "visible"]] as const) Object.defineProperty(document, name, { configurable: true, get: () => says });
      document.dispatchEvent(new Event("visibilitychange"));
    }, hidden);
  await look(true);
  await held.go();
  await finished(answer(page));
  await expect(page).toHaveTitle(/^\(1\) /);
  await expect(icon).toHaveAttribute("href", "/favicon-arrived.svg");
  for (const address of ["/favicon-answering.svg", "/favicon-arrived.svg"]) expect((await page.request.get(address)).headers()["content-type"]).toBe("image/svg+xml");
  await look(false);
  await expect(page).toHaveTitle(/^[^(…]/);
  await expect(icon).toHaveAttribute("href", "/favicon.svg");
});

test("a conversation can be kept as a file, all of it, and its link copied", async ({ page, context, api, user }) => {
  const thread = await api.thread(user, "resume", "To keep");
  for (let count = 0; count < 17; count += 1) await api.asked(thread, `Question ${count} [[text=Answer_${count}.]]`);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.goto(`/chat/${thread.thread_id}`);
  const download = page.waitForEvent("download");
  await option(page, "To keep", "threads.save");
  const file = await download;
  expect(file.suggestedFilename()).toBe("To-keep.md");
  const text = await readFile(await file.path(), "utf8");
  expect([...text.matchAll(/^Answer (\d+)\.$/gm)].map((match) => Number(match[1]))).toEqual(Array.from({ length: 17 }, (_, count) => count));
  await option(page, "To keep", "threads.link");
  await expect(page.getByText(words["threads.link.copied"])).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(page.url());
});

test("a deleted conversation comes back with undo, and goes without it", async ({ page, api, user }) => {
  const kept = await api.thread(user, "resume", "Kept");
  const gone = await api.thread(user, "resume", "Gone");
  await page.goto("/");
  await option(page, "Kept", "threads.delete");
  await expect(row(page, "Kept")).toBeHidden();
  await expect(row(page, "Gone")).toBeFocused();
  await button(page, "ui.undo").click();
  await expect(row(page, "Kept")).toBeVisible();
  await option(page, "Gone", "threads.delete");
  await expect(row(page, "Gone")).toBeHidden();
  // Leaving the page is no undo.
  await page.reload();
  await expect(row(page, "Kept")).toBeVisible();
  await expect(row(page, "Gone")).toBeHidden();
  await expect.poll(async () => (await fetch(`${api.url}/api/threads/${gone.thread_id}`)).status).toBe(404);
  expect((await fetch(`${api.url}/api/threads/${kept.thread_id}`)).status).toBe(200);
});

test("search finds titles and what was said, and says when there is nothing", async ({ page, api, user }) => {
  await api.thread(user, "resume", "Gardening");
  const talk = await api.thread(user, "resume", "Something else");
  await api.asked(talk, "About zeppelins [[tokens=5]]");
  await page.goto("/");
  await expect(row(page, "Gardening")).toBeVisible();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("zeppelin");
  await expect(row(page, "Gardening")).toBeHidden();
  await expect(row(page, "Something else")).toBeVisible();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(talk.thread_id));
  await finished(answer(page));
  await page.getByRole("searchbox", { name: words["threads.search"] }).fill("xylophone");
  await expect(page.getByText("Nothing found for “xylophone”")).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(row(page, "Gardening")).toBeVisible();
});
