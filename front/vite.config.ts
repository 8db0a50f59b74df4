/** How the page is built, and served while it is worked on (unit tests: vitest.config.ts). The API behind `npm run dev` is API_URL, or a server on port 8000. */
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const api = process.env["API_URL"] ?? "http://127.0.0.1:8000";
const behind = ["/api", "/ws", "/health", "/ready", "/metrics", "/docs", "/reference", "/openapi.json"];

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: { target: "es2022", sourcemap: false, chunkSizeWarningLimit: 600 },
  server: { port: 5173, proxy: Object.fromEntries(behind.map((path) => [path, { target: api, ws: path === "/ws" }])) },
});
