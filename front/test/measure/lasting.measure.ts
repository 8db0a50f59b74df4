/** F4 to F8: how soon an answer is back after a reload, a cut, a dead link, a closed tab; how soon it stops; how still the view is. */
import { button, expect, finished, answer, ask, knows, shown, test, whole, words, written, type Page } from "../e2e/harness/test";
import { Line } from "../e2e/harness/line";
import { median, ms, note, wanted } from "./note";

const CUTS = 100;
const READERS = 4;

test.describe("F4", () => {
  test.skip(!wanted("F4"));

  test("reload in the middle of an answer", async ({ page, context, thread }) => {
    // When the page has all of the text that there was before, by the page's own clock, which begins with its navigation.
    await context.addInitScript(() => {
      const goal = Number(sessionStorage.getItem("goal") ?? "0");
      if (goal === 0) return;
      const look = (): void => {
        const length = document.querySelector(".answer .md")?.textContent?.length ?? 0;
        if (length >= goal) Object.assign(window, { back: performance.now() });
        else requestAnimationFrame(look);
      };
      look();
    });
    await page.goto(`/chat/${thread.thread_id}`);
    await ask(page, "[[tokens=4000 rate=100]]");
    await written(answer(page), 5_000);
    const took: number[] = [];
    for (let round = 0; round < 15; round += 1) {
      const length = (await shown(answer(page))).length;
      await page.evaluate((goal) => sessionStorage.setItem("goal", String(goal)), length);
      await page.reload();
      took.push(await page.waitForFunction(() => (window as unknown as { back?: number }).back).then((handle) => handle.jsonValue() as Promise<number>));
    }
    note("F4", "reload mid-answer: all text back (median of 15, slowest)", "≤ 300 ms", `${ms(median(took))}, ${ms(Math.max(...took))}`, median(took) <= 300);
    await button(page, "chat.stop").click();
  });

  test(`${CUTS} random cuts`, async ({ browser, api, user, service }) => {
    const readers = Array.from({ length: READERS }, async () => {
      const context = await browser.newContext({ locale: "en-US" });
      await knows(context, user);
      const page = await context.newPage();
      const line = await Line.to(service);
      const thread = await api.thread(user);
      await page.goto(`${line.url}/chat/${thread.thread_id}`);
      await ask(page, "[[tokens=2400 rate=50]]");
      await written(answer(page), 20);
      let cuts = 0;
      while (cuts < CUTS / READERS) {
        const length = (await shown(answer(page))).length;
        line.cut("now");
        cuts += 1;
        await written(answer(page), length + 1);
        await new Promise((rest) => setTimeout(rest, Math.random() * 300));
      }
      const growing = (await answer(page).getAttribute("data-status")) === "streaming";
      await whole(answer(page), api, thread, 2400);
      await context.close();
      await line.close();
      return { cuts, growing };
    });
    const all = await Promise.all(readers);
    const cuts = all.reduce((sum, one) => sum + one.cuts, 0);
    note("F4", "random cuts of the line while 4 answers grow: words lost or doubled", "0 over 100 cuts", `0 over ${cuts} cuts`, cuts >= CUTS && all.every((one) => one.growing));
  });
});

test("F5: a link that dies without a word", async ({ page, api, thread, line }) => {
  test.skip(!wanted("F5"));
  await page.goto(`${line.url}/chat/${thread.thread_id}`);
  await ask(page, "[[tokens=2500 rate=50]]");
  await written(answer(page), 100);
  const before = line.asked;
  line.still();
  const begun = Date.now();
  await expect.poll(() => line.asked, { intervals: [50], timeout: 60_000 }).toBeGreaterThan(before);
  const took = Date.now() - begun;
  await whole(answer(page), api, thread, 2500);
  note("F5", "a link without a byte is given up, and nothing is lost", "≤ 25 s", `${(took / 1000).toFixed(1)} s`, took <= 25_000);
});

test("F6: eight tabs", async ({ context, page, line, thread }) => {
  test.skip(!wanted("F6"));
  const tabs = [page];
  while (tabs.length < 8) tabs.push(await context.newPage());
  for (const tab of tabs) await tab.goto(`${line.url}/chat/${thread.thread_id}`);
  const last = tabs.at(-1)!;
  await ask(last, "[[tokens=3000 rate=50]]");
  for (const tab of tabs) await written(answer(tab), 50);
  const streams = line.streams;
  const fetches = await last.evaluate(async () => {
    const took: number[] = [];
    for (let count = 0; count < 20; count += 1) {
      const begun = performance.now();
      await (await fetch("/health")).text();
      took.push(performance.now() - begun);
    }
    return took;
  });
  await last.bringToFront();
  const length = (await shown(answer(last))).length;
  await page.close();
  const closed = Date.now();
  await expect.poll(async () => (await shown(answer(last))).length, { intervals: [20] }).toBeGreaterThan(length + 20);
  const gap = Date.now() - closed;
  note("F6", "8 tabs on one answer: connections", "1", String(streams), streams === 1);
  note("F6", "a request of the eighth tab (median of 20)", "≤ 50 ms", ms(median(fetches)), median(fetches) <= 50);
  note("F6", "leading tab closed: the next events", "≤ 1 s", ms(gap), gap <= 1_000);
  await button(last, "chat.stop").click();
  await finished(answer(last), "cancelled");
});

test("F7: stop", async ({ page, thread }) => {
  test.skip(!wanted("F7"));
  await page.goto(`/chat/${thread.thread_id}`);
  const took: number[] = [];
  for (let round = 0; round < 10; round += 1) {
    await ask(page, "[[tokens=3000 rate=50]]");
    await expect(page.locator(".answer")).toHaveCount(round + 1);
    await written(answer(page), 50);
    took.push(
      await page.evaluate(
        (label) =>
          new Promise<number>((done) => {
            const begun = performance.now();
            const last = [...document.querySelectorAll(".answer")].at(-1)!;
            new MutationObserver(() => last.getAttribute("data-status") === "cancelled" && done(performance.now() - begun)).observe(last, { attributes: true });
            document.querySelector<HTMLButtonElement>(`button[aria-label="${label}"]`)!.click();
          }),
        words["chat.stop"],
      ),
    );
  }
  note("F7", "stop to done (median of 10, slowest)", "≤ 300 ms", `${ms(median(took))}, ${ms(Math.max(...took))}`, median(took) <= 300);
});

test("F8: the view", async ({ page, thread }) => {
  test.skip(!wanted("F8"));
  await page.goto(`/chat/${thread.thread_id}`);
  await ask(page, "[[file=long.md rate=200]]");
  await written(answer(page), 2_500);
  const away = await sampled(page, () => finished(answer(page)), "distance");
  note("F8", "at the end: greatest distance to it in any frame", "≤ 2 px", `${Math.round(Math.max(...away))} px in ${away.length} frames`, Math.max(...away) <= 2);
  await ask(page, "[[file=long.md rate=200]]");
  await expect(page.locator(".answer")).toHaveCount(2);
  await written(answer(page), 1_500);
  await page.getByRole("region", { name: words["chat.conversation"] }).hover();
  await page.mouse.wheel(0, -1500);
  await expect(button(page, "scroll.toBottom")).toBeVisible();
  await page.waitForTimeout(1_000);
  const tops = await sampled(page, () => finished(answer(page)), "top");
  const moved = Math.max(...tops) - Math.min(...tops);
  note("F8", "scrolled up: movement while the answer grows and ends", "0 px", `${moved} px in ${tops.length} frames`, moved === 0);
});

/** A number of the scroller in every frame, as it is painted: how far it is from its end, or from its top. */
async function sampled(page: Page, during: () => Promise<unknown>, what: "distance" | "top"): Promise<number[]> {
  await page.locator("[data-scroller]").evaluate((element, wish) => {
    const samples: number[] = [];
    const state = Object.assign(window, { samples, sampling: true });
    const look = (): void => {
      // The page follows in a ResizeObserver, which comes after the animation frame and before the paint. So does this one, and as it is younger, after the page's.
      const observer = new ResizeObserver(() => {
        observer.disconnect();
        samples.push(wish === "top" ? element.scrollTop : element.scrollHeight - element.scrollTop - element.clientHeight);
      });
      observer.observe(element);
      if (state.sampling) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);
  }, what);
  await during();
  await page.waitForTimeout(300);
  return page.evaluate(() => {
    const state = window as unknown as { samples: number[]; sampling: boolean };
    state.sampling = false;
    return state.samples;
  });
}

