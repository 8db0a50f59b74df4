/**
 * node test/budget/size.mjs [FOLDER]: what a visitor loads, gzip, against its budget (F1). Reads the build's own manifest; exits 1 above a budget.
 *
 * `first` is the entry with everything it imports statically or preloads, `shell` the entry alone. The rest is loaded when it is needed.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const DIST = process.argv[2] ?? "dist";
const KB = 1024;
/** KB, gzip. All styles are one sheet. */
const BUDGET = { first: 165, shell: 105, css: 8, highlighter: 30, pdf: 130, worker: 380 };

if (!existsSync(join(DIST, "index.html"))) {
  console.error(`There is no build in ${DIST}: run npm run build first.`);
  process.exit(2);
}

const assets = readdirSync(join(DIST, "assets")).filter((name) => /\.(js|mjs|css)$/.test(name));
const read = (name) => readFileSync(join(DIST, "assets", name));
const size = (name) => gzipSync(read(name), { level: 9 }).length;
const named = (html) => [...html.matchAll(/assets\/([\w.-]+\.(?:js|mjs|css))/g)].map((match) => match[1]);

const page = named(readFileSync(join(DIST, "index.html"), "utf8"));
const entry = page.find((name) => name.endsWith(".js"));
const first = new Set(page.filter((name) => name.endsWith(".js")));
for (const name of first) {
  for (const [, file] of read(name).toString().matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) first.add(file);
}
/** Fetched at once although loaded dynamically: the entry names them in a call at its top level (`void loadChat()`). */
const chat = assets.find((name) => /^ChatPage-.*\.js$/.test(name));
const beforeFirstAnswer = new Set(first);
if (chat) beforeFirstAnswer.add(chat);
for (const name of beforeFirstAnswer) {
  for (const [, file] of read(name).toString().matchAll(/(?:from|import)\s*["']\.\/([\w.-]+\.js)["']/g)) beforeFirstAnswer.add(file);
}

const sum = (names) => [...names].reduce((total, name) => total + size(name), 0);
const like = (pattern) => assets.filter((name) => pattern.test(name));
const rows = [
  ["first: all JavaScript before an answer", sum(beforeFirstAnswer), BUDGET.first, [...beforeFirstAnswer]],
  ["shell: the entry chunk", size(entry), BUDGET.shell, [entry]],
  ["css: all styles", sum(like(/\.css$/)), BUDGET.css, like(/\.css$/)],
  ["highlighter", sum(like(/^(highlight|grammars)-.*\.js$/)), BUDGET.highlighter, like(/^(highlight|grammars)-.*\.js$/)],
  ["PDF viewer", sum(like(/^(pdf|PdfView|PdfPage)-.*\.js$/)), BUDGET.pdf, like(/^(pdf|PdfView|PdfPage)-.*\.js$/)],
  ["PDF worker", sum(like(/worker.*\.m?js$/)), BUDGET.worker, like(/worker.*\.m?js$/)],
];

let failed = false;
for (const [what, bytes, budget, files] of rows) {
  const over = bytes > budget * KB;
  const missing = files.length === 0;
  failed ||= over || missing;
  console.log(`${over || missing ? "✗" : "✓"} ${what.padEnd(40)} ${(bytes / KB).toFixed(1).padStart(7)} / ${String(budget).padStart(3)} KB  ${missing ? "no such file: has it been renamed?" : files.join(" ")}`);
}
// What scripts/plain-css.ts does not know: a class of Tailwind's that speaks to another one through a variable.
const inner = new Set(like(/\.css$/).flatMap((name) => read(name).toString().match(/--tw-[\w-]+/g) ?? []));
if (inner.size > 0) console.log(`✗ ${[...inner].join(", ")} in the styles: see scripts/plain-css.ts`);
failed ||= inner.size > 0;
const known = new Set(rows.flatMap(([, , , files]) => files));
for (const name of assets.filter((one) => !known.has(one))) console.log(`  ${name.padEnd(40)} ${(size(name) / KB).toFixed(1).padStart(7)}        KB, when it is needed`);
process.exit(failed ? 1 : 0);
