/** A server that asks who one is (AUTH_MODE): the key is shown once, the page knows its user by name, and forgets everything on signing out. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { asking, freePort, newKey, startIdentityProvider, startServer } from "./harness/product";
import { answer, ask, button, expect, finished, stranger as test, words } from "./harness/test";

test("signing in with a key, by name, and out again", async ({ page }) => {
  test.slow();
  const folder = join(process.env["E2E_FOLDER"] ?? "", "signin");
  const settings = { ...asking(process.env["E2E_PROVIDERS"] ?? ""), AUTH_MODE: "api_key", RAG_STORE: join(folder, "..", "data", "rag_store") };
  const server = await startServer(folder, settings);
  try {
    const key = await newKey(folder, "Grace Hopper");
    const field = page.getByLabel(words["welcome.signIn.key"]);
    await page.goto(server.url);
    await field.fill("ck_wrong_key");
    await field.press("Enter");
    await expect(page.getByText(words["welcome.signIn.wrong"])).toBeVisible();
    await field.fill(key);
    await field.press("Enter");
    const settingsOf = page.getByRole("button", { name: `Grace Hopper ${words["settings.open"]}` });
    await expect(settingsOf).toContainText("GH");
    await page.reload();
    await expect(settingsOf).toBeVisible();
    await page.getByRole("link", { name: words["threads.new"] }).click();
    await ask(page, "[[tokens=20]]");
    await finished(answer(page));
    expect(await page.evaluate((secret) => JSON.stringify({ ...localStorage, ...sessionStorage }).includes(secret), key)).toBe(false);
    await settingsOf.click();
    await button(page, "settings.signOut").click();
    await expect(field).toBeVisible();
    await page.reload();
    await expect(field).toBeVisible();
    await expect(page.getByText("Grace Hopper")).toHaveCount(0);
  } finally {
    await server.stop();
  }
});

test("signing in with an identity provider, out of it again, and what it says when that does not work", async ({ page }) => {
  test.slow();
  const folder = join(process.env["E2E_FOLDER"] ?? "", "provider");
  mkdirSync(folder, { recursive: true });
  const port = await freePort();
  const provider = await startIdentityProvider(folder, `http://127.0.0.1:${port}/api/sign-in/callback`);
  const settings = {
    ...asking(process.env["E2E_PROVIDERS"] ?? ""),
    AUTH_MODE: "jwt",
    JWT_ISSUER: provider.word,
    JWT_AUDIENCE: "chatbot",
    OIDC_CLIENT_ID: "chatbot-page",
    OIDC_CLIENT_SECRET: "a secret / with : signs",
    OIDC_NAME: "Example Corp",
    RAG_STORE: join(folder, "..", "data", "rag_store"),
  };
  const server = await startServer(folder, settings, port);
  try {
    const begin = page.getByRole("button", { name: words["welcome.signIn.provider"].replace("{name}", "Example Corp") });
    await page.goto(`${server.url}/cvs`);
    await begin.click();
    await page.getByRole("link", { name: "Cancel" }).click();
    await expect(page.getByRole("alert")).toHaveText(words["welcome.signIn.refused"].replace("{name}", "Example Corp"));
    expect(new URL(page.url()).search).toBe("");

    await page.goto(`${server.url}/cvs`);
    await begin.click();
    await page.getByRole("link", { name: "Continue as Ada" }).click();
    await expect(page).toHaveURL(`${server.url}/cvs`);
    const settingsOf = page.getByRole("button", { name: `Ada ${words["settings.open"]}` });
    await page.getByRole("link", { name: words["threads.new"] }).click();
    await ask(page, "[[tokens=20]]");
    await finished(answer(page));

    await settingsOf.click();
    await button(page, "settings.signOut").click();
    await expect(page.getByRole("heading", { name: "Signed out of Example Corp" })).toBeVisible();
    await page.getByRole("link", { name: "Back" }).click();
    await expect(begin).toBeVisible();
  } finally {
    await server.stop();
    await provider.stop();
  }
});
