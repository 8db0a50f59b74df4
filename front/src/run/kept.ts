/**
 * The newest events of a thread, kept by the tab that leads for those that come late. Who needs older ones reads the messages again.
 *
 * Called by `share.ts`.
 */
import { cursorOf } from "./decode";
import type { StoredEvent } from "./reduce";

const MOST = 5_000;

export class KeptEvents {
  private readonly events: StoredEvent[] = [];

  /** `after`: the cursor on which the first of the events that will be kept follows. */
  constructor(private after = "0") {}

  keep(events: readonly StoredEvent[]): void {
    this.events.push(...events);
    if (this.events.length <= 2 * MOST) return;
    const dropped = this.events.splice(0, this.events.length - MOST);
    this.after = cursorOf(dropped.at(-1)!);
  }

  /** The cursor of the newest event. */
  get newest(): string {
    const last = this.events.at(-1);
    return last === undefined ? this.after : cursorOf(last);
  }

  /** What came after a cursor; null if that is not known here. */
  since(cursor: string): StoredEvent[] | null {
    if (cursor === this.after) return this.events.slice();
    const before = this.events.findIndex((event) => cursorOf(event) === cursor);
    if (before >= 0) return this.events.slice(before + 1);
    // Who has read of a run before it began stands at its event 0, which nobody is sent.
    const first = this.events.findIndex((event) => event.seq === 1 && cursor === cursorOf({ ...event, seq: 0 }));
    return first >= 0 ? this.events.slice(first) : null;
  }
}
