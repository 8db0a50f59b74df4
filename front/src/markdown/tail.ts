/**
 * The last block of an answer that is still being written, as it can be shown: emphasis, code and links that are not closed yet are closed, and what could
 * become anything (a lone `-`, `[3`, the first row of a table) waits for its next character. So nothing changes its kind before the reader's eyes.
 * Pure; `Markdown` uses it while streaming. The finished text is rendered as it is.
 */
import remend from "remend";

/** A line that has only begun: list mark, heading, rule, fence, quote, number. */
const BEGUN_LINE = /(^|\n)[ \t]*(?:#{1,6}|[-+*=_]{1,3}|[`~]{1,2}|\d{1,9}[.)]?|>|\\)[ \t]*$/;
/** A citation, a picture, a tag, an escape. */
const BEGUN_MARK = /\[[\d,;\s]*$|!(?:\[[^\]\n]*(?:\](?:\([^()\n]*)?)?)?$|\\$|<[a-z/!][^<>\n]*$/i;
const FENCE = /^ {0,3}(`{3,}|~{3,})/;
const TABLE_ROW = /^ {0,3}\|/;

export function showable(block: string): string {
  if (FENCE.test(block)) return block;
  const [lead, last] = lastParagraph(block);
  if (TABLE_ROW.test(last)) return lead + table(last);
  return closed(block.replace(BEGUN_LINE, "$1"));
}

function closed(text: string): string {
  return remend(text.replace(BEGUN_MARK, ""), { linkMode: "text-only", katex: false, comparisonOperators: false, singleTilde: false });
}

/** A table may stand in a block of its own only, or right below a paragraph's lines. */
function lastParagraph(block: string): [lead: string, last: string] {
  const lines = block.split("\n");
  let first = lines.length - 1;
  while (first > 0 && lines[first] === "") first -= 1;
  while (first > 0 && TABLE_ROW.test(lines[first - 1]!) && TABLE_ROW.test(lines[first]!)) first -= 1;
  const lead = lines.slice(0, first).join("\n");
  return [first === 0 ? "" : `${lead}\n`, lines.slice(first).join("\n")];
}

/** A header row that is whole is a table already; rows appear when they are whole. */
function table(text: string): string {
  const lines = text.split("\n");
  const header = lines[0]!;
  if (lines.length < 2) return "";
  const columns = cells(header);
  const ruled = lines.length > 2 ? lines[1]! : `|${" --- |".repeat(columns)}`;
  const rows = lines.slice(2);
  const unfinished = rows.pop();
  // The cells that are there are shown; the last one grows like a sentence.
  const growing = unfinished === undefined || /^\s*\|?\s*$/.test(unfinished) ? [] : [closed(unfinished)];
  return [header, ruled, ...rows, ...growing].join("\n");
}

function cells(row: string): number {
  const inner = row.trim().replace(/^\|/, "").replace(/\|$/, "");
  return inner.split(/(?<!\\)\|/).length;
}
