/** How the elements of an answer are drawn: safe links, pictures as links, tables and code that scroll by themselves, headings below the page's own. */
import { createContext, useContext, type ReactNode } from "react";
import type { Components, ExtraProps } from "react-markdown";
import { useT } from "../i18n/t";
import { Cite } from "./Cite";
import { Code } from "./Code";
import { safeHref } from "./links";

/** Whether the block is complete: code gets its colours then. */
export const FinishedContext = createContext(true);

type HastElement = NonNullable<ExtraProps["node"]>;

export const elements: Components = {
  h1: ({ children }) => <h2 data-level="1">{children}</h2>,
  h2: ({ children }) => <h3 data-level="2">{children}</h3>,
  h3: ({ children }) => <h4 data-level="3">{children}</h4>,
  h4: ({ children }) => <h5 data-level="4">{children}</h5>,
  h5: ({ children }) => <h6 data-level="5">{children}</h6>,
  h6: ({ children }) => <h6 data-level="6">{children}</h6>,
  a: ({ href, children, id }) => <Link href={href} id={id}>{children}</Link>,
  img: ({ src, alt }) => <Picture src={typeof src === "string" ? src : undefined} alt={alt ?? ""} />,
  table: ({ children }) => <Table>{children}</Table>,
  input: ({ checked }) => <Task done={checked === true} />,
  pre: ({ node, children }) => <Fenced node={node}>{children}</Fenced>,
  cite: ({ node }) => <Cite n={Number(node?.properties["dataN"])} />,
};

function Link({ href, id, children }: { href: string | undefined; id?: string | undefined; children?: ReactNode }) {
  const safe = safeHref(href);
  // Footnotes point inside the answer.
  if (safe === null && href?.startsWith("#user-content-fn")) return <a href={href} id={id}>{children}</a>;
  if (safe === null) return <span>{children}</span>;
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** Loading a picture would tell its server who reads what: it is a link, for who wants it. */
function Picture({ src, alt }: { src: string | undefined; alt: string }) {
  const t = useT();
  return <Link href={src}>{alt === "" ? t("markdown.image.unnamed") : t("markdown.image", { alt })}</Link>;
}

function Table({ children }: { children?: ReactNode }) {
  const t = useT();
  return (
    <div className="md-table" role="region" aria-label={t("markdown.table")} tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}

function Task({ done }: { done: boolean }) {
  const t = useT();
  return <input type="checkbox" disabled checked={done} readOnly aria-label={t(done ? "markdown.task.done" : "markdown.task.open")} />;
}

function Fenced({ node, children }: { node: HastElement | undefined; children?: ReactNode }) {
  const finished = useContext(FinishedContext);
  const code = node?.children[0];
  if (code?.type !== "element" || code.tagName !== "code") return <pre>{children}</pre>;
  const text = code.children.map((child) => (child.type === "text" ? child.value : "")).join("");
  return <Code code={text.replace(/\n$/, "")} language={languageOf(code)} finished={finished} />;
}

function languageOf(code: HastElement): string | null {
  const names = code.properties["className"];
  const name = Array.isArray(names) ? names.find((each) => String(each).startsWith("language-")) : undefined;
  return name === undefined ? null : String(name).slice("language-".length).slice(0, 30);
}
