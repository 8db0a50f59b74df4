/**
 * An answer's text. Rendered by top-level blocks that are memoised: while the text grows, only its last block is parsed and drawn again. The whole cost of
 * an answer is then about linear in its length. A finished one may be drawn from its end upward (`useUpward.ts`).
 *
 * It promises that no answer can load anything from outside, run a script, or throw, however it is cut. Used by the answers of a conversation.
 */
import { memo, useMemo, useState } from "react";
import type { components } from "../api/schema";
import { CitationsContext } from "./Cite";
import "./markdown.css";
import { Outliner, type Outline } from "./ranks";
import { read } from "./read";
import { Splitter } from "./split";
import { showable } from "./tail";
import { Tree } from "./Tree";
import { useUpward } from "./useUpward";

type Source = components["schemas"]["SourceOut"];

export interface MarkdownProps {
  text: string;
  /** More will come: the end is shown as far as it makes sense. */
  streaming: boolean;
  /** The end is drawn first, the rest when there is time for it. */
  gradually?: boolean;
  /** The sources that `[n]` in the text can mean. */
  sources: readonly Source[];
  onCite: (n: number) => void;
}

export function Markdown({ text, streaming, gradually = false, sources, onCite }: MarkdownProps) {
  const [splitter] = useState(() => new Splitter());
  const blocks = useMemo(() => splitter.blocks(text), [splitter, text]);
  const [outliner] = useState(() => new Outliner());
  const outlines = useMemo(() => outliner.before(blocks), [outliner, blocks]);
  const from = useUpward(blocks, gradually && !streaming);
  const citations = useMemo(() => ({ sources: new Map(sources.map((source) => [source.n, source])), onCite }), [sources, onCite]);
  const cited = sources.map((source) => source.n).join();
  return (
    <CitationsContext value={citations}>
      <div className="md" data-drawing={from > 0 || undefined}>
        {blocks.map((block, index) => index >= from && (
          <Block key={index} text={block} outline={outlines[index] ?? "[]"} finished={!streaming || index < blocks.length - 1} cited={cited} />
        ))}
      </div>
    </CitationsContext>
  );
}

/** Its props are strings and a flag, so that memo sees when nothing has changed. */
const Block = memo(function Block({ text, outline, finished, cited }: { text: string; outline: string; finished: boolean; cited: string }) {
  const root = useMemo(() => read(finished ? text : showable(text), numbersOf(cited)), [text, finished, cited]);
  return <Tree finished={finished} outline={JSON.parse(outline) as Outline} root={root} />;
});

function numbersOf(cited: string): ReadonlySet<number> {
  return new Set(cited === "" ? [] : cited.split(",").map(Number));
}
