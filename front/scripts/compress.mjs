/** node scripts/compress.mjs FOLDER: writes `name.br` and `name.gz` beside every file of the build that is worth it, so that the server compresses nothing while it streams answers. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FOLDER = process.argv[2] ?? "dist";
const TEXT = /\.(js|mjs|css|html|svg|json|webmanifest|wasm|txt)$/;
const SMALLEST = 1024; // bytes: below, a header costs as much as is saved

for (const entry of readdirSync(FOLDER, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !TEXT.test(entry.name)) continue;
  const path = join(entry.parentPath, entry.name);
  const plain = readFileSync(path);
  if (plain.length < SMALLEST) continue;
  writeFileSync(`${path}.gz`, gzipSync(plain, { level: 9 }));
  writeFileSync(`${path}.br`, brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: plain.length } }));
}
