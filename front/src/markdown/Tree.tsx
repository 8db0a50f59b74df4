/**
 * Draws an mdast tree as elements of the page, straight from the tree: every kind of node has its line here, and what has none is not drawn. So nothing that a
 * model writes becomes an element, an attribute or an address that this file does not name.
 *
 * Headings begin below the page's own (h2) and leave no rank out (`ranks.ts`). References find their definition in the same tree: `split.ts` keeps a text that has any in one piece.
 */
import type { Definition, FootnoteDefinition, List, ListItem, Node, Nodes, Root, Table as TableNode } from "mdast";
import { useId, type ReactNode } from "react";
import { Cite } from "./Cite";
import { Code } from "./Code";
import { opened, type Outline } from "./ranks";
import { Footnote, Footnotes, Link, Picture, Table, Task } from "./elements";

interface Tables {
  readonly definitions: ReadonlyMap<string, Definition>;
  readonly footnotes: ReadonlyMap<string, FootnoteDefinition>;
  /** The footnotes that are referred to, in the order of the text. */
  readonly called: string[];
  /** Makes ids of this text its own on the page. */
  readonly prefix: string;
  /** The block is complete: code gets its colours. */
  readonly finished: boolean;
  /** The headings that are open where the drawing has come to. */
  outline: Outline;
}

const NOTHING_ABOVE: Outline = [];

/** `outline`: the headings above, where the text is a piece of a longer one. */
export function Tree({ root, finished, outline = NOTHING_ABOVE }: { root: Root; finished: boolean; outline?: Outline }) {
  const prefix = useId();
  const tables: Tables = { definitions: new Map(), footnotes: new Map(), called: [], prefix, finished, outline };
  collect(root, tables.definitions as Map<string, Definition>, tables.footnotes as Map<string, FootnoteDefinition>);
  const body = inside(root, tables);
  return (
    <>
      {body}
      {tables.called.length > 0 && <Footnotes notes={notes(tables)} prefix={prefix} />}
    </>
  );
}

/** A note may call another one. */
function notes(tables: Tables): ReactNode[] {
  const drawnNotes: ReactNode[] = [];
  for (const id of tables.called) drawnNotes.push(inside(tables.footnotes.get(id)!, tables));
  return drawnNotes;
}

function inside(node: Node, tables: Tables): ReactNode[] {
  return "children" in node ? (node.children as Nodes[]).map((child, index) => drawn(child, index, tables)) : [];
}

function drawn(node: Nodes, key: number, tables: Tables): ReactNode {
  switch (node.type) {
    case "text":
      return node.value;
    case "paragraph":
      return <p key={key}>{inside(node, tables)}</p>;
    case "heading": {
      tables.outline = opened(tables.outline, node.depth);
      const Heading = HEADINGS[tables.outline.at(-1)?.[1] ?? 1] ?? "h6";
      return <Heading key={key} data-level={node.depth}>{inside(node, tables)}</Heading>;
    }
    case "emphasis":
      return <em key={key}>{inside(node, tables)}</em>;
    case "strong":
      return <strong key={key}>{inside(node, tables)}</strong>;
    case "delete":
      return <del key={key}>{inside(node, tables)}</del>;
    case "inlineCode":
      return <code key={key}>{node.value.replace(/\n/g, " ")}</code>;
    case "code":
      return <Code key={key} code={node.value} finished={tables.finished} language={node.lang?.slice(0, 30) || null} />;
    case "blockquote":
      return <blockquote key={key}>{inside(node, tables)}</blockquote>;
    case "list":
      return list(node, key, tables);
    case "table":
      return table(node, key, tables);
    case "thematicBreak":
      return <hr key={key} />;
    case "break":
      return <br key={key} />;
    case "link":
      return <Link href={node.url} key={key}>{inside(node, tables)}</Link>;
    case "linkReference":
      return <Link href={tables.definitions.get(node.identifier)?.url} key={key}>{inside(node, tables)}</Link>;
    case "image":
      return <Picture alt={node.alt ?? ""} key={key} src={node.url} />;
    case "imageReference":
      return <Picture alt={node.alt ?? ""} key={key} src={tables.definitions.get(node.identifier)?.url} />;
    case "footnoteReference":
      return <Footnote key={key} number={numberOf(node.identifier, tables)} prefix={tables.prefix} />;
    case "cite":
      return <Cite key={key} n={node.n} />;
    default:
      return null;
  }
}

/** By rank, from 1. */
const HEADINGS = ["h1", "h2", "h3", "h4", "h5", "h6", "h6"] as const;

function list(node: List, key: number, tables: Tables): ReactNode {
  const loose = node.spread === true || node.children.some((item) => item.spread ?? item.children.length > 1);
  const items = node.children.map((item, index) => listItem(item, index, loose, tables));
  if (node.ordered !== true) return <ul key={key}>{items}</ul>;
  return <ol key={key} start={node.start == null || node.start === 1 ? undefined : node.start}>{items}</ol>;
}

/** The paragraphs of a tight list are lines. */
function listItem(item: ListItem, key: number, loose: boolean, tables: Tables): ReactNode {
  const task = typeof item.checked === "boolean" ? [<Task done={item.checked} key="task" />, " "] : null;
  const [first, ...rest] = item.children;
  const lead =
    first?.type !== "paragraph" ? [task, first && drawn(first, 0, tables)] : loose ? <p key="lead">{[task, inside(first, tables)]}</p> : [task, inside(first, tables)];
  return (
    <li className={task === null ? undefined : "task-list-item"} key={key}>
      {lead}
      {rest.map((child, index) => (child.type === "paragraph" && !loose ? inside(child, tables) : drawn(child, index + 1, tables)))}
    </li>
  );
}

/** Each row has as many cells as the first. */
function table(node: TableNode, key: number, tables: Tables): ReactNode {
  const [head, ...rows] = node.children.map((row, index) => {
    const Cell = index === 0 ? "th" : "td";
    const columns = node.children[0]?.children ?? [];
    return (
      <tr key={index}>
        {columns.map((_, column) => {
          const cell = row.children[column];
          const align = node.align?.[column];
          return <Cell key={column} style={align == null ? undefined : { textAlign: align }}>{cell && inside(cell, tables)}</Cell>;
        })}
      </tr>
    );
  });
  return (
    <Table key={key}>
      <thead>{head}</thead>
      {rows.length > 0 && <tbody>{rows}</tbody>}
    </Table>
  );
}

function numberOf(id: string, { called, footnotes }: Tables): number | null {
  if (!footnotes.has(id)) return null;
  if (!called.includes(id)) called.push(id);
  return called.indexOf(id) + 1;
}

/** The first definition of a name counts. */
function collect(node: Nodes, definitions: Map<string, Definition>, footnotes: Map<string, FootnoteDefinition>): void {
  if (node.type === "definition" && !definitions.has(node.identifier)) definitions.set(node.identifier, node);
  if (node.type === "footnoteDefinition" && !footnotes.has(node.identifier)) footnotes.set(node.identifier, node);
  if ("children" in node) for (const child of node.children) collect(child, definitions, footnotes);
}
