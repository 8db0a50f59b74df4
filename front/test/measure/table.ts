/** What was measured, beside what was wanted: a row for each value that a measure notes, in markdown: told as it comes, and all of them sorted at the end. */
import type { Reporter, TestCase, TestResult } from "playwright/types/testReporter";
import type { Note } from "./note";

export default class Table implements Reporter {
  private readonly rows: Note[] = [];
  private broken = false;

  onTestBegin(test: TestCase): void {
    process.stderr.write(`… ${test.title}\n`);
  }

  onTestEnd(test: TestCase, result: TestResult): void {
    for (const { type, description } of result.annotations) {
      if (type !== "measured") continue;
      const measured = JSON.parse(description ?? "{}") as Note;
      this.rows.push(measured);
      process.stderr.write(`  ${row(measured)}\n`);
    }
    this.broken ||= result.errors.length > 0;
    for (const { message } of result.errors) process.stderr.write(`${test.title}: ${message ?? ""}\n`);
  }

  // oxlint-disable-next-line require-await
  async onEnd(): Promise<{ status: "passed" | "failed" }> {
    const rows = this.rows.toSorted((a, b) => Number(a.goal.slice(1)) - Number(b.goal.slice(1)));
    console.log("| goal | what | wanted | measured | |\n|---|---|---|---|---|");
    for (const measured of rows) console.log(row(measured));
    return { status: this.broken || rows.some((row) => row.met === false) ? "failed" : "passed" };
  }
}

function row({ goal, what, wanted, measured, met }: Note): string {
  return `| ${goal} | ${what} | ${wanted} | ${measured} | ${met === null ? "" : met ? "✓" : "✗"} |`;
}
