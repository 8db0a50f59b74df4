/**
 * Cuts a markdown text into pieces that mean the same alone as together, so that a growing answer is drawn piece by piece: what is settled is never read or
 * drawn again.
 *
 * It goes by lines, without a parser, and cuts only where it is sure to be right: before a line without indent that follows an empty one, outside of fenced
 * code, and not between two items of a list. What may reach further (definitions, footnotes, raw HTML, indents it is not sure of) makes the text one piece: slower,
 * never wrong. The pieces put together are the text, with plain line ends. Pure; `Markdown` uses it.
 */
interface Cut {
  readonly blocks: readonly string[];
  /** Something in it may mean something elsewhere. */
  readonly linked: boolean;
}

/** No-break spaces are words to markdown. */
const EMPTY = /^[ \t]*$/;
const INDENTED = /^[ \t]/;
const DEFINITION = /^[ \t>*+\-\d.)]*\[[^\]\n]+\]:/;
const HTML = /^ {0,3}<(?!https?:|mailto:)[a-z/!?]/i;
const FENCE = /^( {0,3})(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])( +|\t|$)/;
const RULE = /^ {0,3}([-*_])[ \t]*(?:\1[ \t]*){2,}$/;
/** A growing text may still change its last block; the one before is read again to be safe. */
const UNSETTLED = 2;

/** The top-level blocks of a whole text. */
export function blocksOf(text: string): readonly string[] {
  const plain = withPlainLineEnds(text);
  const cut = cutUp(plain);
  return cut.linked ? [plain] : cut.blocks;
}

/** The same for a text that grows: only its end is read again. One splitter a text; any other text is read from its beginning. */
export class Splitter {
  #settled: readonly string[] = [];
  #prefix = "";

  blocks(given: string): readonly string[] {
    const text = withPlainLineEnds(given);
    const known = this.#prefix !== "" && text.startsWith(this.#prefix);
    const cut = cutUp(known ? text.slice(this.#prefix.length) : text);
    if (cut.linked) {
      this.#settled = [];
      this.#prefix = "";
      return known ? blocksOf(text) : [text];
    }
    const blocks = known ? [...this.#settled, ...cut.blocks] : cut.blocks;
    this.#settled = blocks.slice(0, -UNSETTLED);
    this.#prefix = this.#settled.join("");
    return blocks;
  }
}

function cutUp(text: string): Cut {
  const blocks: string[] = [];
  let from = 0;
  let block = new Block();
  let afterEmpty = false;
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf("\n", start);
    const end = found < 0 ? text.length : found + 1;
    const line = text.slice(start, found < 0 ? end : found);
    const empty = EMPTY.test(line);
    if (!empty) {
      if (afterEmpty && start > from && block.endsBefore(line)) {
        blocks.push(text.slice(from, start));
        from = start;
        block = new Block();
      }
      if (!block.take(line)) return { blocks: [text], linked: true };
    }
    afterEmpty = empty;
    start = end;
  }
  if (from < text.length) blocks.push(text.slice(from));
  return { blocks, linked: false };
}

/** What has to be known of the lines of a block to see where it ends. */
class Block {
  /** The fence that is open at the top level. */
  #fence: string | null = null;
  /** The indent of what belongs to the last item of a list; 0 without a list. */
  #inside = 0;
  /** A line that is not indented enough came after an item: whether it ended the list only a parser knows. */
  #lazy = false;

  endsBefore(line: string): boolean {
    return this.#fence === null && !INDENTED.test(line) && !(this.#inside > 0 && ITEM.test(line));
  }

  /** False if only a parser could tell what the line means. */
  take(line: string): boolean {
    const fence = FENCE.exec(line);
    if (this.#fence !== null) {
      if (fence !== null && fence[2]!.startsWith(this.#fence) && EMPTY.test(fence[3]!)) this.#fence = null;
      return true;
    }
    if (DEFINITION.test(line) || HTML.test(line)) return false;
    const item = RULE.test(line) ? null : ITEM.exec(line);
    if (fence !== null) {
      const indent = fence[1]!.length;
      if (this.#lazy && indent > 0) return false;
      // Inside of an item it ends with the item.
      if (this.#inside === 0 || indent < this.#inside) {
        this.#fence = fence[2]!;
        this.#lazy = this.#inside > 0;
      }
    } else if (item !== null && (this.#inside === 0 || item[1]!.length < this.#inside)) {
      const spaces = item[3]!.length;
      // Code in an item, tabs, a fence right behind the mark: rare, and not worth a rule each.
      if (item[3] === "\t" || spaces > 4 || /^[`~]{3}/.test(line.slice(item[0].length))) return false;
      this.#inside = item[1]!.length + item[2]!.length + Math.max(1, spaces);
      // An item without words ends with the next empty line.
      this.#lazy = spaces === 0;
    } else if (item === null && !line.startsWith(" ".repeat(this.#inside)) && !line.startsWith("\t")) this.#lazy = true;
    return true;
  }
}

function withPlainLineEnds(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}
