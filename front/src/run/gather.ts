/**
 * Gathers what the leading tab passes on, so that the others hear of it a few times a second: a message a token costs the leader more than to draw the
 * token. Used by `share.ts`.
 */
import type { StoredEvent } from "./reduce";

const PERIOD = 40; // milliseconds

export class Gathered {
  private waiting: { after: string; events: StoredEvent[] } | null = null;

  constructor(private readonly pass: (after: string, events: StoredEvent[]) => void) {}

  /** `events` follow the cursor `after`. They may wait a moment only if the tab is looked at: in the background timers come late. */
  add(after: string, events: readonly StoredEvent[], mayWait: boolean): void {
    if (this.waiting !== null) this.waiting.events.push(...events);
    else {
      this.waiting = { after, events: [...events] };
      if (mayWait) setTimeout(() => this.send(), PERIOD);
    }
    if (!mayWait) this.send();
  }

  /** Passes on at once what waits. */
  send(): void {
    if (this.waiting === null) return;
    const { after, events } = this.waiting;
    this.waiting = null;
    this.pass(after, events);
  }
}
