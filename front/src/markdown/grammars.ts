/** The highlighter with its languages: a chunk of its own, loaded when the first finished block of code is there. */
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import python from "highlight.js/lib/languages/python";
import rust from "highlight.js/lib/languages/rust";
import sql from "highlight.js/lib/languages/sql";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";
import { createLowlight } from "lowlight";

const lowlight = createLowlight({ bash, c, cpp, css, diff, go, ini, java, javascript, json, python, rust, sql, typescript, xml, yaml });
lowlight.registerAlias({ bash: ["console", "shell", "terminal"], json: ["jsonc", "json5"] });

export type Tree = ReturnType<typeof lowlight.highlight>;

/** Makes a language's rules ready, which takes longer than to colour a short piece of code with them. */
export function prepare(language: string): void {
  highlight("", language);
}

/** The code as a tree of spans; null for a language that is not here. */
export function highlight(code: string, language: string): Tree | null {
  return lowlight.registered(language) ? lowlight.highlight(language, code, { prefix: "hl-" }) : null;
}
