/**
 * The sidebar on a phone: a modal <dialog> at the left edge. The platform keeps the focus inside and gives it back; Escape, a tap beside it or a
 * swipe to the left closes it.
 */
import { useEffect, useRef, type PointerEvent, type ReactNode } from "react";

const SWIPE = 56; // px to the left that close it
const STEADY = 12; // px before a touch counts as a swipe and not as a tap or a scroll

type DrawerProps = { open: boolean; label: string; onClose: () => void; children: ReactNode };

export function Drawer({ open, label, onClose, children }: DrawerProps) {
  const element = useRef<HTMLDialogElement>(null);
  const start = useRef<{ x: number; y: number } | null>(null);
  useEffect(() => {
    const dialog = element.current;
    if (!dialog || dialog.open === open) return;
    if (open) dialog.showModal();
    else dialog.close();
  }, [open]);

  const drag = (event: PointerEvent) => {
    if (!start.current || !element.current) return;
    const [dx, dy] = [event.clientX - start.current.x, event.clientY - start.current.y];
    if (Math.abs(dy) > Math.abs(dx) || dx > -STEADY) return;
    element.current.style.translate = `${dx}px 0`;
    element.current.style.transition = "none";
  };
  const drop = (event: PointerEvent) => {
    if (!element.current) return;
    const moved = start.current ? event.clientX - start.current.x : 0;
    const swiped = element.current.style.translate !== "" && moved < -SWIPE;
    element.current.style.translate = element.current.style.transition = "";
    start.current = null;
    if (swiped) onClose();
  };

  return (
    // Escape is the platform's; the click is on the backdrop, which has no other element.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events
    <dialog
      aria-label={label}
      className="m-0 hidden h-dvh max-h-none w-[min(20rem,86vw)] max-w-none [touch-action:pan-y] border-r border-line bg-sidebar p-0 text-ink shadow-high transition-[translate,display,overlay] transition-discrete duration-200 ease-calm open:block open:translate-x-0 not-open:-translate-x-full starting:open:-translate-x-full"
      onClick={(event) => event.target === element.current && onClose()}
      onClose={onClose}
      onPointerCancel={drop}
      onPointerDown={(event) => (start.current = { x: event.clientX, y: event.clientY })}
      onPointerMove={drag}
      onPointerUp={drop}
      ref={element}
    >
      {children}
    </dialog>
  );
}
