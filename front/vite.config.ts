/** How the page is built, and served while it is worked on (unit tests: vitest.config.ts). The API behind `npm run dev` is API_URL, or a server on port 8000. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { plainCss } from "./scripts/plain-css.ts";

const api = process.env["API_URL"] ?? "http://127.0.0.1:8000";
const behind = ["/api", "/ws", "/health", "/ready", "/metrics", "/docs", "/redoc", "/openapi.json"];

export default defineConfig({
  plugins: [react(), tailwindcss({ optimize: false }), plainCss()],
  // One sheet: apart, those that come later are a third larger. Browsers of 2024, as popovers and @starting-style want them.
  build: { target: "es2022", cssTarget: ["chrome123", "firefox128", "safari17.5", "ios17.5"], cssCodeSplit: false, sourcemap: false, chunkSizeWarningLimit: 600 },
  server: { port: 5173, proxy: Object.fromEntries(behind.map((path) => [path, { target: api, ws: path === "/ws" }])) },
});
