/** The product as a user starts it, asking the fake provider of tests/providers, which speaks the true wire format and does what a question's `[[directive]]` says. */
import { execFile } from "node:child_process";
import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { start, surroundings, type Running } from "./processes";

export const ROOT = resolve(import.meta.dirname, "../../../..");
const BIN = process.env["CHATBOT_BIN"] ?? join(ROOT, ".venv", "bin");

export interface Server extends Running {
  readonly url: string;
}

export async function startProviders(folder: string): Promise<Running> {
  const command = { command: join(BIN, "python"), args: ["-m", "tests.providers", "--port", "0"] };
  return start({ ...command, cwd: ROOT, env: {}, log: join(folder, "providers.log"), sign: "listening on " });
}

/** An identity provider that sends browsers back to one address. */
export async function startIdentityProvider(folder: string, redirect: string): Promise<Running> {
  const command = { command: join(BIN, "python"), args: ["-m", "tests.integration.access.identity_provider", redirect] };
  return start({ ...command, cwd: ROOT, env: {}, log: join(folder, "identity.log"), sign: "listening on " });
}

/** A key for a new user of a server in `folder`, as its operator would make it. */
export async function newKey(folder: string, name: string): Promise<string> {
  const database = process.env["E2E_DATABASE_URL"];
  const env = { ...surroundings(), DATA_DIR: join(folder, "data"), ...(database !== undefined && { DATABASE_URL: database }) };
  const { stdout } = await promisify(execFile)(join(BIN, "chatbot"), ["keys", "create", "--new-user", name], { cwd: folder, env });
  return stdout.trim();
}

let servers = 0;

/** A server on a database of its own (embedded, in `folder`), or on the one that E2E_DATABASE_URL names. `settings` are the product's environment variables. */
export async function startServer(folder: string, settings: Record<string, string>, port = 0): Promise<Server> {
  mkdirSync(folder, { recursive: true });
  const database = process.env["E2E_DATABASE_URL"];
  const running = await start({
    command: join(BIN, "chatbot"),
    args: ["serve", "--port", String(port)],
    cwd: folder,
    env: { DATA_DIR: join(folder, "data"), ANSWER_CACHE: "false", LOG_FORMAT: "json", ...(database !== undefined && { DATABASE_URL: database }), ...settings },
    log: join(folder, `server-${(servers += 1)}.log`),
    sign: "Chatbot SSE API on ",
  });
  return { ...running, url: running.word };
}

/** Settings of a server that asks the fake provider. */
export const asking = (providers: string): Record<string, string> => ({
  LLM_PROVIDER: "openai_compatible",
  LLM_BASE_URL: `${providers}/v1`,
  LLM_MODEL: "fake",
});

/** A port that nobody uses now: a server that is started again has to be where it was. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
