/**
 * A button that opens a menu of actions, on the platform's popover: in the top layer, closed by Escape or a click elsewhere.
 *
 * Keyboard as the WAI-ARIA pattern has it: arrows, Home and End move, a letter jumps to the item that begins with it, Enter does it, Tab leaves.
 */
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { flushSync } from "react-dom";
import { IconButton } from "./IconButton";
import { placeBeside } from "./place";

export type MenuItem = { label: string; icon?: ReactNode; danger?: boolean; onSelect: () => void };
type MenuProps = { label: string; icon: ReactNode; items: MenuItem[]; small?: boolean; className?: string; /** Whether Tab stops at the button; rows of a list have one stop for all. */ reachable?: boolean };

export function Menu({ label, icon, items, small = false, className = "", reachable = true }: MenuProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  // Drawn when it is opened first: a list of conversations has a menu a row, and nearly all stay closed.
  const [drawn, setDrawn] = useState(false);

  const entries = () => [...(list.current?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
  const toggled = (shown: boolean) => {
    setOpen(shown);
    if (!shown || !list.current || !button.current) return;
    placeBeside(list.current, button.current.getBoundingClientRect());
    entries()[0]?.focus();
  };
  const choose = (item: MenuItem) => {
    list.current?.hidePopover();
    item.onSelect();
  };
  const move = (event: KeyboardEvent) => {
    const all = entries();
    const next = destination(event.key, all, all.indexOf(document.activeElement as HTMLElement));
    if (event.key === "Tab") list.current?.hidePopover();
    if (!next) return;
    event.preventDefault();
    event.stopPropagation();
    next.focus();
  };

  return (
    <>
      <IconButton
        aria-controls={id}
        aria-expanded={open}
        aria-haspopup="menu"
        className={className}
        icon={icon}
        label={label}
        popoverTarget={id}
        ref={button}
        small={small}
        tabIndex={reachable ? 0 : -1}
      />
      <div
        aria-label={label}
        className="fixed inset-auto m-0 min-w-44 animate-fade rounded-xl border border-line bg-surface p-1 text-sm text-ink shadow-high"
        id={id}
        onBeforeToggle={(event) => event.newState === "open" && flushSync(() => setDrawn(true))}
        onKeyDown={move}
        onToggle={(event) => toggled(event.newState === "open")}
        popover="auto"
        ref={list}
        role="menu"
        tabIndex={-1}
      >
        {drawn && items.map((item) => (
          <button
            className={`flex min-h-9 w-full items-center gap-2.5 rounded-lg px-2.5 text-left coarse:min-h-11 ${item.danger ? "text-danger hover:bg-danger-soft focus-visible:bg-danger-soft" : "hover:bg-raised focus-visible:bg-raised"} outline-none`}
            key={item.label}
            onClick={() => choose(item)}
            role="menuitem"
            tabIndex={-1}
            type="button"
          >
            {item.icon}
            {item.label}
          </button>
        ))}
      </div>
    </>
  );
}

function destination(key: string, all: HTMLElement[], at: number): HTMLElement | undefined {
  if (key === "ArrowDown") return all[(at + 1) % all.length];
  if (key === "ArrowUp") return all[(at - 1 + all.length) % all.length];
  if (key === "Home") return all[0];
  if (key === "End") return all[all.length - 1];
  if (key.length !== 1 || key === " ") return undefined;
  const after = [...all.slice(at + 1), ...all.slice(0, at + 1)];
  return after.find((entry) => entry.textContent?.trim().toLowerCase().startsWith(key.toLowerCase()));
}
