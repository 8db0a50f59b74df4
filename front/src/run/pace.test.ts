import { expect, test } from "vitest";
import { DRAWN_EVERY, Pace } from "./pace";

function after(...scripts: number[]): number {
  const pace = new Pace();
  for (const milliseconds of scripts) pace.took(milliseconds);
  return pace.every;
}
const often = (milliseconds: number): number[] => Array.from({ length: 40 }, () => milliseconds);

test("drawing that is quick is done as often as the server sends", () => {
  expect(after()).toBe(DRAWN_EVERY);
  expect(after(...often(3))).toBe(DRAWN_EVERY);
});

test("drawing that takes long is done less often, but four times a second whatever it takes", () => {
  expect(after(...often(16))).toBeCloseTo(120, 0);
  expect(after(...often(500))).toBe(250);
});

test("a single slow one, as the first often is, is soon forgotten", () => {
  expect(after(90)).toBeGreaterThan(DRAWN_EVERY);
  expect(after(90, ...often(2).slice(0, 8))).toBe(DRAWN_EVERY);
});
