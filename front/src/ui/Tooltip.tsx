/**
 * A few words beside what the pointer or the keyboard is on. Only for sighted help: the element has its name already, so it is hidden from screen readers.
 *
 * Shown after half a second, in the top layer, so that nothing clips it; Escape hides it (WCAG 1.4.13). Never on touch, where it would cover the finger's aim.
 */
import { useEffect, useRef, useState, type ReactNode } from "react";
import { printed } from "./Kbd";

const WAIT = 500; // ms
const GAP = 6; // px to the element
const EDGE = 8; // px to the window's edge

type TooltipProps = { text: string; keys?: string | undefined; side?: "top" | "bottom"; children: ReactNode };

export function Tooltip({ text, keys, side = "bottom", children }: TooltipProps) {
  const anchor = useRef<HTMLSpanElement>(null);
  const bubble = useRef<HTMLSpanElement>(null);
  const [shown, setShown] = useState(false);
  const timer = useRef<number>(undefined);

  const soon = () => {
    clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setShown(true), WAIT);
  };
  const hide = () => {
    clearTimeout(timer.current);
    setShown(false);
  };
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const [tip, target] = [bubble.current, anchor.current?.firstElementChild];
    if (!shown || !tip || !target || !("showPopover" in tip)) return;
    tip.showPopover();
    place(tip, target.getBoundingClientRect(), side);
    const escape = (event: KeyboardEvent) => event.key === "Escape" && setShown(false);
    document.addEventListener("keydown", escape);
    return () => document.removeEventListener("keydown", escape);
  }, [shown, side]);

  return (
    <span
      className="contents"
      onBlur={hide}
      onFocus={(event) => event.target.matches(":focus-visible") && soon()}
      onPointerDown={hide}
      onPointerEnter={(event) => event.pointerType === "mouse" && soon()}
      onPointerLeave={hide}
      ref={anchor}
    >
      {children}
      {shown && (
        <span
          aria-hidden="true"
          className="pointer-events-none fixed inset-auto m-0 animate-fade rounded-lg bg-ink px-2 py-1 text-xs font-medium whitespace-nowrap text-canvas"
          popover="manual"
          ref={bubble}
        >
          {text}
          {keys !== undefined && <span className="ml-2 opacity-70">{printed(keys)}</span>}
        </span>
      )}
    </span>
  );
}

function place(tip: HTMLElement, target: DOMRect, side: "top" | "bottom"): void {
  const { width, height } = tip.getBoundingClientRect();
  const left = Math.min(Math.max(EDGE, target.left + (target.width - width) / 2), innerWidth - width - EDGE);
  const above = target.top - height - GAP;
  const below = target.bottom + GAP;
  const top = side === "top" ? (above >= EDGE ? above : below) : below + height <= innerHeight - EDGE ? below : above;
  tip.style.left = `${left}px`;
  tip.style.top = `${top}px`;
}
