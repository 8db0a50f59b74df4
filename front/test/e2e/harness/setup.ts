/** Before all tests: the fake provider and one server that no test harms, with the sample CVs indexed. After them: both ended, their folder removed. */
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as rest } from "node:timers/promises";
import { asking, startProviders, startServer } from "./product";

const INDEXED_WITHIN = 120_000;

export default async function setup(): Promise<() => Promise<void>> {
  if (!existsSync("dist/index.html")) throw new Error("There is no build of the page: run `npm run build`, or `make front`.");
  const folder = mkdtempSync(join(tmpdir(), "chatbot-e2e-"));
  const stops: (() => Promise<void>)[] = [];
  const teardown = async (): Promise<void> => {
    for (const stop of stops.toReversed()) await stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const providers = await startProviders(folder);
    stops.push(providers.stop);
    const server = await startServer(folder, asking(providers.word));
    stops.push(server.stop);
    await indexed(server.url);
    Object.assign(process.env, { E2E_FOLDER: folder, E2E_PROVIDERS: providers.word, E2E_SERVER: server.url });
  } catch (error) {
    await teardown();
    throw error;
  }
  return teardown;
}

async function indexed(url: string): Promise<void> {
  const deadline = Date.now() + INDEXED_WITHIN;
  while (Date.now() < deadline) {
    const response = await fetch(`${url}/api/cvs?limit=1`);
    if (response.ok && ((await response.json()) as { cvs: unknown[] }).cvs.length > 0) return;
    await rest(100);
  }
  throw new Error("The sample CVs were not indexed in time.");
}
