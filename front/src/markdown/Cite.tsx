/** A citation in the text: a button that opens its source, with a short preview while it is pointed at or focused. */
import { createContext, useContext, useId, useLayoutEffect, useRef, useState } from "react";
import type { components } from "../api/schema";
import { useT } from "../i18n/t";
import { sectionName } from "../sources/section";

type Source = components["schemas"]["SourceOut"];

export interface Citations {
  readonly sources: ReadonlyMap<number, Source>;
  readonly onCite: (n: number) => void;
}

/** Given by `Markdown`, so that settled blocks need not be drawn again for it. */
export const CitationsContext = createContext<Citations>({ sources: new Map(), onCite: () => undefined });

const OPEN_MS = 150;
const CLOSE_MS = 120;

export function Cite({ n }: { n: number }) {
  const t = useT();
  const { sources, onCite } = useContext(CitationsContext);
  const [open, setOpen] = useState(false);
  const timer = useRef(0);
  const button = useRef<HTMLButtonElement>(null);
  const id = useId();
  const source = sources.get(n);
  if (source === undefined) return <>[{n}]</>;
  const later = (wanted: boolean, wait: number) => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setOpen(wanted), wait);
  };
  return (
    // The preview may be pointed at too (WCAG 1.4.13), so the pair counts as one.
    <span className="md-cite" onPointerEnter={(event) => event.pointerType !== "touch" && later(true, OPEN_MS)} onPointerLeave={() => later(false, CLOSE_MS)}>
      <button
        ref={button}
        type="button"
        aria-label={t("markdown.cite", { n, candidate: source.candidate, page: source.page })}
        aria-describedby={open ? id : undefined}
        onClick={() => {
          clearTimeout(timer.current);
          setOpen(false);
          onCite(n);
        }}
        onFocus={(event) => event.target.matches(":focus-visible") && later(true, 0)}
        onBlur={() => later(false, 0)}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || !open) return;
          event.preventDefault();
          event.stopPropagation();
          setOpen(false);
        }}
      >
        {n}
      </button>
      {open && <Preview id={id} source={source} at={button.current} />}
    </span>
  );
}

/** Above the marker if there is room, in the top layer, so that no scroller cuts it off. */
function Preview({ id, source, at }: { id: string; source: Source; at: HTMLElement | null }) {
  const t = useT();
  const box = useRef<HTMLSpanElement>(null);
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || at === null) return;
    element.showPopover?.();
    const mark = at.getBoundingClientRect();
    const { width, height } = element.getBoundingClientRect();
    const left = Math.min(Math.max(8, mark.left + mark.width / 2 - width / 2), window.innerWidth - width - 8);
    const above = mark.top - height - 6;
    element.style.translate = `${Math.round(left)}px ${Math.round(above >= 8 ? above : mark.bottom + 6)}px`;
  }, [at]);
  return (
    <span ref={box} id={id} role="tooltip" popover="manual" className="md-preview">
      <strong>{source.candidate}</strong>
      <span>
        {sectionName(t, source.section)} · {t("sources.page", { page: source.page })}
      </span>
      <q>{source.snippet}</q>
    </span>
  );
}
