import { describe, expect, it } from "vitest";
import type { Thread } from "../api/types";
import { grouped, highlighted, untilMidnight } from "./group";

const used = (updated: Date, title = ""): Thread => ({
  thread_id: crypto.randomUUID(),
  user_id: 1,
  assistant: "cvs",
  title,
  created_at: updated.toISOString(),
  updated_at: updated.toISOString(),
});

describe("grouped", () => {
  const now = new Date(2026, 2, 30, 0, 30); // half past midnight, the night after the clocks changed in much of Europe
  it("goes by the reader's calendar, not by hours", () => {
    const threads = [
      used(new Date(2026, 2, 30, 0, 5)),
      used(new Date(2026, 2, 29, 23, 55)),
      used(new Date(2026, 2, 29, 0, 0)),
      used(new Date(2026, 2, 28, 23, 59)),
      used(new Date(2026, 2, 23, 0, 0)),
      used(new Date(2026, 2, 22, 23, 59)),
    ];
    expect(grouped(threads, now).map(({ title, threads: own }) => [title, own.length])).toEqual([
      ["threads.today", 1],
      ["threads.yesterday", 2],
      ["threads.week", 2],
      ["threads.older", 1],
    ]);
  });
  it("counts a clock that is ahead as today", () => {
    expect(grouped([used(new Date(2026, 2, 30, 8))], now).map(({ title }) => title)).toEqual(["threads.today"]);
  });
  it("has no empty groups", () => expect(grouped([], now)).toEqual([]));
  it("changes at midnight", () => expect(untilMidnight(now)).toBe(23.5 * 3_600_000));
});

describe("highlighted", () => {
  const shown = (title: string, query: string) =>
    highlighted(title, query)
      .map(({ text, match }) => (match ? `[${text}]` : text))
      .join("");
  it.each([
    ["Who knows Kubernetes?", "kube", "Who knows [Kube]rnetes?"],
    ["go and Go", "go", "[go] and [Go]"],
    ["aaa", "aa", "[aa]a"],
    ["Who (really)?", "(re", "Who [(re]ally)?"],
    ["Nothing", "xyz", "Nothing"],
    ["Nothing", "  ", "Nothing"],
    ["İstanbul", "istan", "[İstan]bul"],
    ["Rube\u0301n and RUBÉN", "ruben", "[Rube\u0301n] and [RUBÉN]"],
    ["Who is Ruben?", "rubén", "Who is [Ruben]?"],
    ["한글 👍🏽 é", "e", "한글 👍🏽 [é]"],
    ["", "a", ""],
  ])("%s, %s: %s", (title, query, expected) => expect(shown(title, query)).toBe(expected));
});
