/** The API's reference: it runs under its policy, shows the routes, and asks nobody but this server. */
import { expect, test } from "./harness/test";

test("the reference comes with the product", async ({ page }) => {
  const asked = new Set<string>();
  const complaints: string[] = [];
  page.on("request", (request) => asked.add(new URL(request.url()).origin));
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto("/docs");
  await page.getByText("Follow a run").first().click();
  await expect(page.getByText("Last-Event-ID").first()).toBeVisible();
  asked.delete("null"); // data: addresses
  expect([...asked]).toEqual([new URL(page.url()).origin]);
  expect(complaints).toEqual([]);
});
