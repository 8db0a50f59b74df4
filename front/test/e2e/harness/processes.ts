/** Processes that tests start and may kill: a line of their output says that they are there, and what is left is ended by its id. */
import { spawn, type ChildProcess } from "node:child_process";
import { openSync, readFileSync } from "node:fs";
import { setTimeout as rest } from "node:timers/promises";

const START = 90_000;
const PATIENCE = 20_000;

export interface Running {
  readonly pid: number;
  /** The word that follows `sign` in the output. */
  readonly word: string;
  /** kill -9: no goodbye. Answers when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and kill -9 for who does not listen. */
  stop(): Promise<void>;
  pause(): void;
  resume(): void;
}

export interface Start {
  command: string;
  args: string[];
  cwd: string;
  env: Record<string, string>;
  log: string;
  sign: string;
}

/** What a process may know of the machine: nothing that sets the product up. */
export function surroundings(): Record<string, string> {
  const kept = ["PATH", "HOME", "USER", "LANG", "TMPDIR", "LD_LIBRARY_PATH", "SYSTEMROOT"];
  return Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])));
}

export async function start({ command, args, cwd, env, log, sign }: Start): Promise<Running> {
  const output = openSync(log, "w");
  const child = spawn(command, args, { cwd, env: { ...surroundings(), PYTHONUNBUFFERED: "1", ...env }, stdio: ["ignore", output, output] });
  const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  child.once("error", () => undefined);
  const word = await waitFor(child, log, sign, `${command} ${args.join(" ")}`);
  return {
    pid: child.pid ?? 0,
    word,
    kill: () => (child.kill("SIGKILL"), gone),
    stop: async () => {
      child.kill("SIGCONT");
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), PATIENCE);
      await gone;
      clearTimeout(late);
    },
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
  };
}

async function waitFor(child: ChildProcess, log: string, sign: string, what: string): Promise<string> {
  const deadline = Date.now() + START;
  while (Date.now() < deadline) {
    const [, after] = readFileSync(log, "utf8").split(sign);
    if (after !== undefined && after.includes("\n")) return after.trim().split(/\s/)[0] ?? "";
    if (child.exitCode !== null || child.pid === undefined) break;
    await rest(30);
  }
  child.kill("SIGKILL");
  throw new Error(`${what} did not start:\n${readFileSync(log, "utf8").slice(-4000)}`);
}
