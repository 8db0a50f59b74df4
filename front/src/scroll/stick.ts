/**
 * Whether the view follows a growing conversation, decided without a browser. `useStickToBottom` feeds it and does what it says.
 *
 * It promises: as long as it follows, every growth ends at the bottom. The reader lets go by moving up, by whatever means, and takes hold again by coming
 * back down to the end. What the browser does by itself is never taken for the reader: a view that is clamped because the content shrank (an answer is
 * replaced), or because the window grew, still follows. Someone who reads further up does not move when things above change size.
 *
 * States: following → (a move up, or the wish for one, or a place that is come back to) → held → (a move down to the end, `toBottom`, or a wish that moved
 * nothing) → following.
 */

/** The scroller as it is now, in CSS pixels: `scrollTop`, `scrollHeight`, `clientHeight`. */
export interface View {
  readonly top: number;
  readonly height: number;
  readonly client: number;
}

/** So near to the end, in pixels, counts as the end when the reader comes down. */
export const NEAR = 24;
/** Positions are fractions on scaled screens. */
const SLACK = 1;

export function distance(view: View): number {
  return Math.max(0, end(view) - view.top);
}

export class Stick {
  #following = true;
  #last: View = { top: 0, height: 0, client: 0 };
  #wished = false;

  get following(): boolean {
    return this.#following;
  }

  /** A scroll event came. */
  scrolled(view: View): void {
    const moved = view.top - this.#last.top;
    const shrank = end(view) < end(this.#last) - SLACK;
    this.#last = view;
    if (moved < -SLACK) {
      this.#wished = false;
      if (!shrank) this.#following = false;
    } else if (moved > 0 && distance(view) <= NEAR && !this.#wished) this.#following = true;
  }

  /**
   * The content or the window has another size. `shift` is how far what the reader looks at was pushed down by it (0 if it stayed or is gone).
   * Gives the position to go to, or null to leave it.
   */
  resized(view: View, shift: number): number | null {
    this.#last = view;
    if (this.#following) return this.#goTo(end(view), view);
    return Math.abs(shift) < SLACK ? null : this.#goTo(Math.min(end(view), Math.max(0, view.top + shift)), view);
  }

  /** The reader asks to go up (wheel, finger, key), before anything has moved: a flush in between must not pull the view back. */
  wishesUp(view: View): void {
    if (view.top <= 0) return;
    this.#wished = this.#following;
    this.#following = false;
  }

  /** The gesture is over. One that moved nothing (something inside took it) changed nothing. */
  settled(view: View): void {
    if (this.#wished && distance(view) <= NEAR) this.#following = true;
    this.#wished = false;
  }

  /** The reader is brought back to a place further up, which is `view` already: no following from there, unless it is the end. */
  backAt(view: View): void {
    this.#last = view;
    this.#wished = false;
    this.#following = distance(view) <= NEAR;
  }

  /** Follow from here on: the button, a message sent, another conversation. Gives the position to go to. */
  toBottom(view: View): number {
    this.#following = true;
    this.#wished = false;
    return end(view);
  }

  #goTo(top: number, view: View): number | null {
    this.#last = { ...view, top };
    return Math.abs(top - view.top) < 0.5 ? null : top;
  }
}

function end(view: View): number {
  return Math.max(0, view.height - view.client);
}
