import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { cursorOf } from "./decode";
import { follow, waitFor, type End, type LinkState, type Surroundings } from "./follow";
import type { StoredEvent } from "./reduce";
import { frame, madeRun, seeded } from "./testing";

const EVENT_STREAM = { "Content-Type": "text/event-stream" };

/** A stream of given pieces that then ends, breaks, or stays open for ever. */
function stream(pieces: Uint8Array[], ending: "close" | "break" | "hang", signal?: AbortSignal | null): Response {
  let next = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      const piece = pieces[next++];
      if (piece !== undefined) return controller.enqueue(piece);
      if (ending === "close") return controller.close();
      if (ending === "break") return controller.error(new TypeError("network error"));
      return new Promise<void>((_, reject) => signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError"))));
    },
  });
  return new Response(body, { headers: EVENT_STREAM });
}

function problem(status: number, code: string, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify({ error: { code, message: code, request_id: "q" } }), { status, headers });
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

interface Seen {
  events: StoredEvent[];
  states: LinkState[];
  end: Promise<End>;
  stop: AbortController;
  wake: (reason: "online" | "visible") => void;
  cursors: string[];
}

/** Follows a fake server: `answer` is called with the cursor of each request. */
function following(answer: (cursor: string, request: number, signal: AbortSignal) => Response, from = "0"): Seen {
  const wakers = new Set<(reason: "online" | "visible") => void>();
  const stop = new AbortController();
  const seen: Seen = {
    events: [],
    states: [],
    cursors: [],
    stop,
    end: Promise.resolve({ kind: "aborted" }),
    wake: (reason) => [...wakers].forEach((waker) => waker(reason)),
  };
  const around: Surroundings = {
    random: () => 1,
    onWake: (waker) => {
      wakers.add(waker);
      return () => wakers.delete(waker);
    },
    fetch: async (_url, init) => {
      const cursor = new Headers(init.headers).get("Last-Event-ID") ?? "";
      seen.cursors.push(cursor);
      return answer(cursor, seen.cursors.length, init.signal as AbortSignal);
    },
  };
  let position = from;
  seen.end = follow(
    {
      url: "/events",
      cursor: from,
      signal: stop.signal,
      onState: (state) => seen.states.push(state),
      onEvents: (events, after) => {
        expect(after).toBe(position);
        position = cursorOf(events.at(-1)!);
        seen.events.push(...events);
      },
    },
    around,
  );
  return seen;
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("nothing lost, nothing doubled", () => {
  test.each(Array.from({ length: 100 }, (_, seed) => seed))("seed %i: a link that breaks at any byte", async (seed) => {
    const random = seeded(seed);
    const log = [...madeRun(random, "one"), ...madeRun(random, "two"), ...madeRun(random, "three")];
    const seen = following((cursor) => {
      const start = cursor === "0" ? 0 : log.findIndex((event) => cursorOf(event) === cursor) + 1;
      if (start === log.length) return new Response(null, { status: 204 });
      const whole = bytes(`retry: 1000\n\n${log.slice(start).map(frame).join("")}`);
      const length = Math.ceil(random() * Math.min(whole.length, 2500));
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < length; ) {
        const end = Math.min(length, at + 1 + Math.floor(random() * 400));
        pieces.push(whole.slice(at, end));
        at = end;
      }
      return stream(pieces, random() < 0.5 ? "break" : "close");
    });
    await vi.runAllTimersAsync();
    expect(await seen.end).toEqual({ kind: "nothing-more" });
    expect(seen.events).toEqual(log);
  });

  test("a server that repeats itself is heard once, one that skips is asked again", async () => {
    const log = madeRun(seeded(5), "r");
    const seen = following((_cursor, request) => {
      if (request === 1) return stream([bytes([log[0]!, log[1]!, log[1]!, log[0]!, log[3]!].map(frame).join(""))], "hang");
      return request === 2 ? stream([bytes(log.map(frame).join(""))], "close") : new Response(null, { status: 204 });
    });
    await vi.runAllTimersAsync();
    expect(seen.events).toEqual(log);
    expect(seen.cursors).toEqual(["0", "r:2", cursorOf(log.at(-1)!)]);
  });
});

describe("when to come back", () => {
  test("later and later, up to fifteen seconds, each jittered", () => {
    expect([0, 1, 2, 3, 4, 9].map((failures) => waitFor(failures, 1000, 1))).toEqual([1000, 2000, 4000, 8000, 15000, 15000]);
    expect(waitFor(2, 1000, 0)).toBe(2000);
    expect(waitFor(5000, 1000, 1)).toBe(15000);
  });

  test("a server that is away is asked until it is back; then the count begins anew", async () => {
    const log = madeRun(seeded(1), "r");
    const seen = following((_cursor, request, signal) =>
      request <= 3 ? problem(503, "database_unavailable") : stream([bytes(frame(log[0]!))], request === 4 ? "break" : "hang", signal),
    );
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000);
    expect(seen.cursors.length).toBe(4);
    expect(seen.states.filter((state) => state.kind === "waiting").map((state) => state.failures)).toEqual([1, 2, 3, 1]);
    seen.stop.abort();
    expect(await seen.end).toEqual({ kind: "aborted" });
  });

  test("at once when the browser is back online", async () => {
    const seen = following(() => {
      throw new TypeError("Failed to fetch");
    });
    await vi.advanceTimersByTimeAsync(1000 + 2000 + 4000 + 1);
    expect(seen.cursors.length).toBe(4);
    seen.wake("online");
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.cursors.length).toBe(5);
    seen.stop.abort();
    await seen.end;
  });

  test("when the server asks to: retry, and Retry-After", async () => {
    const seen = following((_cursor, request, signal) => {
      if (request === 1) return stream([bytes("retry: 200\n\n")], "close");
      return request === 2 ? problem(429, "rate_limited", { "Retry-After": "7" }) : stream([], "hang", signal);
    });
    await vi.advanceTimersByTimeAsync(201);
    expect(seen.cursors.length).toBe(2);
    await vi.advanceTimersByTimeAsync(6_900);
    expect(seen.cursors.length).toBe(2);
    await vi.advanceTimersByTimeAsync(200);
    expect(seen.cursors.length).toBe(3);
    seen.stop.abort();
    await seen.end;
  });

  test("after 22 seconds without a byte, and a heartbeat counts", async () => {
    const beats: ReadableStreamDefaultController<Uint8Array>[] = [];
    const seen = following((_cursor, _request, signal) => {
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          beats.push(controller);
          signal.addEventListener("abort", () => controller.error(new DOMException("", "AbortError")));
        },
      });
      return new Response(body, { headers: EVENT_STREAM });
    });
    for (let beat = 0; beat < 6; beat += 1) {
      await vi.advanceTimersByTimeAsync(20_000);
      beats[0]!.enqueue(bytes(": still here\n\n"));
    }
    expect(seen.cursors.length).toBe(1);
    await vi.advanceTimersByTimeAsync(21_900);
    expect(seen.cursors.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1_200);
    expect(seen.cursors.length).toBe(2);
    seen.stop.abort();
    await seen.end;
  });

  test("when the lid opens: a silent link is replaced, a lively one is left", async () => {
    const seen = following((_cursor, _request, signal) => stream([bytes(": hello\n\n")], "hang", signal));
    await vi.advanceTimersByTimeAsync(5_000);
    seen.wake("visible");
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.cursors.length).toBe(1);
    await vi.advanceTimersByTimeAsync(10_000);
    seen.wake("visible");
    await vi.advanceTimersByTimeAsync(1);
    expect(seen.cursors.length).toBe(2);
    seen.stop.abort();
    await seen.end;
  });
});

describe("when to stop", () => {
  test.each([
    [404, "thread_not_found"],
    [400, "invalid_cursor"],
    [401, "unauthorized"],
  ])("%i is final in one request", async (status, code) => {
    const seen = following(() => problem(status, code));
    await vi.runAllTimersAsync();
    expect(await seen.end).toMatchObject({ kind: "refused", problem: { status, code } });
    expect(seen.cursors.length).toBe(1);
  });

  test.each([408, 429, 500, 502, 503])("%i is not", async (status) => {
    const seen = following((_cursor, request) => (request === 1 ? problem(status, "x") : new Response(null, { status: 204 })));
    await vi.runAllTimersAsync();
    expect(await seen.end).toEqual({ kind: "nothing-more" });
  });

  test("a page that some proxy answers is no stream", async () => {
    const seen = following((_cursor, request) =>
      request === 1 ? new Response("<html>", { headers: { "Content-Type": "text/html" } }) : new Response(null, { status: 204 }),
    );
    await vi.runAllTimersAsync();
    expect(await seen.end).toEqual({ kind: "nothing-more" });
    expect(seen.states.some((state) => state.kind === "open")).toBe(false);
  });
});
