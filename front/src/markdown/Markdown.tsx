/**
 * An answer's text. Rendered by top-level blocks that are memoised: while the text grows, only its last block is parsed and drawn again. The whole cost of
 * an answer is then about linear in its length.
 *
 * It promises that no answer can load anything from outside, run a script, or throw, however it is cut. Used by the answers of a conversation.
 */
import { memo, useMemo, useState } from "react";
import ReactMarkdown, { type Options } from "react-markdown";
import { remarkGfm } from "./gfm";
import type { components } from "../api/schema";
import { remarkCite } from "./cite";
import { CitationsContext } from "./Cite";
import { elements, FinishedContext } from "./elements";
import { remarkPlainHtml } from "./html";
import "./markdown.css";
import { Splitter } from "./split";
import { showable } from "./tail";

type PluggableList = NonNullable<Options["remarkPlugins"]>;
type Source = components["schemas"]["SourceOut"];

export interface MarkdownProps {
  text: string;
  /** More will come: the end is shown as far as it makes sense. */
  streaming: boolean;
  /** The sources that `[n]` in the text can mean. */
  sources: readonly Source[];
  onCite: (n: number) => void;
}

export function Markdown({ text, streaming, sources, onCite }: MarkdownProps) {
  const [splitter] = useState(() => new Splitter());
  const blocks = useMemo(() => splitter.blocks(text), [splitter, text]);
  const citations = useMemo(() => ({ sources: new Map(sources.map((source) => [source.n, source])), onCite }), [sources, onCite]);
  const cited = sources.map((source) => source.n).join();
  return (
    <CitationsContext value={citations}>
      <div className="md">
        {blocks.map((block, index) => (
          <Block key={index} text={block} finished={!streaming || index < blocks.length - 1} cited={cited} />
        ))}
      </div>
    </CitationsContext>
  );
}

/** Its props are strings and a flag, so that memo sees when nothing has changed. */
const Block = memo(function Block({ text, finished, cited }: { text: string; finished: boolean; cited: string }) {
  const plugins = useMemo(() => pluginsFor(cited), [cited]);
  return (
    <FinishedContext value={finished}>
      <ReactMarkdown remarkPlugins={plugins} components={elements} urlTransform={(url) => url}>
        {finished ? text : showable(text)}
      </ReactMarkdown>
    </FinishedContext>
  );
});

/** How an answer is read. `cited`: the numbers of its sources, with commas. */
export function pluginsFor(cited: string): PluggableList {
  const numbers = new Set(cited === "" ? [] : cited.split(",").map(Number));
  // One tilde is "about" in plain prose, not a strike.
  return [[remarkGfm, { singleTilde: false }], remarkPlainHtml, [remarkCite, numbers]];
}
