/**
 * The source behind a citation, beside the conversation: whose CV, where, the passage in words, and the PDF page with the passage marked.
 *
 * An overlay, for which the sidebar gives way where both have no room, and the text moves to the side (chat.css): no line of it breaks anew. On a wide screen the conversation stays
 * usable beside it; on a phone it is a modal sheet over everything. Escape and the button close it, and the focus goes back to where it came from. Another
 * source replaces the one that is shown.
 */
import { useEffect, useRef, useState } from "react";
import type { Source } from "../api/types";
import { useT } from "../i18n/t";
import { IconButton } from "../ui/IconButton";
import { CloseIcon } from "../ui/icons";
import { part } from "../ui/part";
import { Spinner } from "../ui/Spinner";
import { sectionName } from "./section";

const PdfView = part(() => import("./PdfView").then((code) => code.default), <Opening />);
const NARROW = "(max-width: 767px)";

export function SourceDrawer({ source, onClose }: { source: Source | null; onClose: () => void }) {
  return source === null ? null : <Drawer source={source} onClose={onClose} />;
}

function Drawer({ source, onClose }: { source: Source; onClose: () => void }) {
  const t = useT();
  const dialog = useRef<HTMLDialogElement>(null);
  useDialog(dialog, source, onClose);
  return (
    <dialog
      ref={dialog}
      aria-labelledby="source-title"
      className="source-drawer fixed inset-y-0 start-auto end-0 z-40 m-0 flex h-dvh max-h-none w-[clamp(24rem,100vw-48rem,46rem)] max-w-none flex-col border-s border-line bg-surface text-ink shadow-high transition-[translate,opacity] duration-200 ease-calm max-md:w-full max-md:border-s-0 starting:translate-x-8 starting:opacity-0"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
    >
      <header className="flex items-start gap-3 border-b border-line py-2.5 ps-4 pe-2">
        <span className="mt-1 grid h-6 min-w-6 shrink-0 place-items-center rounded-md bg-accent-soft px-1.5 text-xs font-semibold text-accent digits" aria-hidden="true">
          {source.n}
        </span>
        <div className="min-w-0 flex-1">
          <h2 id="source-title" tabIndex={-1} className="truncate font-semibold">
            {source.candidate}
          </h2>
          <p className="truncate text-sm text-muted">
            {sectionName(t, source.section)} · {t("sources.page", { page: source.page })}
          </p>
        </div>
        <IconButton label={t("sources.close")} icon={<CloseIcon />} onClick={onClose} />
      </header>
      {source.url === null ? (
        <Passage source={source} lead={t("sources.noPdf")} />
      ) : (
        <PdfView
          url={source.url.split("#")[0] ?? source.url}
          title={source.candidate}
          page={source.page}
          snippet={source.snippet}
          renderNote={(marked, failed) => <Note source={source} marked={marked} failed={failed} />}
        />
      )}
    </dialog>
  );
}

/** While the viewer's code is on its way. */
function Opening() {
  const t = useT();
  return (
    <p className="flex flex-1 items-center justify-center gap-2 text-sm text-muted" role="status">
      <Spinner size={16} />
      {t("sources.loading")}
    </p>
  );
}

/** The passage in words, where the page does not show it, and on a phone, where a page that fits is too small to read. */
function Note({ source, marked, failed }: { source: Source; marked: boolean | null; failed: "gone" | "unreadable" | null }) {
  const t = useT();
  if (failed === "gone") return <Passage source={source} lead={t("sources.failed.gone")} />;
  if (failed !== null) return <Passage source={source} lead={`${t("sources.passage")}:`} />;
  if (marked === false) return <Passage source={source} lead={t("sources.notMarked")} />;
  return (
    <>
      <p role="status" className="sr-only">
        {marked === true && t("sources.marked")}
      </p>
      <Words className="m-4 mb-3 line-clamp-4 shrink-0 text-sm sm:hidden" source={source} />
    </>
  );
}

function Passage({ source, lead }: { source: Source; lead: string }) {
  return (
    <div className="max-h-[40%] shrink-0 overflow-auto border-b border-line px-4 py-3 text-sm" role="status">
      <p className="text-muted">{lead}</p>
      <Words className="mt-1.5" source={source} />
    </div>
  );
}

function Words({ source, className }: { source: Source; className: string }) {
  return <blockquote className={`border-s-2 border-accent ps-3 leading-relaxed ${className}`}>{source.snippet}</blockquote>;
}

/** Opens the dialog as the screen allows, manages the focus, and closes on Escape. */
function useDialog(dialog: React.RefObject<HTMLDialogElement | null>, source: Source, onClose: () => void): void {
  const close = useRef(onClose);
  close.current = onClose;
  const [opener] = useState(() => (document.activeElement instanceof HTMLElement ? document.activeElement : null));

  useEffect(() => {
    const element = dialog.current;
    if (element === null) return;
    const narrow = matchMedia(NARROW);
    const open = () => {
      element.close();
      if (narrow.matches) element.showModal();
      else element.show();
      element.querySelector<HTMLElement>("h2")?.focus({ preventScroll: true });
    };
    // Beside the conversation the drawer is not modal, so the browser does not close it. What is on top of it closes first.
    const escape = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented || document.querySelector("dialog:modal, [popover]:popover-open:not([popover=manual])") !== null) return;
      event.preventDefault();
      close.current();
    };
    open();
    narrow.addEventListener("change", open);
    document.addEventListener("keydown", escape);
    return () => {
      narrow.removeEventListener("change", open);
      document.removeEventListener("keydown", escape);
      const inside = element.contains(document.activeElement) || document.activeElement === document.body;
      element.close();
      if (inside && opener?.isConnected) opener.focus({ preventScroll: true });
    };
  }, [dialog, opener]);

  // Another source was chosen while this one was open: the reader's focus stays where it is.
  useEffect(() => {
    dialog.current?.querySelector("h2")?.scrollIntoView({ block: "nearest" });
  }, [dialog, source]);
}
