/** Raw HTML in an answer is text, as it was written with two exceptions: `<br>` is a line break (models use it in tables), comments are nothing. */
import type { Nodes, Parents } from "mdast";

export function htmlAsText(parent: Parents): void {
  const children: Nodes[] = [];
  for (const child of parent.children) {
    if (child.type !== "html") {
      if ("children" in child) htmlAsText(child);
      children.push(child);
    } else if (/^<br\s*\/?>$/i.test(child.value)) children.push({ type: "break" });
    else {
      const value = child.value.replace(/<!--[\s\S]*?(?:-->|$)/g, "");
      if (value.trim() !== "") children.push(asText(value, parent));
    }
  }
  parent.children = children as typeof parent.children;
}

const FLOW = new Set(["root", "blockquote", "listItem", "footnoteDefinition"]);

/** A block of HTML is a paragraph of text. */
function asText(value: string, parent: Parents): Nodes {
  const text = { type: "text", value } as const;
  return FLOW.has(parent.type) ? { type: "paragraph", children: [text] } : text;
}
