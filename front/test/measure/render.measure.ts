/** F2, F3: what a growing answer costs the page, beside a page of plain text in the same minute. */
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { answer, ask, expect, finished, test, type Page } from "../e2e/harness/test";
import type { Api, User } from "../e2e/harness/api";
import { answered, costOf, plainText, worstFrame, type Cost } from "./cost";
import { ms, note, percent, wanted } from "./note";

/** Answers on a page of messages: they are drawn from the last one up, a few at a time. */
const DRAWN = 15;
const LONG = "[[file=long.md rate=100]]";

/** An answer of a new conversation below `earlier` others, while `meter` looks. */
async function streaming<T>(page: Page, api: Api, user: User, meter: Meter<T>, directive = LONG, earlier = 0): Promise<T> {
  const thread = await api.thread(user);
  for (let count = 0; count < earlier; count += 1) await api.asked(thread, "[[file=long.md]]");
  await page.goto(`/chat/${thread.thread_id}`);
  if (earlier > 0) {
    await finished(answer(page));
    await expect(page.locator(".answer")).toHaveCount(DRAWN);
  }
  const answers = await page.locator(".answer").count();
  return meter(page, async () => {
    await ask(page, directive);
    await answered(page, answers);
  });
}

async function floor<T>(page: Page, api: Api, user: User, meter: Meter<T>): Promise<T> {
  const thread = await api.thread(user);
  await page.goto("/robots.txt");
  return meter(page, async () => plainText(page, (await api.post(thread, LONG)).run_id));
}

type Meter<T> = (page: Page, during: () => Promise<unknown>) => Promise<T>;
const costing =
  (throttle: number): Meter<Cost> =>
  (page, during) =>
    costOf(page, throttle, during);
const atEveryFrame: Meter<number> = (page, during) => worstFrame(page, 4, during);

test.describe("F2", () => {
  test.skip(!wanted("F2"));
  for (const throttle of [4, 1]) {
    test(`an answer of 2,600 tokens at 100 a second, ${throttle}x slower`, async ({ page, api, user }) => {
      const plain = await floor(page, api, user, costing(throttle));
      const ours = await streaming(page, api, user, costing(throttle));
      const limit = throttle === 4 ? 0.5 : 0.2;
      note("F2", `busy at ${throttle}×`, `≤ ${percent(limit)}`, `${percent(ours.busy)} (plain text: ${percent(plain.busy)})`, ours.busy <= limit);
      if (throttle !== 4) return;
      note("F2", "long tasks at 4×, in 26 s", "≤ 0.5 s", `${ours.long.toFixed(1)} s (plain text: ${plain.long.toFixed(1)} s)`, ours.long <= 0.5);
    });
  }

  test("the time between frames, 4x slower", async ({ page, api, user }) => {
    const plain = await floor(page, api, user, atEveryFrame);
    const ours = await streaming(page, api, user, atEveryFrame);
    note("F2", "longest time between frames at 4×", "≤ 100 ms", `${ms(ours)} (plain text: ${ms(plain)})`, ours <= 100);
  });
});

test.describe("F3", () => {
  test.skip(!wanted("F3"));
  const longer = "test/fixtures/longer.md";
  test.beforeAll(() => writeFileSync(longer, Array.from({ length: 3 }, () => readFileSync("test/fixtures/long.md", "utf8")).join("\n\n")));
  test.afterAll(() => rmSync(longer, { force: true }));

  test("three times the text, and a long conversation above", async ({ page, api, user }) => {
    const one = await streaming(page, api, user, costing(1));
    const three = await streaming(page, api, user, costing(1), "[[file=longer.md rate=100]]");
    note("F3", "a text three times longer, a second", "≤ 1.3×", `${(three.busy / one.busy).toFixed(2)}× (${percent(one.busy)} → ${percent(three.busy)})`, three.busy <= one.busy * 1.3);
    const below = await streaming(page, api, user, costing(1), LONG, 100);
    note("F3", "below 200 messages", "≤ 1.3×", `${(below.busy / one.busy).toFixed(2)}× (${percent(below.busy)})`, below.busy <= one.busy * 1.3);
  });

  test("opening a conversation of 200 messages", async ({ page, api, user }) => {
    const thread = await api.thread(user);
    for (let count = 0; count < 100; count += 1) await api.asked(thread, "[[file=long.md]]");
    await page.goto("/");
    await expect(page.getByRole("link", { name: /long\.md/ })).toBeVisible();
    const cost = await costOf(page, 1, async () => {
      await page.getByRole("link", { name: /long\.md/ }).click();
      await finished(answer(page));
      await expect(page.getByText("A note on method").last()).toBeVisible();
      // Until all of the page of messages is drawn, not only the end of it.
      await expect(page.locator(".answer")).toHaveCount(DRAWN);
    });
    note("F3", "opening 200 messages: longest task", "≤ 300 ms", ms(cost.longestTask), cost.longestTask <= 300);
  });
});
