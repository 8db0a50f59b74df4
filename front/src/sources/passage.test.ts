import { describe, expect, it } from "vitest";
import { findPassage, type Found, type Item } from "./passage";

/** Each item on a line of its own, from the top down. */
function onLines(items: string[]): Item[] {
  return items.map((text, index) => ({ text, x: 50, y: 800 - 12 * index }));
}

/** What is marked, piece by piece. */
function marked(items: string[], snippet: string): string[] | null {
  const found: Found | null = findPassage(onLines(items), snippet);
  return found && found.pieces.map((piece) => items[piece.item]!.slice(piece.start, piece.end));
}

describe("a passage", () => {
  it("is found across items, whatever the spaces and marks between", () => {
    expect(marked(["Skills", "• GraphQL (11", " ", "ans);", "RabbitMQ"], "GraphQL (11 ans) ; RabbitMQ …")).toEqual(["GraphQL (11", "ans", "RabbitMQ"]);
  });

  it("is marked from its first to its last letter, not the whole item", () => {
    expect(marked(["Before it. Led three people in Namur. After it."], "Led three people in Namur.")).toEqual(["Led three people in Namur"]);
  });

  it("is found over hyphenation, ligatures, accents and capitals", () => {
    expect(marked(["Verant-", "wortlich für e\uFB03ziente Abl\u0061\u0308ufe"], "VERANTWORTLICH fur effiziente Abläufe")).toEqual(["Verant", "wortlich für e\uFB03ziente Abl\u0061\u0308ufe"]);
  });

  it("is found in pieces, when columns come in another order or a footer stands between", () => {
    const items = ["Peyrolles Numérique, Namur", "Ada Example · page 1", "Found a job that cost 66 orders a month and stopped it", "2019 – 2023"];
    expect(marked(items, "2019 – 2023 Peyrolles Numérique, Namur Found a job that cost 66 orders a month and stopped it")).toEqual([items[0], items[2], items[3]]);
  });

  it("keeps short words that stand far away out of it", () => {
    const far = ["Docker", ...Array.from({ length: 60 }, (_, index) => `something else ${index}`)];
    const found = marked([...far, "Moved everything to containers within a year", "and the team with it"], "Docker Moved everything to containers within a year and the team with it");
    expect(found).toEqual(["Moved everything to containers within a year", "and the team with it"]);
  });

  it("is marked where it stands, if the same words stand elsewhere and the file has them in another order", () => {
    const items: Item[] = [
      { text: "Senior software engineer", x: 50, y: 780 },
      { text: "Peyrolles Numérique, Namur", x: 50, y: 600 },
      { text: "Found a job that cost 66 orders a month", x: 50, y: 588 },
      { text: "Peyrolles Numérique, Namur", x: 50, y: 400 },
      { text: "September 2023 to today", x: 400, y: 612 },
      { text: "Senior software engineer", x: 50, y: 612 },
    ];
    const found = findPassage(items, "Senior software engineer | September 2023 to today Peyrolles Numérique, Namur Found a job that cost 66 orders a month");
    expect(found?.pieces.map((piece) => piece.item)).toEqual([1, 2, 4, 5]);
  });

  it("keeps to whole words: the first digits of a neighbour's year are not its own", () => {
    expect(marked(["2020 – 2022", "Master of Systems", "2012 – 2015", "University"], "Master of Systems | 2020 – 2022 University")).toEqual(["2020 – 2022", "Master of Systems", "University"]);
  });

  it("is not made up: another page's passage is not found", () => {
    const items = ["Social Worker", "Work with families at risk, in three languages", "Harrowgate Sands Council, since 2019"];
    expect(marked(items, "Migration of nine terabytes in the middle of a day, without anybody noticing")).toBeNull();
    expect(marked(items, "")).toBeNull();
    expect(marked([], "anything")).toBeNull();
  });

  it("works in other scripts", () => {
    expect(marked(["職務経歴", "分散システムの設計と運用", "東京"], "分散システムの設計と 運用、東京")).toEqual(["分散システムの設計と運用", "東京"]);
    expect(marked(["𝔄da 👩‍👩‍👧 Example"], "Ada Example")).toEqual(["𝔄da 👩‍👩‍👧 Example"]);
  });
});
