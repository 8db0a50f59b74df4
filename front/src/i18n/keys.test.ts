// @vitest-environment happy-dom
/** The dictionaries hold what the page says, no more: types see to missing keys, this sees to keys that nobody uses and to placeholders. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { en } from "./en";
import { es } from "./es";
import { language, onLanguage, preferred, setLanguage } from "./language";
import { t, translate } from "./t";

const sources = readdirSync("src", { recursive: true, encoding: "utf8" })
  .filter((path) => /\.tsx?$/.test(path) && !/\.test\.tsx?$/.test(path) && !path.startsWith("i18n/"))
  .map((path) => readFileSync(join("src", path), "utf8"))
  .join("\n");
const literal = new Set([...sources.matchAll(/["`]([a-z][\w]*(?:\.[\w]+)+)["`]/g)].map((match) => match[1]));
/** Keys made at run time, t(`settings.theme.${theme}`), as patterns. */
const made = [...sources.matchAll(/`([a-z]\w*\.(?:[\w.]|\$\{[^}]+\})*\$\{[^}]+\}[\w.]*)`/g)].map(
  (match) => new RegExp(`^${(match[1] ?? "").replaceAll(".", "\\.").replace(/\$\{[^}]+\}/g, "[\\w]+")}$`),
);

const placeholders = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]).sort();
const forms = (text: string | { one: string; other: string }) => (typeof text === "string" ? [text] : [text.one, text.other]);

describe("every key", () => {
  it.each(Object.keys(en))("%s is used", (key) => {
    expect(literal.has(key) || made.some((pattern) => pattern.test(key))).toBe(true);
  });

  it.each(Object.keys(en) as (keyof typeof en)[])("%s wants the same values in both languages", (key) => {
    const spanish = forms(es[key]);
    expect(spanish.every((text) => text.trim() !== "")).toBe(true);
    const [first = ""] = forms(en[key]);
    for (const text of [...forms(en[key]), ...spanish]) expect(placeholders(text)).toEqual(placeholders(first));
  });
});

describe("translate", () => {
  it("fills in, and writes numbers as the language does", () => {
    expect(translate("en", "threads.deleted", { title: "A {b}" })).toBe("“A {b}” was deleted");
    expect(translate("en", "welcome.cvs.about", { n: 12_345 })).toBe("12,345 CVs, searched");
  });
  it.each(["en", "es"] as const)("writes every number of %s as Intl does", (language) => {
    for (const n of [...Array(1000).keys(), 1000, 9999, 12_345, -1, 1.5]) {
      expect(translate(language, "welcome.cvs.about", { n })).toContain(new Intl.NumberFormat(language).format(n));
    }
  });
  it("chooses the plural", () => {
    expect(translate("en", "welcome.cvs.about", { n: 1 })).toBe("1 CV, searched");
    expect(translate("en", "welcome.cvs.about", { n: 0 })).toBe("0 CVs, searched");
  });
});

it("speaks another language once its texts are there", async () => {
  expect([language(), t("ui.close")]).toEqual(["en", "Close"]);
  const changed = new Promise<void>((done) => void onLanguage(done));
  setLanguage("es");
  expect(language()).toBe("en");
  await changed;
  expect([document.documentElement.lang, t("ui.close")]).toEqual(["es", "Cerrar"]);
  expect(t("welcome.cvs.about", { n: 12_345 })).toBe("12.345 CV, con búsqueda");
});

it.each([
  [["es-MX", "en"], "es"],
  [["fr", "es"], "es"],
  [["EN-gb"], "en"],
  [["de", "fr"], "en"],
  [[], "en"],
])("a browser with %j reads %s", (tags, expected) => expect(preferred(tags)).toBe(expected));
