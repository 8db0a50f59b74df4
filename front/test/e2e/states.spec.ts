/**
 * Every state of the page, at three widths, light and dark: no violation of WCAG 2.2 AA that axe can find, nothing wider than the screen, and a picture in
 * test-results/states to be looked at.
 *
 * A state is prepared once on a screen and once on a phone (a touch screen is another kind of browser), then looked at in every width and theme of it.
 * STATES=streaming,failed looks at some of them.
 */
import { AxeBuilder } from "@axe-core/playwright";
import { answer, ask, button, composer, expect, finished, stranger, test, words, written, type Page } from "./harness/test";
import type { Api, Thread, User } from "./harness/api";

const AXE = {
  resultTypes: ["violations" as const],
  runOnly: { type: "tag" as const, values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
  rules: { "label-content-name-mismatch": { enabled: true }, "target-size": { enabled: true } },
};
const LOOK = process.env["STATES"]?.split(",");
const CITING = "What did Marco Ossani do at Peyrolles Numérique?";

interface Given {
  page: Page;
  api: Api;
  user: User;
  phone: boolean;
}
type State = (given: Given) => Promise<unknown>;

const open = (page: Page, thread: Thread) => page.goto(`/chat/${thread.thread_id}`);
const sidebar = async ({ page, phone }: Given): Promise<void> => {
  if (phone) await button(page, "ui.menu.open").tap();
};

/** A conversation that looks like one. */
async function talk({ page, api, user }: Given, text = "[[file=long.md]]"): Promise<Thread> {
  const thread = await api.thread(user, "cvs", "Who could lead the platform team?");
  await api.asked(thread, `${CITING} ${text}`);
  await open(page, thread);
  await finished(answer(page));
  return thread;
}

async function running({ page, api, user }: Given, directive: string, assistant: "cvs" | "resume" = "resume"): Promise<Thread> {
  const thread = await api.thread(user, assistant, "An answer on its way");
  await open(page, thread);
  await ask(page, directive);
  return thread;
}

const refusing = (status: number, code: string, headers: Record<string, string> = {}) => ({
  status,
  headers,
  contentType: "application/json",
  body: JSON.stringify({ error: { code, message: "Not now.", request_id: "0" } }),
});

const STATES: Record<string, State> = {
  home: async ({ page, api, user }) => {
    for (const title of ["Kubernetes experience", "Who speaks Arabic?", "A list of everybody who has ever led a team of more than five people"]) await api.thread(user, "cvs", title);
    await page.goto("/");
    await expect(page.getByRole("heading", { name: words["welcome.examples"] }).or(page.getByText(words["welcome.examples"])).first()).toBeVisible();
  },
  empty: async ({ page, api, user }) => {
    await open(page, await api.thread(user));
    await expect(composer(page)).toBeVisible();
  },
  thinking: async (given) => {
    await running(given, "Who knows Python? [[first=60 tokens=5]]", "cvs");
    await expect(given.page.locator(".answer[aria-busy]")).toBeVisible();
  },
  streaming: async (given) => {
    await running(given, `${CITING} [[file=long.md first=0 rate=300 fault=hang after=1500]]`, "cvs");
    await written(answer(given.page), 4000);
  },
  finished: (given) => talk(given),
  short: (given) => talk(given, "[[text=She_led_the_migration_to_**Kubernetes**_{1},_and_before_that_the_data_platform_{2}{3}.]]"),
  stopped: async (given) => {
    await running(given, "[[tokens=3000 rate=60]]");
    await written(answer(given.page), 200);
    await button(given.page, "chat.stop").click();
    await finished(answer(given.page), "cancelled");
  },
  failed: async (given) => {
    await running(given, "[[fault=drop after=40 tokens=60]]");
    await finished(answer(given.page), "failed");
  },
  refused: async (given) => {
    await running(given, "[[fault=auth]]");
    await finished(answer(given.page), "failed");
    await given.page.locator("summary").click();
  },
  busy: async (given) => {
    await running(given, "[[tokens=3000 rate=10]]");
    await written(answer(given.page), 10);
    await ask(given.page, "And who of them speaks Spanish?");
    await expect(button(given.page, "chat.busy.enqueue")).toBeVisible();
  },
  queued: async (given) => {
    const thread = await given.api.thread(given.user, "resume");
    await given.api.post(thread, "[[tokens=3000 rate=10]]");
    await given.api.post(thread, "And who of them speaks Spanish?", { on_busy: "enqueue" });
    await open(given.page, thread);
    await expect(button(given.page, "chat.withdraw")).toBeVisible();
  },
  limited: async (given) => {
    await given.page.route("**/messages", (route) => (route.request().method() === "POST" ? route.fulfill(refusing(429, "rate_limited", { "retry-after": "600" })) : route.fallback()));
    await running(given, "Who knows Rust?");
    await expect(given.page.getByText(/Too many requests/)).toBeVisible();
  },
  offline: async (given) => {
    await talk(given);
    await given.page.context().setOffline(true);
    await expect(given.page.getByText(words["chat.offline"])).toBeVisible();
    await ask(given.page, "And who speaks Arabic?");
    await expect(given.page.getByText(words["chat.sending.online"])).toBeVisible();
  },
  database: async ({ page, api, user }) => {
    const thread = await api.thread(user, "cvs", "The database is away");
    await page.route("**/messages?**", (route) => route.fulfill(refusing(503, "database_unavailable", { "retry-after": "600" })));
    await open(page, thread);
    await expect(page.getByText(words["chat.problem.database"])).toBeVisible();
  },
  demo: async ({ page }) => {
    await page.route("**/api/assistants**", async (route) => {
      const response = await route.fetch();
      return route.fulfill({ response, json: { ...((await response.json()) as object), offline: true, provider: "offline", model: "offline-quotes" } });
    });
    await page.goto("/");
    await expect(page.getByText(words["welcome.offline"])).toBeVisible();
  },
  source: async (given) => {
    await talk(given);
    await answer(given.page).getByRole("button", { name: /^Source 1:/ }).first().click();
    await expect(given.page.getByText(words["sources.marked"])).toBeAttached({ timeout: 30_000 });
    await expect(given.page.locator(".pdf-page[data-drawn]")).toBeVisible();
  },
  drawer: async (given) => {
    await talk(given);
    await sidebar(given);
    await expect(button(given.page, "ui.menu.close")).toBeVisible();
  },
  menu: async (given) => {
    await talk(given);
    await sidebar(given);
    const list = given.page.getByRole("navigation", { name: words["threads.list"] });
    await list.getByRole("link").first().hover();
    await list.getByRole("button", { name: /^Options for/ }).first().click();
    await expect(list.getByRole("menuitem").first()).toBeVisible();
  },
  renaming: async (given) => {
    await talk(given);
    await sidebar(given);
    await given.page.getByRole("navigation", { name: words["threads.list"] }).getByRole("link").first().press("F2");
    await expect(given.page.getByRole("textbox", { name: words["threads.rename.label"] })).toBeVisible();
  },
  deleted: async (given) => {
    await talk(given);
    await sidebar(given);
    await given.page.getByRole("navigation", { name: words["threads.list"] }).getByRole("link").first().press("Delete");
    await expect(button(given.page, "ui.undo")).toBeVisible();
  },
  settings: async (given) => {
    await talk(given);
    await sidebar(given);
    await given.page.getByRole("button", { name: words["settings.open"] }).click();
    await expect(given.page.getByRole("radio").first()).toBeAttached();
  },
  shortcuts: async (given) => {
    await talk(given);
    await given.page.getByRole("region", { name: words["chat.conversation"] }).press("?");
    await expect(given.page.getByRole("dialog", { name: words["ui.shortcuts"] })).toBeVisible();
  },
  editing: async (given) => {
    await talk(given, "[[tokens=40]]");
    await given.page.getByRole("button", { name: words["chat.edit"], exact: true }).click();
    await expect(given.page.getByRole("textbox", { name: words["chat.edit.label"] })).toBeVisible();
  },
  search: async (given) => {
    await talk(given, "[[tokens=40]]");
    await sidebar(given);
    await given.page.getByRole("searchbox", { name: words["threads.search"] }).fill("platform");
    await expect(given.page.locator("nav mark").first()).toBeVisible();
  },
  nothing: async (given) => {
    await talk(given, "[[tokens=40]]");
    await sidebar(given);
    await given.page.getByRole("searchbox", { name: words["threads.search"] }).fill("xylophone");
    await expect(given.page.getByText("Nothing found for “xylophone”")).toBeVisible();
  },
  cvs: async ({ page }) => {
    await page.goto("/cvs");
    await expect(page.getByText("30 CVs")).toBeVisible();
    await expect.poll(() => page.locator("main img, main canvas").count(), { timeout: 20_000 }).toBeGreaterThan(2);
  },
  cv: async ({ page }) => {
    await page.goto("/cvs/001-marco-ossani");
    await expect(page.locator(".pdf-page[data-drawn]")).toBeVisible({ timeout: 30_000 });
  },
  missing: async ({ page }) => {
    await page.goto("/chat/0195e7a0-0000-7000-8000-000000000000");
    await expect(page.getByRole("heading", { name: words["ui.notFound"] })).toBeVisible();
  },
};

const WIDTHS = { screen: [1200, 700], phone: [390] } as const;

async function look(page: Page, name: string, widths: readonly number[]): Promise<void> {
  const found: string[] = [];
  const height = widths[0] === 390 ? 780 : 800;
  for (const width of widths)
    for (const scheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
      await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
      const { violations } = await new AxeBuilder({ page }).exclude(".hiddenCanvasElement").options(AXE).analyze();
      for (const { id, nodes } of violations) found.push(`${width} ${scheme}: ${id} at ${nodes.map((node) => node.target.join(" ")).slice(0, 3).join(" | ")}`);
      const wide = await page.evaluate(() => document.documentElement.scrollWidth);
      if (wide > width) found.push(`${width} ${scheme}: the page is ${wide} wide`);
      await page.screenshot({ path: `test-results/states/${name}-${width}-${scheme}.png` });
    }
  expect(found).toEqual([]);
}

for (const kind of ["screen", "phone"] as const) {
  test.describe(kind, () => {
    if (kind === "phone") test.use({ viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true });

    for (const [name, state] of Object.entries(STATES)) {
      if (LOOK !== undefined && !LOOK.includes(name)) continue;
      if (kind === "phone" && name === "shortcuts") continue;
      test(name, async ({ page, api, user, watch }) => {
        await state({ page, api, user, phone: kind === "phone" });
        await look(page, name, WIDTHS[kind]);
        if (name === "missing") watch.missing.length = 0;
        await page.unrouteAll({ behavior: "ignoreErrors" });
      });
    }
  });
}

stranger.describe("a stranger's", () => {
  for (const kind of ["screen", "phone"] as const)
    stranger(`welcome on a ${kind}`, async ({ page }) => {
      stranger.skip(LOOK !== undefined && !LOOK.includes("welcome"));
      await page.goto("/");
      await expect(page.getByLabel(words["welcome.name"])).toBeVisible();
      await look(page, "welcome", WIDTHS[kind]);
    });
});
