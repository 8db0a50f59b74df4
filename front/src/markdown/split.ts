/**
 * Cuts a markdown text into its top-level blocks, so that a growing answer is rendered block by block: what is settled is never parsed or drawn again.
 *
 * The blocks put together are the text, with plain line ends. Definitions (`[a]: …`, footnotes) reach over blocks, so a text with any is one block. Pure; `Markdown` uses it.
 */
import { Lexer } from "marked";

interface Cut {
  readonly blocks: readonly string[];
  /** Something in it means something elsewhere. */
  readonly linked: boolean;
}

const FOOTNOTE = /^ {0,3}\[\^[^\]\n]+\]:/m;
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
  let linked = false;
  let from = 0;
  // Blocks alone: what stands inside a line is react-markdown's business, and marked would spend most of its time on it.
  const tokens = new Lexer({ gfm: true }).blockTokens(text, []);
  for (const [index, token] of tokens.entries()) {
    linked ||= token.type === "def" || (token.type !== "code" && FOOTNOTE.test(token.raw));
    // marked tidies spaces at the end of an unfinished list: the pieces are taken from the text itself.
    const to = index === tokens.length - 1 ? text.length : from + token.raw.length;
    const piece = text.slice(from, to);
    if (token.type === "space" && blocks.length > 0) blocks[blocks.length - 1] += piece;
    else blocks.push(piece);
    if (to !== text.length && piece !== token.raw) return { blocks: [text], linked: true };
    from = to;
  }
  return { blocks, linked };
}

function withPlainLineEnds(text: string): string {
  return text.includes("\r") ? text.replace(/\r\n?/g, "\n") : text;
}
