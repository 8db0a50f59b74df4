/** Where something that pops up stands: below its button, or above if there is no room, and never outside of the window. */
const GAP = 4; // px
const EDGE = 8; // px to the window's edge

/** Places an open popover beside `anchor`, flush with its left edge, or with its right one if it would leave the window. */
export function placeBeside(popup: HTMLElement, anchor: DOMRect): void {
  const { width, height } = popup.getBoundingClientRect();
  const fitsRight = anchor.left + width <= innerWidth - EDGE;
  const fitsBelow = anchor.bottom + GAP + height <= innerHeight - EDGE;
  const left = Math.max(EDGE, fitsRight ? anchor.left : anchor.right - width);
  const top = Math.max(EDGE, fitsBelow ? anchor.bottom + GAP : anchor.top - GAP - height);
  popup.style.left = `${left}px`;
  popup.style.top = `${top}px`;
}
