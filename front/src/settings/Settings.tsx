/** The reader's name at the foot of the sidebar, and behind it the settings: appearance, language, name, shortcuts, and what runs here. */
import { useCallback, useId, useRef, useState } from "react";
import { useMe } from "../api/me";
import { useT } from "../i18n/t";
import { GearIcon, PersonIcon } from "../ui/icons";
import { part } from "../ui/part";
import { placeBeside } from "../ui/place";

const loadPanel = () => import("./SettingsPanel");
const SettingsPanel = part(() => loadPanel().then((code) => code.SettingsPanel));

export function Settings() {
  const t = useT();
  const id = useId();
  const user = useMe();
  const panel = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  const close = () => panel.current?.hidePopover();
  // Placed once its contents are there: their height decides where it fits.
  const place = useCallback(() => {
    if (panel.current && button.current) placeBeside(panel.current, button.current.getBoundingClientRect());
  }, []);
  return (
    <>
      <button
        aria-expanded={open}
        aria-haspopup="dialog"
        className="ring-inside flex min-h-11 w-full items-center gap-2.5 rounded-lg px-2 text-left text-sm hover:bg-raised aria-expanded:bg-hover"
        onPointerEnter={() => void loadPanel()}
        popoverTarget={id}
        ref={button}
        type="button"
      >
        <span aria-hidden="true" className="flex size-7 shrink-0 items-center justify-center rounded-full bg-accent-soft text-xs font-semibold text-accent">
          {initials(user?.name ?? "") || <PersonIcon size={16} />}
        </span>
        <span className="min-w-0 flex-1 truncate">{user?.name || t("welcome.signedIn")}</span>
        <span className="sr-only">{t("settings.open")}</span>
        <GearIcon className="text-faint" size={18} />
      </button>
      <div
        aria-label={t("settings.open")}
        className="fixed inset-auto m-0 w-[min(19rem,calc(100vw-1rem))] animate-fade rounded-2xl border border-line bg-surface p-4 text-sm text-ink shadow-high"
        id={id}
        onToggle={(event) => setOpen(event.newState === "open")}
        popover="auto"
        ref={panel}
        role="dialog"
      >
        {open && <SettingsPanel onClose={close} onDrawn={place} />}
      </div>
    </>
  );
}

/** The first letters of the first and the last word of a name. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letter = (word: string | undefined) => [...(word ?? "")][0]?.toUpperCase() ?? "";
  return words.length > 1 ? letter(words[0]) + letter(words[words.length - 1]) : letter(words[0]);
}
