/**
 * What the main thread of a page spends while something happens: share of the time it is busy, long tasks. And, measured by itself, the longest time between
 * two frames: who asks to be called at every frame makes the page draw sixty of them a second, where it would have drawn twenty, and that costs more than what is drawn.
 */
import type { Page } from "playwright/test";

export interface Cost {
  /** Busy time by time. */
  busy: number;
  /** Seconds in tasks of more than 50 ms. */
  long: number;
  /** Milliseconds. */
  longestTask: number;
}

/** The longest time between two frames, in milliseconds, with the processor slowed down `throttle` times. */
export async function worstFrame(page: Page, throttle: number, during: () => Promise<unknown>): Promise<number> {
  const devtools = await page.context().newCDPSession(page);
  await page.evaluate(() => {
    const frames = { times: [] as number[], on: true };
    Object.assign(window, { frames });
    const tick = (now: number): void => {
      frames.times.push(now);
      if (frames.on) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  await during();
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  await devtools.detach();
  return page.evaluate(() => {
    const { frames } = window as unknown as { frames: { times: number[]; on: boolean } };
    frames.on = false;
    return Math.max(0, ...frames.times.slice(3).map((time, index) => time - frames.times[index + 2]!));
  });
}

/** `during` is measured with the processor slowed down `throttle` times. */
export async function costOf(page: Page, throttle: number, during: () => Promise<unknown>): Promise<Cost> {
  const devtools = await page.context().newCDPSession(page);
  // The thread's own time: what other processes take of a shared machine is not the page's.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.evaluate(() => {
    const tasks: number[] = [];
    Object.assign(window, { tasks });
    new PerformanceObserver((list) => tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  const before = await used();
  await during();
  const after = await used();
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const tasks = await page.evaluate(() => (window as unknown as { tasks: number[] }).tasks);
  await devtools.detach();
  return {
    busy: (after.busy - before.busy) / (after.at - before.at),
    long: tasks.reduce((sum, task) => sum + task, 0) / 1000,
    longestTask: Math.max(0, ...tasks),
  };

  async function used(): Promise<{ busy: number; at: number }> {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return { busy: value("TaskDuration"), at: performance.now() / 1000 };
  }
}

/** Waits for the answer after `before` others to be done. The page tells by itself: to be asked again and again, as a test does, takes it a fifth of its time at 4x. */
export async function answered(page: Page, before: number): Promise<void> {
  await page.evaluate(
    (index) =>
      new Promise<void>((done) => {
        const look = (): void => {
          if (document.querySelectorAll<HTMLElement>(".answer[data-status]")[index]?.dataset["status"] !== "done") return;
          observer.disconnect();
          done();
        };
        const observer = new MutationObserver(look);
        observer.observe(document.body, { subtree: true, childList: true, attributeFilter: ["data-status"] });
        look();
      }),
    before,
  );
}

/** The floor: a page that follows the same run and does nothing but put each token at the end of one text. */
export async function plainText(page: Page, runId: string): Promise<void> {
  await page.evaluate(
    (id) =>
      new Promise<void>((done) => {
        const text = document.body.appendChild(document.createElement("pre")).appendChild(document.createTextNode(""));
        (text.parentElement as HTMLElement).style.cssText = "white-space: pre-wrap; width: 46rem";
        const events = new EventSource(`/api/runs/${id}/events`);
        events.addEventListener("token", (event) => text.appendData((JSON.parse(event.data as string) as { text: string }).text));
        events.addEventListener("done", () => {
          events.close();
          done();
        });
      }),
    runId,
  );
}
