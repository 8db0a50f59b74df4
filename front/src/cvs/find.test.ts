// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import type { Cv } from "../api/types";
import { fitting, languagesOf } from "./find";
import { initials } from "./Thumbnail";

function cv(some: Partial<Cv>): Cv {
  return { cv_id: "x", candidate: "", headline: "", file: "x.pdf", pages: 1, language: "en", skills: [], spoken: [], employers: [], roles: [], schools: [], degrees: [], pdf_url: "/x", ...some };
}

const raul = cv({ cv_id: "raul", candidate: "Raúl Noriega", headline: "Jefe de cocina", language: "es", spoken: ["italian"] });
const nadia = cv({ cv_id: "nadia", candidate: "Nadia Haas", headline: "Data engineer", skills: [{ name: "C++", years: 3 }, { name: "Node.js", years: null }], language: "de" });
const all = [raul, nadia];
const ids = (words: string, language: string | null = null) => fitting(all, { words, language }).map((each) => each.cv_id);

describe("looking for CVs", () => {
  it("finds names without their accents, and beginnings of words", () => {
    expect(ids("raul nor")).toEqual(["raul"]);
    expect(ids("RAÚL")).toEqual(["raul"]);
    expect(ids("oriega")).toEqual([]);
  });

  it("finds skills with their signs, professions and languages", () => {
    expect(ids("c++")).toEqual(["nadia"]);
    expect(ids("node.js data")).toEqual(["nadia"]);
    expect(ids("italian")).toEqual(["raul"]);
  });

  it("takes every word, and the language of the CV", () => {
    expect(ids("raul engineer")).toEqual([]);
    expect(ids("", "de")).toEqual(["nadia"]);
    expect(ids("  ")).toEqual(["raul", "nadia"]);
    expect(languagesOf([...all, nadia])).toEqual([{ code: "de", count: 2 }, { code: "es", count: 1 }]);
  });

  it("has initials for names of any kind", () => {
    expect(["Raúl Noriega", "Ada Maria van Berg", "Cher", "", "🙂 Émile"].map(initials)).toEqual(["RN", "AB", "C", "", "É"]);
  });
});
