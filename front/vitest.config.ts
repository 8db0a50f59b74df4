/**
 * How units are tested: beside their code, without a server, and without a DOM but where a file's first line asks for one (it takes longer to make than most
 * tests to run). Apart from vite.config.ts, since a build must not need the test tools.
 */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  test: { environment: "node", include: ["src/**/*.test.{ts,tsx}"], restoreMocks: true },
});
