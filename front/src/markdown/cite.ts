/**
 * `[1]` and `[1, 3]` in an answer become citations, when sources with these numbers exist: pure. Not in code and not in links, and what has
 * another number stays text. Raw HTML cannot make one, as none is parsed.
 */
import type { Nodes, Parents, PhrasingContent, Text } from "mdast";

const MARKER = /\[(\d{1,3}(?:\s*[,;]\s*\d{1,3})*)\]/g;

/** A marker bound to a source. */
export interface Citation {
  type: "cite";
  n: number;
}

declare module "mdast" {
  interface PhrasingContentMap {
    cite: Citation;
  }
  interface RootContentMap {
    cite: Citation;
  }
}

export function bindCitations(parent: Parents, numbers: ReadonlySet<number>): void {
  const children: Nodes[] = [];
  for (const child of parent.children) {
    if (child.type === "text") children.push(...withCitations(child, numbers));
    else {
      if ("children" in child && child.type !== "link" && child.type !== "linkReference") bindCitations(child, numbers);
      children.push(child);
    }
  }
  parent.children = children as typeof parent.children;
}

function withCitations(node: Text, numbers: ReadonlySet<number>): PhrasingContent[] {
  const parts: PhrasingContent[] = [];
  let from = 0;
  for (const match of node.value.matchAll(MARKER)) {
    const cited = match[1]!.split(/[,;]/).map(Number);
    if (!cited.every((n) => numbers.has(n))) continue;
    // A space before a marker would let it begin a line by itself.
    const before = node.value.slice(from, match.index).replace(/ $/, "\u00a0");
    if (before !== "") parts.push({ type: "text", value: before });
    parts.push(...cited.map((n): Citation => ({ type: "cite", n })));
    from = match.index + match[0].length;
  }
  if (from === 0) return [node];
  if (from < node.value.length) parts.push({ type: "text", value: node.value.slice(from) });
  return parts;
}
