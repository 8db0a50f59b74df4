/** The elements of an answer that are more than a tag: safe links, pictures as links, tables that scroll by themselves, tasks, footnotes. */
import type { ReactNode } from "react";
import { useT } from "../i18n/t";
import { safeHref } from "./links";

export function Link({ href, children }: { href: string | undefined; children?: ReactNode }) {
  const safe = safeHref(href);
  if (safe === null) return <span>{children}</span>;
  return (
    <a href={safe} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  );
}

/** Loading a picture would tell its server who reads what: it is a link, for who wants it. */
export function Picture({ src, alt }: { src: string | undefined; alt: string }) {
  const t = useT();
  return <Link href={src}>{alt === "" ? t("markdown.image.unnamed") : t("markdown.image", { alt })}</Link>;
}

/** A group and not a landmark: an answer may have many. */
export function Table({ children }: { children?: ReactNode }) {
  const t = useT();
  return (
    <div className="md-table" role="group" aria-label={t("markdown.table")} tabIndex={0}>
      <table>{children}</table>
    </div>
  );
}

export function Task({ done }: { done: boolean }) {
  const t = useT();
  return <input type="checkbox" disabled checked={done} readOnly aria-label={t(done ? "markdown.task.done" : "markdown.task.open")} />;
}

/** The number in the text; null for a note that nobody wrote. */
export function Footnote({ number, prefix }: { number: number | null; prefix: string }) {
  const t = useT();
  if (number === null) return null;
  return (
    <sup>
      <a aria-label={t("markdown.footnote", { n: number })} href={`#${prefix}note-${number}`} id={`${prefix}call-${number}`}>
        {number}
      </a>
    </sup>
  );
}

export function Footnotes({ notes, prefix }: { notes: readonly ReactNode[]; prefix: string }) {
  const t = useT();
  return (
    <div className="md-notes" role="group" aria-label={t("markdown.footnotes")}>
      <ol>
        {notes.map((note, index) => (
          <li id={`${prefix}note-${index + 1}`} key={index}>
            {note}
            <a aria-label={t("markdown.footnote.back", { n: index + 1 })} href={`#${prefix}call-${index + 1}`}>
              ↩
            </a>
          </li>
        ))}
      </ol>
    </div>
  );
}
