/** Who reads, and how: by keyboard alone, on a phone, in the dark, in Spanish, by ear. */
import type { Page } from "playwright/test";
import { es } from "../../src/i18n/es";
import { answer, ask, button, composer, expect, finished, shown, stranger, test, words, written } from "./harness/test";

stranger("keyboard alone: sign up, ask, stop, find, rename, read a source, and never a trap", async ({ page }) => {
  await page.goto("/");
  await expect(page.getByLabel(words["welcome.name"])).toBeFocused();
  await page.keyboard.type("Kay");
  await page.keyboard.press("Enter");
  await expect(composer(page)).toBeFocused();
  await page.keyboard.type("What did Marco Ossani do? [[tokens=3000 rate=60]]");
  await page.keyboard.press("Enter");
  await written(answer(page), 100);
  await page.keyboard.press("Escape");
  await finished(answer(page), "cancelled");
  await expect(composer(page)).toBeFocused();

  await page.keyboard.type("What did Marco Ossani do at Peyrolles Numérique? [[text=Things_{1}.]]");
  await page.keyboard.press("Shift+Enter");
  await page.keyboard.type("and more");
  await page.keyboard.press("Enter");
  await finished(answer(page, 1));
  await tabTo(page, /^Source 1: .*page \d+$/, "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page.locator("#source-title")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect.poll(() => focused(page)).toMatch(/^Source 1:/);

  await page.keyboard.press("Control+k");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("F2");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("By keyboard");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("link", { name: "By keyboard" })).toBeVisible();
  await page.keyboard.press("Control+Shift+O");
  await expect(page).toHaveURL(/\/$/);
  await expect(composer(page)).toBeFocused();
  await composer(page).blur();
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: words["ui.shortcuts"] })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("/");
  await expect(composer(page)).toBeFocused();
});

test("the first stop of Tab leads past the sidebar", async ({ page }) => {
  await page.goto("/");
  await expect(composer(page)).toBeFocused();
  await composer(page).blur();
  await page.evaluate(() => document.body.focus());
  await page.keyboard.press("Tab");
  for (let stops = 0; stops < 40 && (await focused(page)) !== words["ui.skip"]; stops += 1) await page.keyboard.press("Tab");
  expect(await focused(page)).toBe(words["ui.skip"]);
  await page.keyboard.press("Enter");
  await expect(page.locator("#main")).toBeFocused();
});

test("by ear: the beginning and the end of an answer are said, its words are not", async ({ page, thread, held }) => {
  await page.goto(`/chat/${thread.thread_id}`);
  await expect(composer(page)).toBeVisible();
  await page.evaluate(() => {
    const said: string[] = [];
    Object.assign(window, { said });
    const live = (node: Node | null): boolean => (node instanceof Element ? node : (node?.parentElement ?? null))?.closest("[aria-live=polite], [role=status], [role=alert], [aria-live=assertive]") != null;
    new MutationObserver((changes) => {
      for (const { target } of changes) if (live(target) && target.textContent !== "" && target.textContent !== null) said.push(target.textContent);
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  await ask(page, `[[tokens=600 rate=60 ${held.until}]]`);
  await written(answer(page), 300);
  const said = () => page.evaluate(() => (window as unknown as { said: string[] }).said.join(" | "));
  await expect.poll(said).toContain(words["chat.says.begun"]);
  await held.go();
  await finished(answer(page));
  await expect.poll(said).toContain(words["chat.says.done"]);
  expect(await said()).not.toMatch(/word\d/);
});

test("scrolled up, nothing moves while the answer grows and ends; at the bottom the view follows", async ({ page, api, thread, held }) => {
  await api.asked(thread, "[[tokens=900]]");
  await page.goto(`/chat/${thread.thread_id}`);
  const scroller = page.getByRole("region", { name: words["chat.conversation"] });
  await ask(page, `[[tokens=1500 rate=100 ${held.until}]]`);
  await written(answer(page), 600);
  const distance = () => scroller.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  await expect.poll(distance).toBeLessThanOrEqual(2);
  await scroller.hover();
  await page.mouse.wheel(0, -900);
  await expect(button(page, "scroll.toBottom")).toBeVisible();
  await expect.poll(distance).toBeGreaterThan(500);
  const top = await scroller.evaluate(async (element) => {
    for (let last = -1; last !== element.scrollTop; ) {
      last = element.scrollTop;
      await new Promise((resolve) => setTimeout(resolve, 150));
    }
    return element.scrollTop;
  });
  await written(answer(page), (await shown(answer(page))).length + 300);
  expect(await scroller.evaluate((element) => element.scrollTop)).toBe(top);
  await held.go();
  await finished(answer(page));
  expect(await scroller.evaluate((element) => element.scrollTop)).toBe(top);
  await button(page, "scroll.toBottom").click();
  await expect.poll(distance).toBeLessThanOrEqual(2);
});

test("who comes back to a conversation reads on where they were, and at the end of one they were at the end of", async ({ page, api, user }) => {
  const [long, other] = [await api.thread(user, "resume", "Long"), await api.thread(user, "resume", "Other")];
  for (let count = 0; count < 6; count += 1) await api.asked(long, "[[file=long.md]]");
  await api.asked(other, "[[file=long.md]]");
  const scroller = page.getByRole("region", { name: words["chat.conversation"] });
  const go = async (title: string) => {
    await page.getByRole("link", { name: title, exact: true }).click();
    await expect(page).toHaveTitle(new RegExp(`^${title}`));
    await finished(answer(page));
  };
  const distance = () => scroller.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  /** The words at the top edge, and where they are. */
  const place = () =>
    scroller.evaluate((element) => {
      const edge = element.getBoundingClientRect().top;
      const first = [...element.querySelectorAll(".md > *")].find((one) => one.getBoundingClientRect().top >= edge)!;
      return { words: first.textContent, number: [...element.querySelectorAll(".turn")].length, offset: Math.round(first.getBoundingClientRect().top - edge) };
    });
  await page.goto(`/chat/${long.thread_id}`);
  await expect(page.locator(".turn")).toHaveCount(12);
  await scroller.hover();
  await expect(page.locator(".md[data-drawing]")).toHaveCount(0);
  for (let turns = 0; turns < 3; turns += 1) await page.mouse.wheel(0, -4000);
  await expect.poll(distance).toBeGreaterThan(9_000);
  await expect.poll(async () => JSON.stringify(await place()) === JSON.stringify(await place())).toBe(true);
  const before = await place();
  await go("Other");
  await expect.poll(distance).toBeLessThanOrEqual(2);
  await go("Long");
  await expect(page.locator(".turn")).toHaveCount(12);
  await expect.poll(place).toEqual(before);
  await go("Other");
  await expect.poll(distance).toBeLessThanOrEqual(2);
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });

  test("everything is there, nothing is cut off, and the source is a sheet of its own", async ({ page, api, user }) => {
    const thread = await api.thread(user, "cvs", "A phone");
    await api.asked(thread, "What did Marco Ossani do at Peyrolles Numérique? [[text=Many_things_{1}_and_{2}.]]");
    await page.goto("/");
    await expect(composer(page)).not.toBeFocused();
    await button(page, "ui.menu.open").tap();
    await page.getByRole("link", { name: "A phone" }).tap();
    await finished(answer(page));
    await expect(page.getByRole("link", { name: "A phone" })).toBeHidden();
    const small = await page.evaluate(() => {
      const seen = (one: Element) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      return [...document.querySelectorAll("button, a[href], input, textarea")]
        .filter((one) => seen(one) && one.closest(".md, [inert], p") === null)
        .map((one) => ({ name: one.getAttribute("aria-label") ?? one.textContent, box: one.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 1 && box.bottom > 0 && (box.height < 43.5 || box.width < 32))
        .map(({ name, box }) => `${name} ${Math.round(box.width)}x${Math.round(box.height)}`);
    });
    expect(small, "too small for a thumb").toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await answer(page).getByRole("button", { name: /^Source 1:/ }).last().tap();
    const sheet = page.getByRole("dialog");
    await expect(sheet.locator("canvas")).toBeVisible({ timeout: 30_000 });
    expect((await sheet.boundingBox())?.width).toBe(390);
    const paper = (await sheet.locator("canvas").boundingBox())!;
    expect([paper.x, paper.x + paper.width]).toEqual([8, 382]);
    await button(page, "sources.close").tap();
    await expect(sheet).toBeHidden();
    expect((await shown(answer(page))).startsWith("Many")).toBe(true);
  });
});

test("dark follows the system, and the reader's choice stays", async ({ page }) => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body.querySelector("#root > div") ?? document.body).backgroundColor);
  await page.emulateMedia({ colorScheme: "dark" });
  await page.goto("/");
  await expect(composer(page)).toBeVisible();
  const dark = await ground();
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(ground).not.toBe(dark);
  await page.getByRole("button", { name: words["settings.open"] }).click();
  await page.getByRole("radio", { name: words["settings.theme.dark"] }).check({ force: true });
  await expect.poll(ground).toBe(dark);
  await page.reload();
  await expect(composer(page)).toBeVisible();
  expect(await ground()).toBe(dark);
  // With the reader's own colours there is no ground to tell by, so where one is has a line around it.
  const line = () => page.getByRole("link", { name: words["threads.new"] }).evaluate((link) => getComputedStyle(link).outlineStyle);
  expect(await line()).toBe("none");
  await page.emulateMedia({ forcedColors: "active" });
  expect(await line()).toBe("solid");
});

test("on paper: the whole conversation with its sources, and nothing to press", async ({ page, api, user }) => {
  const thread = await api.thread(user, "cvs");
  for (let count = 0; count < 4; count += 1) await api.asked(thread, "What did Marco Ossani do at Peyrolles Numérique? [[file=long.md]]");
  await page.goto(`/chat/${thread.thread_id}`);
  await expect(page.locator(".turn")).toHaveCount(8);
  const screen = page.viewportSize()!.height;
  await page.emulateMedia({ media: "print" });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(20 * screen);
  await expect(composer(page)).toBeHidden();
  await expect(page.getByRole("button", { name: words["chat.copy"] }).first()).toBeHidden();
  await expect(page.getByText(words["ui.skip"])).toBeHidden();
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await expect(page.getByRole("region", { name: words["sources.title"] }).last().getByRole("button").first()).toBeVisible();
});

test("whoever prints before all is drawn has all of it on paper", async ({ page, api, user }) => {
  const thread = await api.thread(user);
  for (let count = 0; count < 3; count += 1) await api.asked(thread, "[[file=long.md]]");
  // The moment when a long answer begins to be drawn from its end upward is the one in which somebody prints.
  await page.addInitScript(() => {
    const drawn = () => [document.querySelectorAll(".answer").length, document.querySelectorAll(".md[data-drawing]").length, document.querySelectorAll(".md > *").length];
    const seen: Record<string, number[]> = {};
    Object.assign(window, { seen });
    new MutationObserver((_, observer) => {
      if (document.querySelector(".md[data-drawing]") === null) return;
      observer.disconnect();
      seen["before"] = drawn();
      window.dispatchEvent(new Event("beforeprint"));
      queueMicrotask(() => (seen["printed"] = drawn()));
    }).observe(document, { subtree: true, childList: true });
  });
  await page.goto(`/chat/${thread.thread_id}`);
  await finished(answer(page));
  const seen = await page.evaluate(() => (window as unknown as { seen: Record<string, number[]> }).seen);
  const all = await page.locator(".md > *").count();
  expect(seen["before"]![1], "something was still to be drawn").toBeGreaterThan(0);
  expect(seen["before"]![2]).toBeLessThan(all);
  expect(seen["printed"]).toEqual([3, 0, all]);
});

test("Arabic goes from right to left, in the question and in each paragraph of the answer", async ({ page, api, thread }) => {
  await api.asked(thread, "من يعرف بايثون؟ [[text=مارا_تعرف_بايثون.]]");
  await page.goto(`/chat/${thread.thread_id}`);
  await finished(answer(page));
  /** How far the first letter is from the right edge of its paragraph. */
  const fromRight = (selector: string) =>
    page.locator(selector).last().evaluate((element) => {
      const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode()!;
      const first = document.createRange();
      first.setStart(text, 0);
      first.setEnd(text, 1);
      return element.getBoundingClientRect().right - first.getBoundingClientRect().right;
    });
  expect(await fromRight(".answer .md p")).toBeLessThan(4);
  expect(await fromRight("[dir=auto]")).toBeLessThan(24);
});

test.describe("en español", () => {
  test.use({ locale: "es-ES" });

  test("the page speaks the browser's language", async ({ page, thread }) => {
    await page.goto(`/chat/${thread.thread_id}`);
    await expect(page.locator("html")).toHaveAttribute("lang", "es");
    await page.getByRole("textbox", { name: es["chat.composer"], exact: true }).fill("[[tokens=3000 rate=60]]");
    await page.keyboard.press("Enter");
    await written(answer(page), 20);
    await page.getByRole("button", { name: es["chat.stop"], exact: true }).click();
    await expect(answer(page)).toContainText(es["chat.stopped"]);
    await page.getByRole("button", { name: es["settings.open"] }).click();
    await page.getByRole("radio", { name: "English" }).check({ force: true });
    await expect(answer(page)).toContainText(words["chat.stopped"]);
  });
});

/** The accessible name of what has the focus, roughly. */
function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");
}

async function tabTo(page: Page, name: RegExp, key: "Tab" | "Shift+Tab"): Promise<void> {
  for (let stops = 0; stops < 40; stops += 1) {
    await page.keyboard.press(key);
    if (name.test(await focused(page))) return;
  }
  throw new Error(`No stop of Tab is called ${String(name)}.`);
}

test("at the end of a long answer one stays there when the window narrows and widens, as when a phone is turned", async ({ page, api, user }) => {
  const thread = await api.thread(user);
  for (let count = 0; count < 3; count += 1) await api.asked(thread, "[[file=long.md]]");
  await page.goto(`/chat/${thread.thread_id}`);
  await finished(answer(page));
  const scroller = page.getByRole("region", { name: words["chat.conversation"] });
  const distance = () => scroller.evaluate((element) => element.scrollHeight - element.scrollTop - element.clientHeight);
  const drawn = () => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
  await expect.poll(distance).toBeLessThanOrEqual(2);
  for (const [width, height] of [[390, 780], [844, 390], [390, 844], [1200, 800], [700, 800]] as const) {
    await page.setViewportSize({ width, height });
    for (let frames = 0; frames < 5; frames += 1) await drawn();
    expect(await distance(), `${width} × ${height}`).toBeLessThanOrEqual(2);
  }
});
