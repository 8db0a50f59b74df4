/**
 * node scripts/reference.mjs FOLDER: puts Swagger UI beside the page, for /docs, so that nobody's browser loads it from elsewhere.
 *
 * The server's app/infrastructure/web/reference.py names these files. `start.js` stands in a file of its own: the policy of /docs allows no inline scripts.
 */
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const FOLDER = join(process.argv[2] ?? "dist", "reference");
const PACKAGE = dirname(createRequire(import.meta.url).resolve("swagger-ui-dist/package.json"));

/** Without `validatorUrl` Swagger UI would ask a server elsewhere to look at the document of every public deployment. */
const START = `window.ui = SwaggerUIBundle({ url: "/openapi.json", dom_id: "#reference", deepLinking: true, validatorUrl: null });
`;

mkdirSync(FOLDER, { recursive: true });
for (const name of ["swagger-ui-bundle.js", "swagger-ui.css", "LICENSE", "NOTICE"]) copyFileSync(join(PACKAGE, name), join(FOLDER, name));
writeFileSync(join(FOLDER, "start.js"), START);
