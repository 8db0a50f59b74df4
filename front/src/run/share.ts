/**
 * One connection a thread for all tabs of a browser. Browsers open six connections to a host; without this the seventh tab would not even load.
 *
 * Tabs that want a thread's events queue for its Web Lock. Who holds it leads: reads the stream and passes each batch on over a BroadcastChannel,
 * with the cursor it follows on, so a tab that has not got that far notices, and asks (`hello`) for what it misses. A new leader says so, and every other tab
 * answers `hello`: as long as none has, the leader is alone and passes nothing on, which is a good part of what following costs. When the leader closes, or
 * wants no more, the next in the queue reads on from its own cursor: nothing is lost, and what two tabs heard twice the reducer drops.
 * A leader that stays silent (a frozen tab keeps its lock) loses it to a tab that listens.
 *
 * Where the browser lacks locks or channels, each tab has its own connection.
 *
 * Called by `live.ts`, once a thread and tab.
 */
import { browser, follow, type LinkState, type Surroundings } from "./follow";
import { KeptEvents } from "./kept";
import { DRAWN_EVERY } from "./pace";
import type { StoredEvent } from "./reduce";

const TICK = 5_000;
/** Ticks without a word from the leader until its lock is taken: ticks stop while the machine sleeps, clocks do not. */
const SILENT_TICKS = 8;
/** Tabs in the background that may keep a stream at once, over all threads. */
const BACKGROUND_STREAMS = 3;
const BETWEEN_RESYNCS = 1_000;

/** What the tab does with events. */
export interface Listener {
  /** The cursor up to which the tab knows everything. */
  position: () => string;
  /** Whether the event of this cursor, and so everything before it, is known. */
  knows: (cursor: string) => boolean;
  /** Takes events that follow on what is known, or repeat it. False if they did not after all. */
  take: (events: readonly StoredEvent[]) => boolean;
  /** Reads the messages again, which moves `position`. */
  resync: () => Promise<void>;
  onLink: (link: LinkState) => void;
  /** The server refuses for good. */
  onRefused: (refusal: Refusal) => void;
}

/** What is left of a `Problem` on its way to another tab. */
export interface Refusal {
  status: number;
  code: string;
  message: string;
}

/** How much a tab wants the events: looked at, in the background while an answer is written, or not now. */
export type Want = "seen" | "background" | "none";

/** What sharing needs of the browser. */
export interface Commons extends Surroundings {
  locks: LockManager | undefined;
  channel: ((name: string) => BroadcastChannel) | undefined;
}

type Said =
  | { kind: "events"; after: string; events: StoredEvent[]; to?: string }
  | { kind: "link"; link: LinkState }
  | { kind: "alive" }
  | { kind: "refused"; refusal: Refusal }
  | { kind: "leads" }
  | { kind: "hello"; from: string; after: string }
  | { kind: "too-old"; to: string; at: string };

export const commons: Commons = {
  ...browser,
  locks: globalThis.navigator?.locks,
  channel: typeof BroadcastChannel === "undefined" ? undefined : (name) => new BroadcastChannel(name),
};

export class SharedStream {
  private readonly name: string;
  private readonly channel: BroadcastChannel | undefined;
  private readonly id = Math.random().toString(36).slice(2);
  /** Aborts this tab's place in the queue, and its lead. */
  private turn: AbortController | null = null;
  private want: Want = "none";
  /** The turn in which this tab leads, if it does. */
  private leads: AbortController | null = null;
  private silent = 0;
  /** Another tab has been heard since this one leads: before, it passes nothing on. */
  private heard = false;
  private link: LinkState = { kind: "connecting", failures: 0 };
  private resyncing: Promise<void> | null = null;
  private kept = new KeptEvents();
  private readonly ticks: ReturnType<typeof setInterval>;

  constructor(
    private readonly threadId: string,
    private readonly listener: Listener,
    private readonly around: Commons = commons,
  ) {
    // The number is that of what is said: tabs that still have an older page keep to themselves.
    this.name = `chatbot.thread.2.${threadId}`;
    this.channel = around.locks && around.channel?.(this.name);
    this.channel?.addEventListener("message", (message: MessageEvent<Said>) => this.hear(message.data));
    this.ticks = setInterval(() => this.tick(), TICK);
  }

  /** Says how much the events are wanted from now on. */
  setWant(want: Want): void {
    if (want === this.want) return;
    this.want = want;
    if (want === "none") return this.leave();
    if (this.turn === null) this.enter();
    else if (this.leading && want === "background") void this.needBackground(this.turn);
  }

  private get leading(): boolean {
    return this.leads !== null && this.leads === this.turn;
  }

  close(): void {
    this.leave();
    clearInterval(this.ticks);
    this.channel?.close();
  }

  private enter(steal = false): void {
    const turn = new AbortController();
    this.turn = turn;
    this.silent = 0;
    if (this.channel === undefined || this.around.locks === undefined) {
      void this.lead(turn);
      return;
    }
    this.say({ kind: "hello", from: this.id, after: this.listener.position() });
    const options = steal ? { steal } : { signal: turn.signal };
    this.around.locks
      .request(this.name, options, () => this.lead(turn))
      .catch(() => {
        // Left the queue, or the lock was stolen: then this tab queues again as a listener.
        const stolen = !turn.signal.aborted;
        turn.abort();
        if (stolen && this.turn === turn) {
          this.turn = null;
          this.enter();
        }
      });
  }

  private leave(): void {
    this.turn?.abort();
    this.turn = null;
  }

  /** Reads the stream until this tab leaves; the lock is held meanwhile. */
  private async lead(turn: AbortController): Promise<void> {
    this.leads = turn;
    this.heard = false;
    this.say({ kind: "leads" });
    if (this.want === "background") await this.needBackground(turn);
    while (!turn.signal.aborted) {
      const cursor = this.listener.position();
      this.kept = new KeptEvents(cursor);
      const round = new AbortController();
      const end = await follow(
        {
          url: `/api/threads/${encodeURIComponent(this.threadId)}/events?pace=${DRAWN_EVERY}`,
          cursor,
          signal: AbortSignal.any([turn.signal, round.signal]),
          onEvents: (events, after) => {
            this.kept.keep(events);
            if (this.heard) this.say({ kind: "events", after, events });
            if (!this.listener.take(events)) round.abort();
          },
          onState: (link) => this.setLink(link),
          onAlive: () => this.alive(),
        },
        this.around,
      );
      if (end.kind === "refused" && end.problem.code !== "invalid_cursor") {
        const { status, code, message } = end.problem;
        this.say({ kind: "refused", refusal: { status, code, message } });
        this.listener.onRefused({ status, code, message });
        this.want = "none";
        turn.abort();
      } else if (!turn.signal.aborted) await this.resync();
    }
    if (this.leads === turn) this.leads = null;
  }

  private hear(said: Said): void {
    this.silent = 0;
    this.heard = true;
    switch (said.kind) {
      case "events":
        if (this.leading || (said.to !== undefined && said.to !== this.id)) return;
        if (!this.listener.knows(said.after)) this.ask();
        else if (!this.listener.take(said.events)) void this.resync();
        return;
      case "too-old":
        if (said.to === this.id && !this.listener.knows(said.at)) void this.resync();
        return;
      case "link":
        if (!this.leading) this.listener.onLink(said.link);
        return;
      case "refused":
        if (!this.leading) this.listener.onRefused(said.refusal);
        return;
      case "leads":
        return this.ask();
      case "hello":
        return this.leading ? this.answer(said.from, said.after) : undefined;
      case "alive":
    }
  }

  /** Asks the leader for what is missing; not while the messages are read, which may be all that it takes: it is asked after that. */
  private ask(): void {
    if (!this.leading && this.turn !== null && this.resyncing === null) this.say({ kind: "hello", from: this.id, after: this.listener.position() });
  }

  /** Gives a tab that came late what it misses, as far as this one still has it. */
  private answer(to: string, after: string): void {
    this.say({ kind: "link", link: this.link });
    const events = this.kept.since(after);
    if (events === null) this.say({ kind: "too-old", to, at: this.kept.newest });
    else if (events.length > 0) this.say({ kind: "events", after, events, to });
  }

  private setLink(link: LinkState): void {
    this.link = link;
    this.listener.onLink(link);
    this.say({ kind: "link", link });
  }

  private lastAlive = 0;
  /** Heartbeats for the other tabs, at most one a second. */
  private alive(): void {
    const now = Date.now();
    if (now - this.lastAlive < 1_000) return;
    this.lastAlive = now;
    this.say({ kind: "alive" });
  }

  private tick(): void {
    if (this.channel === undefined || this.turn === null || this.leading || this.want !== "seen") return;
    this.silent += 1;
    if (this.silent < SILENT_TICKS) return;
    this.leave();
    this.enter(true);
  }

  /**
   * Has the messages read again, and asks for what came meanwhile. One reading at a time, however often it turns out to be needed: one that is begun anew
   * with every piece of the stream would never be through on a slow line.
   */
  private resync(): Promise<void> {
    this.resyncing ??= this.readAgain().finally(() => {
      this.resyncing = null;
      this.ask();
    });
    return this.resyncing;
  }

  private async readAgain(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, BETWEEN_RESYNCS * (0.5 + this.around.random() / 2)));
    await this.listener.resync().catch(() => undefined);
  }

  /** In the background a lead needs one of a few places; without one the stream waits until the tab is looked at. */
  private async needBackground(turn: AbortController): Promise<void> {
    for (let place = 0; place < BACKGROUND_STREAMS; place += 1) {
      if (await this.tookPlace(`chatbot.background.${place}`, turn)) return;
    }
    if (this.want === "background" && this.turn === turn) {
      this.want = "none";
      this.leave();
    }
  }

  /** Holds a place until the turn ends. Answers as soon as it is known whether there was one. */
  private tookPlace(name: string, turn: AbortController): Promise<boolean> {
    return new Promise((resolve) => {
      if (this.around.locks === undefined) return resolve(true);
      void this.around.locks.request(name, { ifAvailable: true }, (lock) => {
        resolve(lock !== null);
        if (lock === null || turn.signal.aborted) return undefined;
        return new Promise<void>((free) => turn.signal.addEventListener("abort", () => free()));
      });
    });
  }

  private say(said: Said): void {
    this.channel?.postMessage(said);
  }
}
