/** The field that searches titles and messages on the server, a moment after the last key. Ctrl+K goes there, Escape empties it, the down arrow goes to what was found. */
import { useEffect, useRef, useState } from "react";
import { useT } from "../i18n/t";
import { CloseIcon, SearchIcon } from "../ui/icons";
import { printed } from "../ui/Kbd";
import { useShortcut } from "../ui/shortcuts";
import { setSidebar } from "../layout/sidebar-state";

const PAUSE = 200; // ms without a key before the server is asked
const LONGEST = 200; // characters, as the API accepts

export function Search({ onQuery }: { onQuery: (query: string) => void }) {
  const t = useT();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const clear = () => {
    setText("");
    onQuery("");
    field.current?.focus();
  };
  useEffect(() => {
    const timer = setTimeout(() => onQuery(text.trim()), PAUSE);
    return () => clearTimeout(timer);
  }, [text, onQuery]);
  useShortcut("Mod+K", () => {
    setSidebar(true);
    field.current?.select();
    // In a drawer that is only now opening nothing can have the focus yet.
    if (document.activeElement !== field.current) requestAnimationFrame(() => field.current?.select());
  });

  return (
    <search className="relative flex items-center">
      <SearchIcon className="pointer-events-none absolute left-2.5 text-faint" size={18} />
      <input
        aria-label={t("threads.search")}
        className="peer h-9 w-full rounded-xl border border-transparent bg-raised pr-9 pl-9 text-sm transition-colors hover:bg-hover focus:border-ring focus:bg-surface focus:[outline-width:1px] focus:outline-offset-0 coarse:h-11 coarse:text-base [&::-webkit-search-cancel-button]:hidden"
        data-thread-search
        enterKeyHint="search"
        maxLength={LONGEST}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape" && text) {
            event.preventDefault();
            clear();
          }
          if (event.key !== "ArrowDown") return;
          event.preventDefault();
          document.querySelector<HTMLElement>("a[data-thread]")?.focus();
        }}
        placeholder={t("threads.search")}
        ref={field}
        type="search"
        value={text}
      />
      {text ? (
        <button
          aria-label={t("threads.search.clear")}
          className="absolute right-1 flex size-7 items-center justify-center rounded-lg text-muted hover:bg-hover coarse:right-0 coarse:size-11"
          onClick={clear}
          type="button"
        >
          <CloseIcon size={16} />
        </button>
      ) : (
        <kbd className="pointer-events-none absolute right-3 font-sans text-xs text-faint peer-focus:hidden coarse:hidden">{printed("Mod+K")}</kbd>
      )}
    </search>
  );
}
