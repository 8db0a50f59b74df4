/**
 * A modal dialog on the platform's <dialog>: the focus stays inside and returns to where it was, Escape and a click beside it close it.
 *
 * The first field, or whatever has `autoFocus`, gets the focus. `onClose` is called once, whichever way it is closed.
 */
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useT } from "../i18n/t";
import { IconButton } from "./IconButton";
import { CloseIcon } from "./icons";

type DialogProps = { open: boolean; title: string; onClose: () => void; children: ReactNode };

export function Dialog({ open, title, onClose, children }: DialogProps) {
  const t = useT();
  const titleId = useId();
  const element = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = element.current;
    if (open && dialog && !dialog.open) dialog.showModal();
  }, [open]);
  if (!open) return null;
  return (
    // The platform closes it on Escape; the click is on the backdrop, which has no other element.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      aria-labelledby={titleId}
      className="m-auto max-h-[85dvh] w-[min(28rem,calc(100vw-2rem))] animate-rise overflow-hidden rounded-2xl border border-line bg-surface p-0 text-ink shadow-high backdrop:animate-fade"
      onClick={(event) => event.target === element.current && element.current.close()}
      onClose={onClose}
      ref={element}
    >
      <div className="flex max-h-[85dvh] flex-col">
        <header className="flex items-center justify-between gap-4 py-3 pr-3 pl-5">
          <h2 className="text-base font-semibold" id={titleId}>
            {title}
          </h2>
          <IconButton icon={<CloseIcon />} label={t("ui.close")} onClick={() => element.current?.close()} />
        </header>
        <div className="overflow-y-auto px-5 pb-5">{children}</div>
      </div>
    </dialog>
  );
}
