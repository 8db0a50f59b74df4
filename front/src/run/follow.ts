/**
 * One connection to a thread's events, kept for as long as it is wanted: every event once, in order, across broken links.
 *
 * `follow` asks for what comes after the cursor, and comes back with the newest one whenever the link ends: at once when the browser is back online or
 * the tab is looked at again, else after 1, 2, 4 … 15 s × (0.5–1), or what the server asks for (`retry:`, `Retry-After`). A link without a byte for
 * 22 s is dead (the server sends something every ten). An event seen before is dropped; an event that comes too early breaks the link, so that
 * what is missing is read again. It ends when it is aborted, when the server has nothing more (204), or when it refuses (4xx).
 *
 * Called by `share.ts`, by one tab for all. No React, no globals but those in `browser`, so tests bring their own.
 */
import { problemOf, type Problem } from "../api/client";
import { BadFrame, cursorOf, makeDecoder, placeOf } from "./decode";
import type { StoredEvent } from "./reduce";

/** Two heartbeats and a little: with the way back it is noticed within 25 s. */
const DEAD_AFTER = 22_000;
/** Longer than the server's heartbeat: a link this silent is worth a new one when the tab wakes. */
const DOUBTFUL_AFTER = 12_000;
const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;

export type LinkState =
  | { kind: "connecting"; failures: number }
  | { kind: "open" }
  /** The next try is at `until` (epoch milliseconds), or when something wakes it. */
  | { kind: "waiting"; failures: number; until: number };

export type End = { kind: "aborted" } | { kind: "nothing-more" } | { kind: "refused"; problem: Problem };

/** What a follower needs of the browser. `onWake` calls when it is worth trying now, and answers how to stop that. */
export interface Surroundings {
  fetch: (url: string, init: RequestInit) => Promise<Response>;
  onWake: (wake: (reason: "online" | "visible") => void) => () => void;
  random: () => number;
}

export interface FollowOptions {
  url: string;
  cursor: string;
  signal: AbortSignal;
  /** The events of one piece of the stream, in order, right after `after`. */
  onEvents: (events: StoredEvent[], after: string) => void;
  onState: (state: LinkState) => void;
  /** Something came, were it only a heartbeat. */
  onAlive?: () => void;
}

export const browser: Surroundings = {
  fetch: (url, init) => fetch(url, init),
  onWake: (wake) => {
    const online = (): void => wake("online");
    const visible = (): void => {
      if (document.visibilityState === "visible") wake("visible");
    };
    window.addEventListener("online", online);
    window.addEventListener("pageshow", visible);
    document.addEventListener("visibilitychange", visible);
    return () => {
      window.removeEventListener("online", online);
      window.removeEventListener("pageshow", visible);
      document.removeEventListener("visibilitychange", visible);
    };
  },
  random: Math.random,
};

export async function follow(options: FollowOptions, around: Surroundings = browser): Promise<End> {
  let cursor = options.cursor;
  let failures = 0;
  let pause = FIRST_WAIT;
  while (!options.signal.aborted) {
    options.onState({ kind: "connecting", failures });
    const link = await connect(options, around, cursor);
    cursor = link.cursor;
    pause = link.retry ?? pause;
    if (options.signal.aborted) break;
    if (link.end !== null) return link.end;
    if (link.lived) failures = 0;
    if (!link.woken) {
      await rest(options, around, failures, link.retryAfter ?? waitFor(failures, pause, around.random()));
      failures += 1;
    }
  }
  return { kind: "aborted" };
}

/** Milliseconds before try number `failures + 2`. */
export function waitFor(failures: number, first: number, random: number): number {
  return Math.min(LONGEST_WAIT, first * 2 ** Math.min(failures, 10)) * (0.5 + random / 2);
}

/** What became of one connection. */
interface Link {
  cursor: string;
  /** An event or a heartbeat came: the server was well. */
  lived: boolean;
  /** Broken by us, because the browser woke up: come back at once. */
  woken: boolean;
  retry: number | null;
  retryAfter: number | null;
  end: End | null;
}

async function connect(options: FollowOptions, around: Surroundings, cursor: string): Promise<Link> {
  const link: Link = { cursor, lived: false, woken: false, retry: null, retryAfter: null, end: null };
  const broken = new AbortController();
  const watch = watchOver(around, broken, link);
  try {
    const response = await around.fetch(options.url, {
      headers: { Accept: "text/event-stream", "Last-Event-ID": cursor },
      cache: "no-store",
      signal: AbortSignal.any([options.signal, broken.signal]),
    });
    watch.heard();
    if (response.status === 204) link.end = { kind: "nothing-more" };
    else if (!response.ok) await refused(response, link);
    else await read(response, options, link, watch.heard);
  } catch {
    // The link broke, or brought nonsense; the cursor is where it was.
  } finally {
    watch.stop();
    broken.abort();
  }
  return link;
}

async function read(response: Response, options: FollowOptions, link: Link, heard: () => void): Promise<void> {
  if (response.body === null || !response.headers.get("Content-Type")?.startsWith("text/event-stream")) return;
  options.onState({ kind: "open" });
  let events: StoredEvent[] = [];
  let latest = placeOf(link.cursor);
  const decoder = makeDecoder({
    onComment: () => (link.lived = true),
    onEvent: (event) => {
      link.lived = true;
      const same = latest?.runId === event.runId;
      if (same && event.seq <= (latest?.seq ?? 0)) return;
      if (event.seq !== (same ? (latest?.seq ?? 0) + 1 : 1)) throw new BadFrame("An event came too early");
      latest = { runId: event.runId, seq: event.seq };
      events.push(event);
    },
    onRetry: (milliseconds) => (link.retry = milliseconds),
  });
  const deliver = (): void => {
    const last = events.at(-1);
    if (last === undefined) return;
    const [batch, after] = [events, link.cursor];
    events = [];
    link.cursor = cursorOf(last);
    options.onEvents(batch, after);
  };
  for (const reader = response.body.getReader(); ; ) {
    const { value, done } = await reader.read();
    if (done || options.signal.aborted) return;
    heard();
    try {
      decoder.push(value);
    } finally {
      deliver();
    }
    options.onAlive?.();
  }
}

async function refused(response: Response, link: Link): Promise<void> {
  const problem = problemOf(response, await response.json().catch(() => null));
  if (problem.passing) link.retryAfter = problem.retryAfter === null ? null : problem.retryAfter * 1000;
  else link.end = { kind: "refused", problem };
}

/** Breaks a link that has been silent too long, and one that is doubtful when the browser wakes. */
function watchOver(around: Surroundings, broken: AbortController, link: Link): { heard: () => void; stop: () => void } {
  let last = Date.now();
  // Not wound up anew at every piece of the stream, which come by the hundred: when it runs out it looks how much is left.
  const look = (): void => {
    const left = DEAD_AFTER - (Date.now() - last);
    if (left <= 0) broken.abort();
    else timer = setTimeout(look, left);
  };
  let timer = setTimeout(look, DEAD_AFTER);
  const stopWaking = around.onWake((reason) => {
    if (reason === "visible" && Date.now() - last < DOUBTFUL_AFTER) return;
    link.woken = true;
    broken.abort();
  });
  return {
    heard: () => void (last = Date.now()),
    stop: () => {
      clearTimeout(timer);
      stopWaking();
    },
  };
}

function rest(options: FollowOptions, around: Surroundings, failures: number, milliseconds: number): Promise<void> {
  options.onState({ kind: "waiting", failures: failures + 1, until: Date.now() + milliseconds });
  return new Promise((resolve) => {
    const over = (): void => {
      clearTimeout(timer);
      stopWaking();
      options.signal.removeEventListener("abort", over);
      resolve();
    };
    const timer = setTimeout(over, milliseconds);
    const stopWaking = around.onWake(over);
    options.signal.addEventListener("abort", over);
  });
}
