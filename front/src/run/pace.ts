/**
 * How often a growing answer is drawn. The server is asked to send its tokens at that pace (`share.ts`); `live.ts` keeps to it whatever comes, and where
 * drawing takes long, on a slow phone or below a very large table, it draws less often, so that the page stays free for the reader.
 */

/** Milliseconds. */
export const DRAWN_EVERY = 50;
const SELDOMEST = 250;
/** Of a drawing the scripts are a third, the rest is the browser's layout and paint; together they may have two fifths of the time. */
const PER_SCRIPT = 7.5;
/** How much a single drawing counts: one that was held up by something else must not slow down the next. */
const WEIGHT = 0.2;

export class Pace {
  private script = 0;

  /** Milliseconds from one drawing to the next. */
  get every(): number {
    return Math.min(SELDOMEST, Math.max(DRAWN_EVERY, PER_SCRIPT * this.script));
  }

  /** The scripts of a drawing took so many milliseconds. */
  took(milliseconds: number): void {
    this.script += WEIGHT * (milliseconds - this.script);
  }
}
