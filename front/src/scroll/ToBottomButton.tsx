/** The way back to the end of the conversation, for somebody who scrolled up. Stands over the scroller's lower edge; the parent is `relative`. */
import { useT } from "../i18n/t";

export function ToBottomButton({ shown, onClick, fresh = false }: { shown: boolean; onClick: () => void; /** Something came below. */ fresh?: boolean }) {
  const t = useT();
  return (
    <button
      type="button"
      onClick={onClick}
      inert={!shown}
      className={`absolute bottom-3 left-1/2 z-10 grid size-11 -translate-x-1/2 place-items-center rounded-full border border-line bg-surface text-muted shadow-high transition-[translate,opacity] duration-150 hover:text-ink focus-visible:outline-2 focus-visible:outline-offset-2 focus-visible:outline-accent sm:size-9 ${shown ? "opacity-100" : "pointer-events-none translate-y-2 opacity-0"}`}
    >
      <svg viewBox="0 0 20 20" className="size-5" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        <path d="M10 4v12m-5-5 5 5 5-5" />
      </svg>
      <span className="sr-only">{t("scroll.toBottom")}</span>
      {fresh && <span className="absolute top-0 right-0 size-2.5 rounded-full border-2 border-surface bg-accent" aria-hidden="true" />}
    </button>
  );
}
