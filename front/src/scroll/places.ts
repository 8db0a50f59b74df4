/**
 * Where the reader was in each conversation, for as long as the page lives: who looks something up in another one and comes back reads on where they were.
 * Who was at the end has no place here, and comes back to the end.
 *
 * Parts of a conversation that can be come back to have a `data-place`, the same whenever they are drawn.
 */
export interface Place {
  /** The `data-place` of the part at the top edge. */
  readonly part: string;
  /** Where that part begins, in pixels from the edge; mostly above it, so negative. */
  readonly offset: number;
}

const MOST = 100;
const places = new Map<string, Place>();

export function placeOf(conversation: string | undefined): Place | null {
  return (conversation !== undefined && places.get(conversation)) || null;
}

/** Null: at the end. */
export function keepPlace(conversation: string, place: Place | null): void {
  places.delete(conversation);
  if (place === null) return;
  places.set(conversation, place);
  const [oldest] = places.keys();
  if (places.size > MOST && oldest !== undefined) places.delete(oldest);
}

/** The place of something inside a part. */
export function placeAt(element: Element, scroller: Element): Place | null {
  const part = element.closest<HTMLElement>("[data-place]");
  return part && { part: part.dataset["place"] ?? "", offset: part.getBoundingClientRect().top - scroller.getBoundingClientRect().top };
}

/** The `scrollTop` that brings a place back, or null if it is not drawn. */
export function topOf(place: Place, scroller: Element): number | null {
  const part = scroller.querySelector(`[data-place="${CSS.escape(place.part)}"]`);
  return part && scroller.scrollTop + part.getBoundingClientRect().top - scroller.getBoundingClientRect().top - place.offset;
}
