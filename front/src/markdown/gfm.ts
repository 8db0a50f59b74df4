/**
 * GitHub's markdown (tables, strikethrough, task lists, bare links, footnotes) for react-markdown: reading only.
 *
 * `remark-gfm` brings the writing of markdown along, 10 KB that a page which only shows it would load for nothing.
 */
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm, type Options } from "micromark-extension-gfm";
import type {} from "remark-parse";
import type { Processor } from "unified";

export function remarkGfm(this: Processor, options: Options): void {
  const data = this.data();
  (data.micromarkExtensions ??= []).push(gfm(options));
  (data.fromMarkdownExtensions ??= []).push(gfmFromMarkdown());
}
