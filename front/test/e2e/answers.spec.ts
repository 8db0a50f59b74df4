/** An answer from the question to its end, whatever comes between: a reload, a stop, another try, another wording, a thread that is busy, a model that fails. */
import { answer, ask, button, composer, expect, finished, shown, stranger, test, whole, words, written } from "./harness/test";

stranger("first visit: a name, one click, an answer", async ({ page, api }) => {
  await page.goto("/");
  await page.getByLabel(words["welcome.name"]).fill("Grace");
  await button(page, "welcome.start").click();
  await expect(page.getByRole("heading", { name: "Grace" })).toBeVisible();
  // Who chooses with a click and writes on is not left without a field to write in.
  await page.getByText(words["welcome.resume"], { exact: true }).click();
  await page.getByText(words["welcome.cvs"], { exact: true }).click();
  await page.keyboard.type("Who");
  await expect(composer(page)).toHaveValue("Who");
  await ask(page, "Who knows Kubernetes? [[tokens=60 rate=200]]");
  await expect(page).toHaveURL(/\/chat\/[0-9a-f-]{36}$/);
  await finished(answer(page));
  const threadId = page.url().split("/").at(-1) ?? "";
  expect(await shown(answer(page))).toBe((await api.answer(threadId)).content);
  await expect(page.getByRole("navigation", { name: words["threads.list"] }).getByRole("link")).toHaveText([/Who knows Kubernetes/]);
  await expect(composer(page)).toBeFocused();

  await page.reload();
  await expect(answer(page)).toHaveAttribute("data-status", "done");

  // Another name begins another list, and who only wanted to look at the settings finds back.
  await page.getByRole("button", { name: words["settings.open"] }).click();
  await page.getByRole("button", { name: words["settings.name"] }).click();
  await page.reload();
  await button(page, "welcome.start").waitFor();
  await page.getByRole("button", { name: words["welcome.back"].replace("{name}", "Grace") }).click();
  await expect(page.getByRole("link", { name: "Who knows Kubernetes" })).toBeVisible();
});

test("a reload in the middle of an answer goes on where it was, to the byte", async ({ page, api, thread, held }) => {
  await page.goto(`/chat/${thread.thread_id}`);
  await ask(page, `[[tokens=1500 rate=60 ${held.until}]]`);
  await written(answer(page), 300);
  for (let reloads = 0; reloads < 2; reloads += 1) {
    const before = await shown(answer(page));
    await page.reload();
    await written(answer(page), before.length);
    expect((await shown(answer(page))).startsWith(before)).toBe(true);
    await expect(answer(page)).toHaveAttribute("data-status", "streaming");
  }
  await held.go();
  await whole(answer(page), api, thread, 1500);
});

test("stop keeps the text so far and says so, also after a reload", async ({ page, api, thread }) => {
  await page.goto(`/chat/${thread.thread_id}`);
  await ask(page, "[[tokens=2000 rate=50]]");
  await written(answer(page), 200);
  await button(page, "chat.stop").click();
  await finished(answer(page), "cancelled");
  await expect(answer(page)).toContainText(words["chat.stopped"]);
  const kept = (await api.answer(thread.thread_id)).content;
  expect(kept.length).toBeGreaterThanOrEqual(200);
  await expect.poll(() => shown(answer(page))).toBe(kept);
  await page.reload();
  await expect(answer(page)).toContainText(words["chat.stopped"]);
  expect(await shown(answer(page))).toBe(kept);
  await expect(composer(page)).toBeEnabled();
});

test("regenerate gives another answer beside the first, and both stay", async ({ page, api, thread }) => {
  await api.asked(thread, "[[tokens=30 id=first]]");
  await page.goto(`/chat/${thread.thread_id}`);
  await button(answer(page), "chat.regenerate").click();
  await expect(answer(page).getByText("2/2")).toBeVisible();
  await finished(answer(page));
  await button(answer(page), "chat.sibling.before").click();
  await expect(answer(page).getByText("1/2")).toBeVisible();
  expect(await shown(answer(page))).toContain("first30");
  expect((await api.conversation(thread.thread_id)).messages).toHaveLength(3);
});

test("an edited question opens a branch, and the way back to the first one, which stays under the pointer and the keys", async ({ page, api, thread }) => {
  await api.asked(thread, "[[tokens=900 id=old]]");
  await page.goto(`/chat/${thread.thread_id}`);
  await button(page, "chat.edit").click();
  await page.getByRole("textbox", { name: words["chat.edit.label"] }).fill("Better [[tokens=20 id=new]]");
  await button(page, "chat.edit.send").click();
  await expect(answer(page)).toContainText("new20");
  await expect(page.getByText("old900")).toHaveCount(0);
  const place = await page.getByText("2/2").boundingBox();
  await button(page, "chat.sibling.before").click();
  await expect(answer(page)).toContainText("old900");
  await expect(button(page, "chat.sibling.after")).toBeFocused();
  expect(await page.getByText("1/2").boundingBox()).toEqual(place);
  await page.keyboard.press("Enter");
  await expect(answer(page)).toContainText("new20");
  await expect(button(page, "chat.sibling.before")).toBeFocused();
  await page.reload();
  await expect(answer(page)).toContainText("new20");
});

for (const way of ["enqueue", "interrupt"] as const) {
  test(`a busy thread offers to ${way}`, async ({ page, thread, held }) => {
    await page.goto(`/chat/${thread.thread_id}`);
    await ask(page, `[[tokens=450 rate=50 id=one ${held.until}]]`);
    await written(answer(page), 50);
    await ask(page, "[[tokens=20 id=two]]");
    await expect(page.getByRole("alert").filter({ hasText: words["chat.busy"] })).toBeVisible();
    await button(page, `chat.busy.${way}`).click();
    if (way === "enqueue") {
      await expect(button(page, "chat.withdraw")).toBeVisible();
      await held.go();
    }
    await finished(answer(page, 0), way === "enqueue" ? "done" : "cancelled");
    await finished(answer(page, 1));
    expect(await shown(answer(page, 1))).toContain("two20");
    if (way === "enqueue") expect(await shown(answer(page, 0))).toContain("one450");
  });
}

test("a question that waits in line can be taken out of it by itself, also after a reload", async ({ page, api, thread }) => {
  await api.post(thread, "[[tokens=3000 rate=50 id=one]]");
  const kept = await api.post(thread, "[[tokens=20 id=two]]", { on_busy: "enqueue" });
  const gone = await api.post(thread, "[[tokens=20 id=three]]", { on_busy: "enqueue" });
  await page.goto(`/chat/${thread.thread_id}`);
  await written(answer(page, 0), 50);
  await page.reload();
  await written(answer(page, 0), 50);
  await expect(button(page, "chat.withdraw")).toHaveCount(2);
  await button(answer(page, 2), "chat.withdraw").click();
  await finished(answer(page, 2), "cancelled");
  await expect(page.getByText(words["chat.withdrawn"])).toBeVisible();
  await expect(page.locator("textarea")).toBeFocused();
  // The one that is written goes on, and the one before it keeps its place.
  await expect(answer(page, 0)).toHaveAttribute("data-status", "streaming");
  await expect(button(answer(page, 1), "chat.withdraw")).toBeVisible();
  await button(page, "chat.stop").click();
  await finished(answer(page, 1));
  const { messages } = await api.conversation(thread.thread_id);
  const statusOf = (runId: string) => messages.find((message) => message.run_id === runId)?.status;
  expect([statusOf(kept.run_id), statusOf(gone.run_id)]).toEqual(["done", "cancelled"]);
});

test("a question that waits for an answer in another way through the conversation says so, and can be taken out of the line", async ({ page, api, thread }) => {
  await api.post(thread, "[[tokens=3000 rate=50 id=one]]");
  await api.post(thread, "[[tokens=20 id=two]]", { on_busy: "enqueue", parent_id: null });
  await page.goto(`/chat/${thread.thread_id}`);
  await expect(answer(page)).toContainText(words["chat.queued.behind"]);
  await button(page, "chat.withdraw").click();
  // What is left to wait for is the other one, which goes on.
  await expect(answer(page)).toHaveAttribute("data-status", "streaming");
  await button(page, "chat.sibling.after").click();
  await expect(answer(page)).toContainText(words["chat.stopped.empty"]);
  await button(page, "chat.stop").click();
  await expect(button(page, "chat.stop")).toBeHidden();
});

test("an answer that broke off keeps its text, says why, and another try works", async ({ page, thread }) => {
  await page.goto(`/chat/${thread.thread_id}`);
  await ask(page, "[[tokens=60 fault=drop after=20]]");
  await finished(answer(page), "failed");
  await expect(answer(page)).toContainText(words["chat.fail.provider_interrupted"]);
  expect(await shown(answer(page))).toContain("word20");
  await ask(page, "[[fault=auth times=1 tokens=25]]");
  await finished(answer(page), "failed");
  await expect(answer(page)).toContainText(words["chat.fail.provider_auth"]);
  await page.reload();
  await expect(answer(page)).toContainText(words["chat.fail.provider_auth.do"]);
  await button(answer(page), "chat.fail.retry").click();
  await finished(answer(page));
  expect(await shown(answer(page))).toContain("word25");
});

test("too many requests: the question waits as long as the server asks, then is sent once", async ({ page, api, thread }) => {
  let refused = 0;
  await page.route("**/messages", async (route) => {
    if (route.request().method() !== "POST" || (refused += 1) > 1) return route.fallback();
    const error = { code: "rate_limited", message: "Too many requests.", request_id: "1" };
    return route.fulfill({ status: 429, headers: { "retry-after": "3" }, contentType: "application/json", body: JSON.stringify({ error }) });
  });
  await page.goto(`/chat/${thread.thread_id}`);
  await ask(page, "[[tokens=10]]");
  await expect(page.getByText(/Too many requests\. Sent in \d sec\./)).toBeVisible();
  await whole(answer(page), api, thread, 10);
  expect((await api.conversation(thread.thread_id)).messages).toHaveLength(2);
});

test("a dead link says so and leads home", async ({ page, watch }) => {
  for (const path of ["/chat/0195e7a0-0000-7000-8000-000000000000", "/chat/nothing"]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { name: words["ui.notFound"] })).toBeVisible();
  }
  await button(page, "ui.notFound.home").click();
  await expect(composer(page)).toBeVisible();
  watch.missing.length = 0; // what was asked for was not there
});

test("hostile markdown loads nothing, runs nothing, and leads nowhere unseen", async ({ page, thread }) => {
  await page.goto(`/chat/${thread.thread_id}`);
  await ask(page, "[[file=hostile.md]]");
  await finished(answer(page));
  await expect(answer(page)).toContainText("The end of it.");
  const found = await answer(page).evaluate((element) => ({
    loaded: element.querySelectorAll("img, iframe, script, style, object, embed, form, svg image, link, meta, base, video, audio").length,
    handlers: [...element.querySelectorAll("*")].filter((one) => [...one.attributes].some(({ name }) => name.startsWith("on") || name === "style")).length,
    links: [...element.querySelectorAll("a")].map((link) => link.href),
    hit: "hit" in window,
  }));
  expect(found).toMatchObject({ loaded: 0, handlers: 0, hit: false });
  expect(found.links.length).toBeGreaterThan(0);
  for (const link of found.links) expect(link).toMatch(/^(https?:\/\/evil\.example\/|mailto:|http:\/\/127\.0\.0\.1:\d+\/chat\/[\w-]+#[\w-]*(?:note|call)-\d+$)/);
  // The watch of every test adds: no request to elsewhere, nothing that the content security policy had to stop.
});
