/**
 * A thread as it happens, for one tab: the runs that are being written, and the state of the link. React reads it through `useLive.ts`.
 *
 * It begins with what the server read in one moment (`adopt`: messages, unfinished run, cursor) and folds the events that follow. A finished run stays
 * until the messages have its answer; then that is the truth. Who listens is told as often as is worth it (`pace.ts`), however many tokens come, and of an
 * end at once. That a text has grown is told to those alone who show it (`Texts`): the rest of the page is as it was.
 */
import type { Conversation } from "../api/conversation";
import type { ActiveRun, Posted } from "../api/types";
import { cursorOf, placeOf } from "./decode";
import type { LinkState } from "./follow";
import { Pace } from "./pace";
import { apply, emptyRun, fromSnapshot, isFinal, type LiveRun, type StoredEvent } from "./reduce";
import { commons, SharedStream, type Commons, type Refusal } from "./share";

/** Milliseconds that a piece of the stream may come before its time. */
const SLACK = 10;

export interface LiveThread {
  /** Runs whose answers are not among the messages yet, in the order in which they became known; each as it was when it last changed but for growing. */
  readonly runs: readonly LiveRun[];
  readonly link: LinkState;
  /** Why the server will not give this thread's events. */
  readonly refusal: Refusal | null;
}

/** The texts of these runs as they grow. */
export interface Texts {
  readonly subscribe: (listener: () => void) => () => void;
  /** Undefined for a run that is not among them. */
  readonly of: (runId: string) => string | undefined;
}

const BEGINNING: LiveThread = { runs: [], link: { kind: "connecting", failures: 0 }, refusal: null };

export class LiveStore {
  private runs = new Map<string, LiveRun>();
  /** Runs whose answers are stored: what still comes of them is known already. */
  private stored = new Set<string>();
  private position: string | null = null;
  private link: LinkState = BEGINNING.link;
  private refusal: Refusal | null = null;
  private shown: LiveThread = BEGINNING;
  private grown: ReadonlyMap<string, LiveRun> = new Map();
  private readonly listeners = new Set<() => void>();
  private readonly readers = new Set<() => void>();
  private stream: SharedStream | null = null;
  private flushing: ReturnType<typeof setTimeout> | null = null;
  private flushed = 0;
  private readonly pace = new Pace();

  constructor(
    private readonly threadId: string,
    /** Reads the newest messages again and hands them to `adopt`. */
    private readonly refresh: () => Promise<unknown>,
    private readonly around: Commons = commons,
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): LiveThread => this.shown;

  readonly texts: Texts = {
    subscribe: (reader) => {
      this.readers.add(reader);
      return () => this.readers.delete(reader);
    },
    of: (runId) => this.grown.get(runId)?.text,
  };

  /** Takes in what the server read in one moment; the first time, begins to follow from there. */
  adopt(conversation: Conversation): void {
    const ahead = this.position === null || !this.knows(conversation.eventsCursor);
    for (const { run_id } of conversation.messages) if (run_id !== null) this.stored.add(run_id);
    for (const runId of this.runs.keys()) if (this.stored.has(runId)) this.runs.delete(runId);
    const active = conversation.activeRun;
    if (active !== null && !this.stored.has(active.run_id)) {
      const known = this.runs.get(active.run_id);
      const ids = { questionId: active.message_id, answerId: active.answer_id };
      if (known === undefined || known.lastSeq < active.last_seq) this.runs.set(active.run_id, further(known, active));
      else this.runs.set(active.run_id, { ...known, ...ids });
    }
    for (const { run_id, message_id, answer_id } of conversation.waitingRuns) {
      if (this.stored.has(run_id) || this.runs.has(run_id)) continue;
      this.runs.set(run_id, emptyRun(run_id, { questionId: message_id, answerId: answer_id }));
    }
    if (ahead) this.position = conversation.eventsCursor;
    this.flush();
    this.stream?.setWant(this.want());
  }

  /** A run that this tab has just started: known before its first event. */
  expect(posted: Posted): void {
    if (this.stored.has(posted.run_id)) return;
    if (posted.status !== "queued" && posted.status !== "running" && !this.runs.has(posted.run_id)) {
      this.refreshSoon();
      return;
    }
    const ids = { answerId: posted.answer_id, questionId: posted.message_id };
    const known = this.runs.get(posted.run_id);
    this.runs.set(posted.run_id, known ? { ...known, ...ids } : begun(posted, ids));
    this.flush();
    this.stream?.setWant(this.want());
  }

  /** Begins to follow. Call `adopt` before. Answers how to stop. */
  open(): () => void {
    const stream = new SharedStream(
      this.threadId,
      {
        position: () => this.position ?? "0",
        knows: (cursor) => this.knows(cursor),
        take: (events) => this.take(events),
        resync: async () => {
          await this.refresh();
        },
        onLink: (link) => {
          const back = link.kind === "open" && this.link.kind !== "open";
          this.link = link;
          this.flush();
          // An answer that ended while the server could not be asked for the messages.
          if (back && [...this.runs.values()].some(isFinal)) this.refreshSoon();
        },
        onRefused: (refusal) => {
          this.refusal = refusal;
          this.flush();
        },
      },
      this.around,
    );
    this.stream = stream;
    this.refusal = null;
    const look = (): void => stream.setWant(this.want());
    document.addEventListener("visibilitychange", look);
    look();
    return () => {
      document.removeEventListener("visibilitychange", look);
      stream.close();
      if (this.stream === stream) this.stream = null;
      if (this.flushing !== null) clearTimeout(this.flushing);
      this.flushing = null;
    };
  }

  /** Folds events in. False if something before them is missing. */
  take(events: readonly StoredEvent[]): boolean {
    let news = false;
    let ended = false;
    for (const event of events) {
      if (!this.stored.has(event.runId)) {
        const known = this.runs.get(event.runId);
        const { state, outcome } = apply(known ?? emptyRun(event.runId), event);
        if (outcome === "gap") return false;
        this.runs.set(event.runId, state);
        if (outcome === "applied") {
          if (state.mismatch && event.type === "final") console.error("The final text differs from the tokens", event.runId);
          news ||= event.type === "started" && state.questionId === null;
          ended ||= isFinal(state);
        }
      }
      if (this.position === null || !this.isBehind(event)) this.position = cursorOf(event);
    }
    if (news || ended) this.refreshSoon();
    if (ended) {
      this.flush();
      this.stream?.setWant(this.want());
    } else this.flushSoon();
    return true;
  }

  private knows(cursor: string): boolean {
    const place = placeOf(cursor);
    if (place === null || cursor === this.position || this.stored.has(place.runId)) return true;
    const run = this.runs.get(place.runId);
    // At its event 0 a run has not begun: all before it is known if those before it have ended.
    if (place.seq === 0 && run?.lastSeq === 0) return this.inLineBefore(run).every(isFinal);
    return run !== undefined && run.lastSeq >= place.seq;
  }

  private inLineBefore(run: LiveRun): LiveRun[] {
    const runs = [...this.runs.values()];
    return runs.slice(0, runs.indexOf(run));
  }

  /** Whether an event is earlier in its run than the position: a repeat, which must not move it back. */
  private isBehind(event: StoredEvent): boolean {
    const at = placeOf(this.position ?? "0");
    return at !== null && event.runId === at.runId && event.seq <= at.seq;
  }

  private want(): "seen" | "background" | "none" {
    if (document.visibilityState === "visible") return "seen";
    return [...this.runs.values()].some((run) => !isFinal(run)) ? "background" : "none";
  }

  private refreshSoon(): void {
    void this.refresh().catch(() => undefined);
  }

  private flushSoon(): void {
    if (this.flushing !== null) return;
    const early = this.pace.every - (performance.now() - this.flushed);
    // The server sends at this pace: what comes in time is drawn at once, not by a timer that would wake the page a second time.
    if (early <= SLACK) this.flush();
    else this.flushing = setTimeout(() => this.flush(), early);
  }

  private flush(): void {
    if (this.flushing !== null) clearTimeout(this.flushing);
    this.flushing = null;
    this.flushed = performance.now();
    this.grown = new Map(this.runs);
    const runs = [...this.runs.values()];
    if (this.link !== this.shown.link || this.refusal !== this.shown.refusal || !onlyGrew(this.shown.runs, runs)) {
      this.shown = { runs, link: this.link, refusal: this.refusal };
      for (const listener of this.listeners) listener();
    }
    for (const reader of this.readers) reader();
    // React draws in a microtask that those told have asked for: this one comes after it.
    queueMicrotask(() => this.pace.took(performance.now() - this.flushed));
  }
}

/** Whether nothing has happened to the runs but more text. The first of it is more than that: it takes another's place on the page. */
function onlyGrew(before: readonly LiveRun[], after: readonly LiveRun[]): boolean {
  return before.length === after.length && before.every((run, index) => sameButForGrowth(run, after[index]!));
}

function sameButForGrowth(before: LiveRun, after: LiveRun): boolean {
  const keys = Object.keys(before) as (keyof LiveRun)[];
  return (before.text === "") === (after.text === "") && keys.every((key) => key === "text" || key === "lastSeq" || Object.is(before[key], after[key]));
}

function begun(posted: Posted, ids: { answerId: string; questionId: string }): LiveRun {
  return { ...emptyRun(posted.run_id, ids), status: posted.status === "running" ? "waiting" : "queued" };
}

/** The server's snapshot of a run that is further than what is known here; it lacks who answers. */
function further(known: LiveRun | undefined, active: ActiveRun): LiveRun {
  return { ...fromSnapshot(active), attempt: known?.attempt ?? 0, model: known?.model ?? null, takenOver: known?.takenOver ?? null };
}
