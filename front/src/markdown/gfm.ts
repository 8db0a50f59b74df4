/**
 * GitHub's markdown (tables, strikethrough, task lists, bare links, footnotes) for react-markdown: reading only.
 *
 * `remark-gfm` brings the writing of markdown along, which a page that only shows it would load for nothing.
 */
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm, type Options } from "micromark-extension-gfm";
import type { Processor } from "unified";

/** Where remark-parse looks for what it should understand besides CommonMark. */
interface ParserData {
  micromarkExtensions?: unknown[];
  fromMarkdownExtensions?: unknown[];
}

// A plugin is handed its processor as `this`: unified's own convention.
export function remarkGfm(this: Processor, options: Options): void {
  // oxlint-disable-next-line oxc/no-this-in-exported-function
  const data = this.data() as ParserData;
  (data.micromarkExtensions ??= []).push(gfm(options));
  (data.fromMarkdownExtensions ??= []).push(gfmFromMarkdown());
}
