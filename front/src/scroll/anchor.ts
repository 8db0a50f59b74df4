/**
 * What the reader looks at, so that it can be kept in its place when things above it change: older messages put in front, messages that get their true
 * height when they come near (`content-visibility`). Browsers do the same by themselves, but not at the very top, and Safari only lately; what they have
 * done already is a shift of 0 here.
 */
export interface Anchor {
  readonly element: Element;
  /** Where it stood, from the top edge of the scroller. */
  readonly offset: number;
}

const DEEPEST = 6;

/** The first thing that begins inside the visible part, looked for from the messages inward. */
export function anchorIn(scroller: Element, content: Element): Anchor | null {
  const edge = scroller.getBoundingClientRect().top;
  let element: Element | null = null;
  let within: Element = content;
  for (let depth = 0; depth < DEEPEST; depth += 1) {
    const next = firstBelow(within, edge);
    if (next === null) break;
    element = within = next;
    if (next.getBoundingClientRect().top >= edge) break;
  }
  return element && { element, offset: element.getBoundingClientRect().top - edge };
}

/** How far it was pushed down since; 0 if it is gone. */
export function shiftOf(anchor: Anchor | null, scroller: Element): number {
  if (anchor === null || !anchor.element.isConnected) return 0;
  return anchor.element.getBoundingClientRect().top - scroller.getBoundingClientRect().top - anchor.offset;
}

function firstBelow(parent: Element, edge: number): Element | null {
  const children = parent.children;
  let low = 0;
  let high = children.length;
  // Children stand below each other: the first that ends below the edge is found by halving.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (children[middle]!.getBoundingClientRect().bottom > edge) high = middle;
    else low = middle + 1;
  }
  return children[low] ?? null;
}
