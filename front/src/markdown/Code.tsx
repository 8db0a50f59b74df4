/** A block of code: its language, a copy button, and colours once it is finished (colouring while it grows would cost twice and flicker). */
import { useEffect, useState, type ReactNode } from "react";
import { useT } from "../i18n/t";
import { CopyButton } from "./CopyButton";
import type { Tree } from "./grammars";

/** More is shown in one colour: it would hold up the page. */
const MOST_CHARACTERS = 40_000;

export function Code({ code, language, finished }: { code: string; language: string | null; finished: boolean }) {
  const t = useT();
  const coloured = language !== null && code.length <= MOST_CHARACTERS;
  usePrepared(finished || !coloured ? null : language);
  const tree = useHighlighted(code, finished && coloured ? language : null);
  return (
    <figure className="md-code">
      <figcaption>
        <span>{language ?? t("markdown.code")}</span>
        <CopyButton text={code} />
      </figcaption>
      {/* It scrolls sideways, so the keyboard must reach it. */}
      <pre tabIndex={0} role="group" aria-label={language === null ? t("markdown.code") : t("markdown.code.in", { language })}>
        <code>{tree === null ? code : spans(tree.children)}</code>
      </pre>
    </figure>
  );
}

const grammars = () => import("./grammars");

/** While the code is still written, what will colour it is fetched and made ready, step by step. */
function usePrepared(language: string | null): void {
  useEffect(() => {
    if (language === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wanted = true;
    grammars().then(
      ({ prepare }) => wanted && (timer = setTimeout(() => prepare(language.toLowerCase()))),
      () => undefined,
    );
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [language]);
}

function useHighlighted(code: string, language: string | null): Tree | null {
  const [found, setFound] = useState<{ code: string; tree: Tree | null } | null>(null);
  useEffect(() => {
    if (language === null) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let wanted = true;
    // Without the chunk (offline after an update) the code stays as it is. In a task of its own: what has just been drawn is painted first.
    grammars().then(
      ({ highlight }) => wanted && (timer = setTimeout(() => setFound({ code, tree: highlight(code, language.toLowerCase()) }))),
      () => undefined,
    );
    return () => {
      wanted = false;
      clearTimeout(timer);
    };
  }, [code, language]);
  return found?.code === code ? found.tree : null;
}

function spans(nodes: Tree["children"]): ReactNode[] {
  return nodes.map((node, index) => {
    if (node.type === "text") return node.value;
    if (node.type !== "element") return null;
    const names = node.properties["className"];
    return (
      <span key={index} className={Array.isArray(names) ? names.join(" ") : undefined}>
        {spans(node.children)}
      </span>
    );
  });
}
