/** What the reader typed. A text of many lines shows its beginning: somebody who pasted a whole document need not scroll past it for ever. */
import { useState } from "react";
import { useT } from "../i18n/t";

const LINES = 16;
const CHARACTERS = 1600;

export function LongText({ text }: { text: string }) {
  const t = useT();
  const [all, setAll] = useState(false);
  const long = text.length > CHARACTERS || text.split("\n", LINES + 1).length > LINES;
  if (!long) return text;
  return (
    <>
      <div className={all ? "" : "line-clamp-12"}>{text}</div>
      <button aria-expanded={all} className="mt-1.5 rounded text-sm font-medium text-muted hover:text-ink" onClick={() => setAll(!all)} type="button">
        {t(all ? "chat.showLess" : "chat.showAll")}
      </button>
    </>
  );
}
