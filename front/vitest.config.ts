/**
 * How units are tested: beside their code, without a server. Two kinds, told apart by a file's first line, as what surrounds a test takes longer to make than
 * most tests to run: plain ones have no DOM and share a thread's modules; those that ask for a DOM (`@vitest-environment happy-dom`) draw, change the
 * language, replace modules, and so have each its own.
 *
 * Apart from vite.config.ts, since a build must not need the test tools.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const tests = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => /\.test\.tsx?$/.test(path))
  .map((path) => join("src", path));
const draws = (path: string): boolean => readFileSync(path, "utf8").startsWith("// @vitest-environment happy-dom");

const kind = (name: string, include: string[], isolate: boolean) => ({
  extends: true as const,
  test: { name, include, environment: "node", pool: "threads" as const, isolate, restoreMocks: true },
});

export default defineConfig({
  plugins: [react()],
  test: {
    maxWorkers: "100%",
    projects: [kind("plain", tests.filter((path) => !draws(path)), false), kind("page", tests.filter(draws), true)],
  },
});
