/**
 * F12: how many of the passages that a real server cites are found on their PDF page. Needs a running server with the CVs indexed:
 *
 *     node test/measure/passages.mjs http://127.0.0.1:8000 [--least 0.95] [--show]
 *
 * It asks about every section of every CV through the API, gathers each source once, reads the page it names with pdf.js, and looks the snippet up as the
 * page does (`src/sources/passage.ts`). As a check it looks each one up on another
 * candidate's page, too, where it must not be (`strays`: lines that many CVs share). Prints the share; ends with 1 below `--least`. Questions are only a way to the passages: any will do.
 */
import { getDocument } from "pdfjs-dist/legacy/build/pdf.mjs";
import { createServer } from "vite";

const AT_ONCE = 6;
const WORDS = ["contact", "profile summary", "work experience", "education degrees", "skills", "languages", "certifications", "projects", "publications", "awards", "volunteering", "interests hobbies", "references"];

const [base = "http://127.0.0.1:8000", ...flags] = process.argv.slice(2);
const least = flags.includes("--least") ? Number(flags[flags.indexOf("--least") + 1]) : 0.95;
const vite = await createServer({ server: { middlewareMode: true, hmr: false, ws: false }, appType: "custom", logLevel: "error", optimizeDeps: { noDiscovery: true } });
const { findPassage } = await vite.ssrLoadModule("/src/sources/passage.ts");

async function call(path, body) {
  const response = await fetch(base + path, body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

async function everyCv() {
  const cvs = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await call(`/api/cvs?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    cvs.push(...page.cvs);
    cursor = page.next_cursor;
  }
  return cvs;
}

async function sourcesOf(user, question) {
  const { thread_id: thread } = await call("/api/threads", { user_id: user });
  const { run_id: run } = await call(`/api/threads/${thread}/messages`, { content: question });
  // The stream ends after `done`; its `sources` event is what a browser gets.
  const events = await (await fetch(`${base}/api/runs/${run}/events`)).text();
  const frames = [...events.matchAll(/event: sources\r?\ndata: (.*)/g)];
  return frames.length === 0 ? [] : JSON.parse(frames.at(-1)[1]).sources;
}

async function gathered(cvs) {
  const { user_id: user } = await call("/api/users", { name: "passages" });
  const questions = cvs.flatMap((cv) => WORDS.map((word) => `${cv.candidate}: ${word}?`));
  const found = new Map();
  const ask = async () => {
    for (let question = questions.pop(); question !== undefined; question = questions.pop()) {
      for (const source of await sourcesOf(user, question)) found.set(`${source.cv_id} ${source.page} ${source.snippet}`, source);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return [...found.values()];
}

const documents = new Map();

async function itemsOf(cvId, number) {
  if (!documents.has(cvId)) {
    const data = new Uint8Array(await (await fetch(`${base}/api/cvs/${encodeURIComponent(cvId)}/pdf`)).arrayBuffer());
    documents.set(cvId, await getDocument({ data, verbosity: 0 }).promise);
  }
  const page = await documents.get(cvId).getPage(number);
  return (await page.getTextContent()).items.filter((item) => "str" in item).map((item) => ({ text: item.str, x: item.transform[4], y: item.transform[5] }));
}

const sources = await gathered(await everyCv());
let marked = 0;
let whole = 0;
let strays = 0;
let slowest = 0;
for (const [index, source] of sources.entries()) {
  const items = await itemsOf(source.cv_id, source.page);
  const begun = performance.now();
  const found = findPassage(items, source.snippet);
  slowest = Math.max(slowest, performance.now() - begun);
  if (found !== null) marked += 1;
  if (found !== null && found.share > 0.98) whole += 1;
  // The other way round: on a page of somebody else it must not be found.
  const other = sources[(index + 97) % sources.length];
  if (other.cv_id !== source.cv_id && findPassage(await itemsOf(other.cv_id, other.page), source.snippet) !== null) {
    strays += 1;
    if (flags.includes("--show")) console.log("stray", other.cv_id, other.page, JSON.stringify(source.snippet));
  }
  if (flags.includes("--show") && (found === null || found.share < 0.98)) console.log(found?.share.toFixed(2) ?? "none", source.cv_id, source.page, source.section, JSON.stringify(source.snippet));
}
const share = marked / sources.length;
console.log(JSON.stringify({ passages: sources.length, cvs: documents.size, marked, share: Number(share.toFixed(4)), whole, strays, slowest_ms: Math.round(slowest) }));
await vite.close();
process.exit(share >= least ? 0 : 1);
