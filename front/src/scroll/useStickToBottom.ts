/**
 * A scroller that follows its growing content until the reader scrolls up: `scrollRef` on the element that scrolls, `contentRef` on the one inside it that
 * grows. The decisions are `Stick`'s; here they meet the browser. Used by the conversation.
 */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, type RefCallback } from "react";
import { anchorIn, shiftOf, type Anchor } from "./anchor";
import { onWishUp } from "./gestures";
import { keepPlace, placeAt, placeOf, topOf } from "./places";
import { distance, NEAR, Stick, type View } from "./stick";

export interface StickToBottom {
  scrollRef: RefCallback<HTMLElement>;
  contentRef: RefCallback<HTMLElement>;
  /** Follows, or is so near to the end that a button down would be pointless. */
  atBottom: boolean;
  /** Goes to the end and follows from there. */
  toBottom: (how?: "smooth" | "instant") => void;
  /** Moves the view down by so many pixels at once, and follows from there only if that is the end: the reader looks at something that must stay in its place. */
  moveBy: (pixels: number) => void;
}

/** Another `conversation` (a thread's id) begins at its end, or where the reader was in it (`places.ts`). */
export function useStickToBottom(conversation?: string): StickToBottom {
  const [scroller, scrollRef] = useState<HTMLElement | null>(null);
  const [content, contentRef] = useState<HTMLElement | null>(null);
  const [atBottom, setAtBottom] = useState(true);
  const stick = useRef<Stick>(null);
  stick.current ??= new Stick();

  const toBottom = useCallback(
    (how: "smooth" | "instant" = "smooth") => {
      if (scroller === null) return;
      const view = viewOf(scroller);
      const top = stick.current!.toBottom(view);
      // A long way is not worth watching, and content that is not laid out yet would grow under the animation.
      const glides = how === "smooth" && distance(view) < 2 * view.client && !matchMedia("(prefers-reduced-motion: reduce)").matches;
      scroller.scrollTo({ top, behavior: glides ? "smooth" : "instant" });
      setAtBottom(true);
    },
    [scroller],
  );

  const moveBy = useCallback(
    (pixels: number) => {
      if (scroller === null) return;
      scroller.scrollTo({ top: scroller.scrollTop + pixels, behavior: "instant" });
      stick.current!.backAt(viewOf(scroller));
      setAtBottom(stick.current!.following);
    },
    [scroller],
  );

  useLayoutEffect(() => toBottom("instant"), [toBottom, conversation]);

  useEffect(() => {
    if (scroller === null || content === null) return;
    return attach(stick.current!, scroller, content, setAtBottom, conversation);
  }, [scroller, content, conversation]);

  return { scrollRef, contentRef, atBottom, toBottom, moveBy };
}

/** Feeds a `Stick` from a scroller and its content, which begin where the reader was in the conversation. Gives back how to stop. */
export function attach(stick: Stick, scroller: HTMLElement, content: HTMLElement, tell: (atBottom: boolean) => void, conversation?: string): () => void {
  let anchor: Anchor | null = null;
  let back = placeOf(conversation);
  const look = () => {
    anchor = stick.following ? null : anchorIn(scroller, content);
    if (conversation !== undefined && back === null) keepPlace(conversation, anchor && placeAt(anchor.element, scroller));
    tell(stick.following || distance(viewOf(scroller)) <= NEAR);
  };
  const scrolled = () => {
    stick.scrolled(viewOf(scroller));
    look();
  };
  const observer = new ResizeObserver(() => {
    if (back !== null) {
      // The first size there is: everything from the place on is drawn with it.
      const top = topOf(back, scroller);
      back = null;
      if (top !== null) {
        scroller.scrollTo({ top, behavior: "instant" });
        stick.backAt(viewOf(scroller));
      }
    }
    const top = stick.resized(viewOf(scroller), shiftOf(anchor, scroller));
    if (top !== null) scroller.scrollTo({ top, behavior: "instant" });
    look();
  });
  const wish = () => {
    stick.wishesUp(viewOf(scroller));
    look();
  };
  const over = () => {
    stick.settled(viewOf(scroller));
    look();
  };
  observer.observe(content);
  observer.observe(scroller);
  scroller.addEventListener("scroll", scrolled, { passive: true });
  const stopWishes = onWishUp(scroller, wish, over);
  return () => {
    observer.disconnect();
    scroller.removeEventListener("scroll", scrolled);
    stopWishes();
  };
}

function viewOf(scroller: HTMLElement): View {
  return { top: scroller.scrollTop, height: scroller.scrollHeight, client: scroller.clientHeight };
}
