/** Copies a text and says for a moment whether that worked, to eyes and to screen readers. */
import { useEffect, useState } from "react";
import { useT } from "../i18n/t";
import { copyText } from "./copy";

const SHOWN_MS = 2000;

export function CopyButton({ text }: { text: string }) {
  const t = useT();
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const said = outcome === null ? null : t(outcome === "copied" ? "markdown.copied" : "markdown.copyFailed");
  return (
    <button type="button" className="md-copy" data-outcome={outcome ?? undefined} onClick={() => void copyText(text).then((done) => setOutcome(done ? "copied" : "failed"))}>
      <svg viewBox="0 0 16 16" width="14" height="14" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        {outcome === "copied" ? <path d="m3 8.5 3.2 3.2L13 4.8" /> : <path d="M5.5 5.5v-3h8v8h-3m0-5h-8v8h8z" />}
      </svg>
      {said ?? t("markdown.copy")}
      <span role="status" className="sr-only">
        {said}
      </span>
    </button>
  );
}
