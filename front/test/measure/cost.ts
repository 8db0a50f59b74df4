/** What the main thread of a page spends while something happens: share of the time it is busy, long tasks, the longest time between two frames. */
import type { Page } from "playwright/test";

export interface Cost {
  /** Busy time by time. */
  busy: number;
  /** Seconds in tasks of more than 50 ms. */
  long: number;
  /** Milliseconds. */
  worstFrame: number;
  longestTask: number;
}

interface Seen {
  frames: number[];
  tasks: number[];
  on: boolean;
}

/** `during` is measured with the processor slowed down `throttle` times. */
export async function costOf(page: Page, throttle: number, during: () => Promise<unknown>): Promise<Cost> {
  const devtools = await page.context().newCDPSession(page);
  // The thread's own time: what other processes take of a shared machine is not the page's.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.evaluate(() => {
    const seen: Seen = { frames: [], tasks: [], on: true };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask" });
    let last = performance.now();
    const tick = (now: number): void => {
      seen.frames.push(now - last);
      last = now;
      if (seen.on) requestAnimationFrame(tick);
    };
    requestAnimationFrame(tick);
  });
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: throttle });
  const before = await used();
  await during();
  const after = await used();
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  const seen = await page.evaluate(() => {
    const { seen } = window as unknown as { seen: Seen };
    seen.on = false;
    return { frames: seen.frames.slice(2), tasks: seen.tasks };
  });
  await devtools.detach();
  const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
  return {
    busy: (after.busy - before.busy) / (after.at - before.at),
    long: total(seen.tasks) / 1000,
    worstFrame: Math.max(0, ...seen.frames),
    longestTask: Math.max(0, ...seen.tasks),
  };

  async function used(): Promise<{ busy: number; at: number }> {
    const { metrics } = await devtools.send("Performance.getMetrics");
    const value = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0;
    return { busy: value("TaskDuration"), at: performance.now() / 1000 };
  }
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
