/**
 * Every state of the page, at three widths, light and dark: no violation of WCAG 2.2 AA that axe can find, nothing wider than the screen, and a picture in
 * test-results/states to be looked at.
 *
 * A state is prepared once, then looked at in every width and theme, the last of them a phone's touch screen. STATES=streaming,failed looks at some.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { answer, ask, button, composer, expect, finished, still, stranger, test, words, written, type Page } from "./harness/test";
import type { Api, Thread, User } from "./harness/api";
import { structure, violations } from "./harness/axe";

const LOOK = process.env["STATES"]?.split(",");
const CITING = "What did Marco Ossani do at Peyrolles Numérique?";

interface Given {
  page: Page;
  api: Api;
  user: User;
  /** The list of conversations is a drawer. */
  narrow: boolean;
  /** For a question whose answer is not done while the page is looked at. */
  until: string;
}
type State = (given: Given) => Promise<unknown>;

const open = (page: Page, thread: Thread) => page.goto(`/chat/${thread.thread_id}`);
const sidebar = async ({ page, narrow }: Given): Promise<void> => {
  if (narrow) await button(page, "ui.menu.open").click();
};

const BRIEF = "[[text=She_led_the_migration_to_**Kubernetes**_{1},_and_before_that_the_data_platform_{2}{3}.]]";

/** A conversation that looks like one. */
async function talk({ page, api, user }: Given, text = BRIEF): Promise<Thread> {
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
    await running(given, `${CITING} [[file=long.md fault=hang after=1500]]`, "cvs");
    await written(answer(given.page), 4000);
    await still(answer(given.page));
  },
  finished: (given) => talk(given, "[[file=long.md]]"),
  short: (given) => talk(given),
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
    await running(given, `[[tokens=40 ${given.until}]]`);
    await still(answer(given.page));
    await ask(given.page, "And who of them speaks Spanish?");
    await expect(button(given.page, "chat.busy.enqueue")).toBeVisible();
  },
  queued: async (given) => {
    const thread = await given.api.thread(given.user, "resume");
    await given.api.post(thread, `[[tokens=40 ${given.until}]]`);
    await given.api.post(thread, "And who of them speaks Spanish?", { on_busy: "enqueue" });
    await open(given.page, thread);
    await expect(button(given.page, "chat.withdraw")).toBeVisible();
    await still(answer(given.page, 0));
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

/** What a narrow page shows in another way is prepared anew there: the list of conversations is a drawer. */
const ANEW = new Set(["drawer", "menu", "renaming", "deleted", "settings", "search", "nothing"]);
/** A phone has no keys to list. */
const SCREEN_ONLY = new Set(["shortcuts"]);

const PICTURES = "test-results/states";
const WIDE = { width: 1200, height: 800 } as const; // as playwright.config.ts has it
const NARROW = { width: 700, height: 800 } as const;
const PHONE = { width: 390, height: 780 } as const;

/** From now on the page is on a phone: a touch screen, and the layout of a mobile browser. */
async function becomePhone(page: Page): Promise<void> {
  await page.setViewportSize(PHONE);
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Emulation.setDeviceMetricsOverride", { ...PHONE, deviceScaleFactor: 1, mobile: true });
  await devtools.send("Emulation.setTouchEmulationEnabled", { enabled: true });
  await page.evaluate(async (phone) => {
    while (innerWidth !== phone.width || !matchMedia("(pointer: coarse)").matches) await new Promise((drawn) => requestAnimationFrame(drawn));
  }, PHONE);
}

type Scheme = "light" | "dark";

/**
 * Both schemes, at a width that is set already: with all rules in the first, with those of colours in the second, and with all again if more than colours
 * are different there.
 */
async function look(page: Page, name: string, width: number, schemes: readonly [Scheme, Scheme]): Promise<string[]> {
  const found: string[] = [];
  let before: string | null = null;
  for (const scheme of schemes) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await settled(page, scheme);
    const now = await structure(page);
    for (const one of await violations(page, now === before ? "colours" : "all")) found.push(`${width} ${scheme}: ${one}`);
    before = now;
    for (const one of await tooWide(page)) found.push(`${width} ${scheme}: ${one}`);
    await picture(page, `${name}-${width}-${scheme}`);
  }
  return found;
}

/** The page, and what scrolls on it from top to bottom: each that scrolls sideways as well. Tables and code of an answer may. */
function tooWide(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrollers = [...document.querySelectorAll("body :not(.md *)")].filter((element) => element.clientHeight > innerHeight / 2 && getComputedStyle(element).overflowY === "auto");
    return [document.documentElement, ...scrollers]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => `${element.localName}.${element.className} is ${element.scrollWidth} wide, and has ${element.clientWidth}`);
  });
}

/** The page has taken the scheme over, and without motion all that moves comes to rest at once; what has no end is not a state. */
async function settled(page: Page, scheme: Scheme): Promise<void> {
  await page.evaluate(async (wanted) => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    while (document.documentElement.dataset["theme"] !== wanted) await frame();
    await frame();
    await frame();
    await Promise.allSettled(document.getAnimations().map((one) => one.finished));
  }, scheme);
}

/** As the browser has it, at once: Playwright's own waits for more than a picture needs that is looked at by people. */
async function picture(page: Page, name: string): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const { data } = await devtools.send("Page.captureScreenshot", { optimizeForSpeed: true });
  await devtools.detach();
  await mkdir(PICTURES, { recursive: true });
  await writeFile(`${PICTURES}/${name}.png`, Buffer.from(data, "base64"));
}

/** In all widths; `narrow` is called when the page has become so. */
async function lookAround(page: Page, name: string, narrow: () => Promise<unknown>): Promise<void> {
  // Each width begins with the scheme that the last one ended with: a change of colours is most of what a look at a long page costs.
  const found = await look(page, name, WIDE.width, ["light", "dark"]);
  await page.setViewportSize(NARROW);
  await narrow();
  found.push(...(await look(page, name, NARROW.width, ["dark", "light"])));
  if (!SCREEN_ONLY.has(name)) {
    await becomePhone(page);
    found.push(...(await look(page, name, PHONE.width, ["light", "dark"])));
  }
  expect(found).toEqual([]);
}

for (const [name, state] of Object.entries(STATES)) {
  if (LOOK !== undefined && !LOOK.includes(name)) continue;
  test(name, async ({ page, api, user, held, watch }) => {
    const given = { page, api, user, until: held.until };
    await state({ ...given, narrow: false });
    await lookAround(page, name, async () => ANEW.has(name) && state({ ...given, narrow: true }));
    if (name === "missing") watch.missing.length = 0;
    await page.unrouteAll({ behavior: "ignoreErrors" });
  });
}

stranger("welcome", async ({ page }) => {
  stranger.skip(LOOK !== undefined && !LOOK.includes("welcome"));
  await page.goto("/");
  await expect(page.getByLabel(words["welcome.name"])).toBeVisible();
  await lookAround(page, "welcome", async () => undefined);
});
