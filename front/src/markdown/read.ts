/**
 * Reads a block of markdown: CommonMark and GitHub's tables, strikethrough, task lists, bare links and footnotes, as an mdast tree
 * (https://github.com/syntax-tree/mdast). In it raw HTML is text and `[n]` is a citation, where the source exists. Pure; `Markdown` draws the tree.
 */
import type { Root } from "mdast";
import { fromMarkdown } from "mdast-util-from-markdown";
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import { bindCitations } from "./cite";
import { htmlAsText } from "./html";

// One tilde is "about" in plain prose, not a strike.
const OPTIONS = { extensions: [gfm({ singleTilde: false })], mdastExtensions: [gfmFromMarkdown()] };

/** `cited`: the numbers of the sources there are. */
export function read(text: string, cited: ReadonlySet<number>): Root {
  const tree = fromMarkdown(text, OPTIONS);
  htmlAsText(tree);
  if (cited.size > 0) bindCitations(tree, cited);
  return tree;
}
