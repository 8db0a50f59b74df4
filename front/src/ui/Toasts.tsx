/** Draws the toasts below the bar, where they cover neither the composer nor a thumb, in a live region that is always there: a new one is read out, the focus stays. */
import { useSyncExternalStore } from "react";
import { useT } from "../i18n/t";
import { IconButton } from "./IconButton";
import { CloseIcon } from "./icons";
import { act, dismiss, hold, onToasts, release, toasts, type ShownToast } from "./toasts";

export function Toasts() {
  const t = useT();
  const shown = useSyncExternalStore(onToasts, toasts);
  return (
    <section
      aria-label={t("ui.notifications")}
      className="safe-x pointer-events-none fixed inset-x-0 top-[calc(env(safe-area-inset-top)+3.5rem)] z-50 flex flex-col items-center gap-2 [--safe:1rem]"
    >
      <div aria-live="polite" className="contents" role="status">
        {shown.map((one) => (
          <ToastBar key={one.id} one={one} />
        ))}
      </div>
    </section>
  );
}

function ToastBar({ one }: { one: ShownToast }) {
  const t = useT();
  return (
    <div
      className="pointer-events-auto flex max-w-full animate-drop items-center gap-1 rounded-xl bg-ink py-1 pr-1 pl-4 text-sm text-canvas shadow-high"
      onBlur={() => release(one.id)}
      onFocus={() => hold(one.id)}
      onPointerEnter={() => hold(one.id)}
      onPointerLeave={() => release(one.id)}
    >
      <p className="mr-2 min-w-0 py-2 break-words">{one.text}</p>
      {one.action && (
        <button
          className="min-h-9 shrink-0 rounded-lg px-3 font-semibold text-canvas underline underline-offset-4 focus-visible:outline-canvas coarse:min-h-11"
          onClick={() => act(one.id)}
          type="button"
        >
          {one.action.label}
        </button>
      )}
      <IconButton
        className="text-canvas! opacity-80 hover:bg-transparent! hover:opacity-100 focus-visible:outline-canvas"
        icon={<CloseIcon size={16} />}
        label={t("ui.close")}
        onClick={() => dismiss(one.id)}
        side="top"
        small
      />
    </div>
  );
}
