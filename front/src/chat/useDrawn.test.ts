import { expect, it } from "vitest";
import type { Turn } from "./tree";
import { lastScreen } from "./useDrawn";

const talk = (...lengths: number[]): Turn[] => lengths.map((length, index) => ({ id: String(index), kind: index % 2 ? "answer" : "question", text: "x".repeat(length) }) as Turn);

it.each([
  ["an empty conversation", talk(), 0],
  ["a short one, whole", talk(20, 400, 20, 400, 20, 400), 0],
  ["of a long one the last question and its answer", talk(20, 10_000, 20, 10_000, 20, 10_000), 4],
  ["the answer before a short one, too", talk(20, 10_000, 20, 10_000, 20, 100), 3],
])("at once there is %s", (_what, turns, from) => {
  expect(lastScreen(turns)).toBe(from);
});
