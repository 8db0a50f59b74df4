/** The API's reference, to try (Swagger UI) and to read (Redoc): each runs under its policy, shows the routes, and asks nobody but this server. */
import { expect, test } from "./harness/test";

for (const address of ["/docs", "/redoc"]) {
  test(`${address} comes with the product`, async ({ page }) => {
    const asked = new Set<string>();
    const complaints: string[] = [];
    page.on("request", (request) => asked.add(new URL(request.url()).origin));
    page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(address);
    const route = page.getByText("Follow a run").and(page.locator(":visible")).first();
    await route.click();
    await expect(page.getByText("Last-Event-ID").first()).toBeVisible();
    asked.delete("null"); // data: and blob: addresses
    expect([...asked]).toEqual([new URL(page.url()).origin]);
    expect(complaints).toEqual([]);
  });
}

test("the search of /redoc finds a route", async ({ page }) => {
  await page.goto("/redoc");
  await page.getByRole("searchbox", { name: "Search" }).or(page.getByPlaceholder("Search...")).first().fill("regenerate");
  await expect(page.locator('[data-role="search:results"]')).toContainText("again", { ignoreCase: true });
});
