/** From a citation to its page: the right PDF, the right page, the passage marked; and the page of all CVs. */
import { answer, ask, button, expect, finished, test, words } from "./harness/test";

test("a citation opens the PDF at its page with the passage marked, beside the text, and no line breaks anew", async ({ page, api, user }) => {
  await page.setViewportSize({ width: 1600, height: 800 });
  const thread = await api.thread(user, "cvs");
  await page.goto(`/chat/${thread.thread_id}`);
  await ask(page, "What did Marco Ossani do at Peyrolles Numérique? [[text=He_built_things_{1}_and_more_{2}.]]");
  await finished(answer(page));
  const { sources } = await api.answer(thread.thread_id);
  expect(sources.length).toBeGreaterThan(1);
  const scroller = page.getByRole("region", { name: words["chat.conversation"] });
  const place = () => answer(page).evaluate((element) => ({ ...element.getBoundingClientRect().toJSON() }) as { x: number; y: number; width: number });
  const before = await place();
  const top = await scroller.evaluate((element) => element.scrollTop);

  const source = sources[1]!;
  await answer(page).getByRole("button", { name: words["markdown.cite"].replace("{n}", "2").replace("{candidate}", source.candidate).replace("{page}", String(source.page)), exact: true }).click();
  const drawer = page.getByRole("dialog", { name: source.candidate });
  await expect(drawer.getByText(words["sources.marked"])).toBeAttached({ timeout: 30_000 });
  await expect(drawer.getByText(new RegExp(`Page ${source.page} of \\d`))).toBeVisible();
  await expect(drawer.getByRole("link", { name: words["sources.pdf"] })).toHaveAttribute("href", `${source.url}`);
  await expect(drawer.locator("canvas")).toBeVisible();
  // The words of the page that lie under a mark are the passage's words.
  const marked = await drawer.evaluate((element) => {
    const marks = [...element.querySelectorAll(".pdf-mark")].map((one) => one.getBoundingClientRect());
    const under = ({ x, y, width, height }: DOMRect) => marks.some((mark) => x + width / 2 > mark.left && x + width / 2 < mark.right && y + height / 2 > mark.top && y + height / 2 < mark.bottom);
    return [...element.querySelectorAll(".pdf-text span")].filter((span) => under(span.getBoundingClientRect())).map((span) => span.textContent).join(" ");
  });
  const said = new Set(source.snippet.toLowerCase().match(/\p{L}{4,}/gu));
  const found = marked.toLowerCase().match(/\p{L}{4,}/gu) ?? [];
  expect(found.length).toBeGreaterThan(3);
  expect(found.filter((word) => said.has(word)).length / found.length).toBeGreaterThan(0.7);
  expect(await scroller.evaluate((element) => element.scrollTop)).toBe(top);
  // The list of conversations gives way, and the text moves to the side: both are seen whole.
  const list = page.getByRole("complementary", { includeHidden: true });
  const free = async (): Promise<number> => (await drawer.boundingBox())!.x - (await place()).x - before.width;
  await expect.poll(free).toBeGreaterThan(0);
  expect(await place()).toMatchObject({ y: before.y, width: before.width });
  // Unless the reader wants the list.
  await page.keyboard.press("Control+b");
  await expect.poll(async () => (await place()).x).toBe(280 + 16);
  await expect.poll(place).toMatchObject({ y: before.y, width: before.width });
  await page.keyboard.press("Escape");
  await expect(drawer).toBeHidden();
  await expect.poll(place).toMatchObject({ x: before.x, y: before.y, width: before.width });
  // On a small laptop, too; and when the source is closed the list is back.
  await page.setViewportSize({ width: 1200, height: 800 });
  await answer(page).getByRole("button", { name: /^Source 2:/ }).first().click();
  await expect.poll(free).toBeGreaterThanOrEqual(0);
  expect((await list.boundingBox())!.width).toBe(0);
  await page.keyboard.press("Escape");
  await expect.poll(async () => (await list.boundingBox())!.width).toBe(280);
  await expect(answer(page).getByRole("button", { name: /^Source 2:/ }).first()).toBeFocused();
});

test("the CVs can be looked through, searched, read, and asked about", async ({ page, watch }) => {
  await page.goto("/cvs");
  await expect(page.getByText("30 CVs")).toBeVisible();
  await page.getByRole("searchbox", { name: words["cvs.search"] }).fill("Marco Ossani");
  const card = page.getByRole("link", { name: /Marco Ossani/ });
  await expect(card).toHaveCount(1);
  await card.click();
  await expect(page).toHaveURL(/\/cvs\/001-marco-ossani$/);
  await expect(page.getByRole("heading", { name: "Marco Ossani" })).toBeVisible();
  // Not any canvas: the gallery stays behind, hidden, with its small pictures.
  const document = page.getByRole("region", { name: words["cvs.document"].replace("{candidate}", "Marco Ossani") });
  await expect(document.locator(".pdf-page[data-drawn] canvas")).toBeVisible({ timeout: 30_000 });
  await page.getByRole("link", { name: words["cvs.ask"] }).or(button(page, "cvs.ask")).click();
  await expect(page.getByRole("textbox", { name: words["chat.composer"] })).toHaveValue(/Marco Ossani/);
  await page.goto("/cvs/nobody");
  await expect(page.getByText(words["cvs.gone"])).toBeVisible();
  watch.missing.length = 0; // the one who is nobody
});
