/**
 * Questions on their way to the server, per thread. A question is stored exactly once, however often it has to be sent: each has an Idempotency-Key, and
 * both are kept in sessionStorage until the server has confirmed, so a reload in between sends the same again.
 *
 * A failure that may pass is tried again by itself, three times, at the server's word (`Retry-After`), or when the browser is back online; then
 * the reader decides. A thread that is busy is not a failure but a question to the reader: ask after the answer, or stop it?
 */
import { api, answered, Problem } from "../api/client";
import { waitBefore } from "../api/queries";
import type { OnBusy, Posted } from "../api/types";

const TRIES = 4;

/** What is sent. `parentId` undefined: after whatever is newest. */
interface Letter {
  readonly key: string;
  readonly text: string;
  readonly onBusy: OnBusy;
  readonly parentId: string | null | undefined;
  /** What it stands under on the screen. */
  readonly shownAfter: string | null;
}

export interface Outgoing extends Letter {
  /** `busy`: the reader has to choose. `waiting`: tried again at `until`, or when the browser is online. `unsent`: given up. */
  readonly state: "sending" | "waiting" | "busy" | "unsent";
  readonly problem: Problem | null;
  /** Epoch milliseconds. */
  readonly until: number | null;
}

export type Sent = { outgoing: Outgoing; posted: Posted };

const boxes = new Map<string, Outbox>();

/** React keys of messages that were sent from here: the bubble that was shown before there was a message. */
export const sentKeys = new Map<string, string>();

export function outboxOf(threadId: string): Outbox {
  let box = boxes.get(threadId);
  if (box === undefined) boxes.set(threadId, (box = new Outbox(threadId)));
  return box;
}

export class Outbox {
  private letters: readonly Outgoing[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private heed: ((sent: Sent) => void) | null = null;
  private unheeded: Sent[] = [];

  constructor(private readonly threadId: string) {
    this.letters = restored(this.name).map((letter) => ({ ...letter, state: "sending", problem: null, until: null }));
    for (const letter of this.letters) void this.post(letter.key, 0);
    window.addEventListener("online", () => this.resendUnreached());
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Calls for every question that is stored, before it leaves the box; also for those stored while nobody listened. */
  onSent(heed: (sent: Sent) => void): () => void {
    this.heed = heed;
    for (const sent of this.unheeded.splice(0)) heed(sent);
    return () => {
      if (this.heed === heed) this.heed = null;
    };
  }

  readonly snapshot = (): readonly Outgoing[] => this.letters;

  /** Sends, or asks the reader first if the thread is known to be busy. */
  send(what: { text: string; parentId: string | null | undefined; shownAfter: string | null; busy: boolean }): void {
    const { busy, ...letter } = what;
    const key = crypto.randomUUID?.() ?? `${Date.now()}-${Math.random().toString(36).slice(2)}`;
    this.set([...this.letters, { ...letter, key, onBusy: "reject", state: busy ? "busy" : "sending", problem: null, until: null }]);
    if (!busy) void this.post(key, 0);
  }

  /** The reader's word for a busy thread. Nothing was stored under the old key, so the new wish gets a new one. */
  decide(key: string, onBusy: "enqueue" | "interrupt"): void {
    const fresh = `${key.slice(0, 60)}.${onBusy[0]}`;
    this.set(this.letters.map((one) => (one.key === key ? { ...one, key: fresh, onBusy, state: "sending", problem: null } : one)));
    void this.post(fresh, 0);
  }

  retry(key: string): void {
    this.change(key, { state: "sending", problem: null, until: null });
    void this.post(key, 0);
  }

  /** Takes a question out of the box: the reader has it back, or does not want it any more. */
  take(key: string): Outgoing | undefined {
    const letter = this.letters.find((one) => one.key === key);
    this.set(this.letters.filter((one) => one.key !== key));
    return letter;
  }

  private async post(key: string, failures: number): Promise<void> {
    clearTimeout(this.timers.get(key));
    const letter = this.letters.find((one) => one.key === key);
    if (letter === undefined) return;
    try {
      const posted = await answered(
        api.POST("/api/threads/{thread_id}/messages", {
          params: { path: { thread_id: this.threadId }, header: { "Idempotency-Key": key } },
          body: { content: letter.text, on_busy: letter.onBusy, ...(letter.parentId !== undefined && { parent_id: letter.parentId }) },
        }),
      );
      sentKeys.set(posted.message_id, key);
      const sent = { outgoing: letter, posted };
      if (this.heed === null) this.unheeded.push(sent);
      else this.heed(sent);
      this.take(key);
    } catch (error) {
      this.failed(key, failures, error);
    }
  }

  private failed(key: string, failures: number, error: unknown): void {
    const problem = error instanceof Problem ? error : new Problem(0, "unexpected", String(error));
    if (problem.code === "thread_busy") this.change(key, { state: "busy", problem: null });
    else if (problem.status === 0 && !navigator.onLine) this.change(key, { state: "waiting", problem, until: null });
    else if (!problem.passing || failures + 1 >= TRIES) this.change(key, { state: "unsent", problem, until: null });
    else {
      const wait = waitBefore(failures, problem);
      this.change(key, { state: "waiting", problem, until: Date.now() + wait });
      this.timers.set(key, setTimeout(() => this.again(key, failures + 1), wait));
    }
  }

  private again(key: string, failures: number): void {
    this.change(key, { state: "sending", until: null });
    void this.post(key, failures);
  }

  private resendUnreached(): void {
    for (const { key, state, problem } of this.letters) {
      if ((state === "waiting" || state === "unsent") && problem?.status === 0) this.retry(key);
    }
  }

  private change(key: string, change: Partial<Outgoing>): void {
    this.set(this.letters.map((one) => (one.key === key ? { ...one, ...change } : one)));
  }

  private set(letters: readonly Outgoing[]): void {
    this.letters = letters;
    keep(this.name, letters);
    for (const listener of this.listeners) listener();
  }

  private get name(): string {
    return `chatbot.outbox.${this.threadId}`;
  }
}

/** Unsent but unasked questions are kept, too: nothing that was written is lost. */
function keep(name: string, letters: readonly Outgoing[]): void {
  try {
    if (letters.length === 0) sessionStorage.removeItem(name);
    else sessionStorage.setItem(name, JSON.stringify(letters.map(({ key, text, onBusy, parentId, shownAfter }) => ({ key, text, onBusy, parentId, shownAfter }))));
  } catch {
    // Without storage a reload in the middle of sending asks the reader to send again.
  }
}

function restored(name: string): Letter[] {
  try {
    return JSON.parse(sessionStorage.getItem(name) ?? "[]") as Letter[];
  } catch {
    return [];
  }
}
