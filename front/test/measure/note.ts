/** Notes for the table, and the numbers in them. */
import { test } from "playwright/test";

export interface Note {
  /** F1 … F15. */
  goal: string;
  what: string;
  wanted: string;
  measured: string;
  /** null: a number to read beside another one. */
  met: boolean | null;
}

export function note(goal: string, what: string, wanted: string, measured: string, met: boolean | null = null): void {
  test.info().annotations.push({ type: "measured", description: JSON.stringify({ goal, what, wanted, measured, met } satisfies Note) });
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export const ms = (value: number): string => `${Math.round(value)} ms`;
export const percent = (value: number): string => `${Math.round(value * 100)} %`;

/** Whether a goal is to be measured now. */
export const wanted = (...goals: string[]): boolean => {
  const some = process.env["MEASURE"]?.split(",");
  return some === undefined || goals.some((goal) => some.includes(goal));
};
