/** The ways to ask for a move up before it happens: wheel, finger, keys. The scrollbar and whatever else moves the view are seen by the move itself. */
const UP_KEYS = new Set(["ArrowUp", "PageUp", "Home"]);
const SETTLE_MS = 200;

/** Calls `up` when the reader asks to go up, and `over` when that has had time to happen. Gives back how to stop listening. */
export function onWishUp(scroller: HTMLElement, up: () => void, over: () => void): () => void {
  let timer = 0;
  let finger: number | null = null;
  const wish = () => {
    up();
    clearTimeout(timer);
    timer = window.setTimeout(over, SETTLE_MS);
  };
  const wheel = (event: WheelEvent) => {
    if (event.deltaY < 0 && !event.ctrlKey) wish();
  };
  const start = (event: TouchEvent) => {
    finger = event.touches[0]?.clientY ?? null;
  };
  const move = (event: TouchEvent) => {
    const now = event.touches[0]?.clientY ?? null;
    if (finger !== null && now !== null && now > finger + 2) wish();
    finger = now;
  };
  const key = (event: KeyboardEvent) => {
    if (isEditing(event.target) || event.defaultPrevented) return;
    if (UP_KEYS.has(event.key) || (event.key === " " && event.shiftKey)) wish();
  };
  scroller.addEventListener("wheel", wheel, { passive: true });
  scroller.addEventListener("touchstart", start, { passive: true });
  scroller.addEventListener("touchmove", move, { passive: true });
  scroller.addEventListener("keydown", key);
  return () => {
    clearTimeout(timer);
    scroller.removeEventListener("wheel", wheel);
    scroller.removeEventListener("touchstart", start);
    scroller.removeEventListener("touchmove", move);
    scroller.removeEventListener("keydown", key);
  };
}

function isEditing(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
}
