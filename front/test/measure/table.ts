/** What was measured, beside what was wanted: a row for each value that a measure notes, printed at the end, in markdown. */
import type { Reporter, TestCase, TestResult } from "playwright/types/testReporter";
import type { Note } from "./note";

export default class Table implements Reporter {
  private readonly rows: Note[] = [];

  onTestBegin(test: TestCase): void {
    process.stderr.write(`… ${test.title}\n`);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    for (const { type, description } of result.annotations) if (type === "measured") this.rows.push(JSON.parse(description ?? "{}") as Note);
    for (const { message } of result.errors) process.stderr.write(`${test.title}: ${message ?? ""}\n`);
  }

  // oxlint-disable-next-line require-await
  async onEnd(): Promise<{ status: "passed" | "failed" }> {
    const rows = this.rows.toSorted((a, b) => Number(a.goal.slice(1)) - Number(b.goal.slice(1)));
    console.log("| goal | what | wanted | measured | |\n|---|---|---|---|---|");
    for (const { goal, what, wanted, measured, met } of rows) console.log(`| ${goal} | ${what} | ${wanted} | ${measured} | ${met === null ? "" : met ? "✓" : "✗"} |`);
    return { status: rows.some((row) => row.met === false) ? "failed" : "passed" };
  }
}
