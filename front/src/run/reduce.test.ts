import { describe, expect, test } from "vitest";
import { apply, emptyRun, firstCodePoints, fromSnapshot, isFinal, type LiveRun, type RunEvent, type StoredEvent } from "./reduce";
import { madeRun, seeded, SOURCE } from "./testing";

function fold(events: readonly StoredEvent[], from: LiveRun = emptyRun("r")): LiveRun {
  return events.reduce((state, event) => apply(state, event).state, from);
}

function numbered(...events: RunEvent[]): StoredEvent[] {
  return events.map((event, index) => ({ ...event, runId: "r", seq: index + 1 }));
}

const started: RunEvent = { type: "started", data: { attempt: 1, provider: "p", model: "m", message_id: "a" } };
const sources: RunEvent = { type: "sources", data: { sources: [SOURCE] } };
const token = (text: string): RunEvent => ({ type: "token", data: { text } });
const restarted = (keep: number): RunEvent => ({ type: "restarted", data: { attempt: 2, reason: "owner_lost", keep } });
const final = (text: string): RunEvent => ({ type: "final", data: { text, sources: [SOURCE], usage: null, finish_reason: "stop" } });
const error: RunEvent = { type: "error", data: { code: "provider_timeout", message: "Too slow.", retryable: true } };
const done = (status: "done" | "failed" | "cancelled"): RunEvent => ({ type: "done", data: { status } });

describe("a run's life", () => {
  test("goes from queued over waiting and streaming to done", () => {
    const events = numbered(started, sources, token("Hello"), token(" you"), final("Hello you"), done("done"));
    const states = events.map((_, index) => fold(events.slice(0, index + 1)));
    expect(states.map((state) => state.status)).toEqual(["waiting", "waiting", "streaming", "streaming", "streaming", "done"]);
    expect(states.at(-1)).toMatchObject({ text: "Hello you", answerId: "a", model: "m", sources: [SOURCE], mismatch: false, lastSeq: 6 });
  });

  test("a stopped run keeps the text that came", () => {
    expect(fold(numbered(started, token("Half"), done("cancelled")))).toMatchObject({ status: "cancelled", text: "Half" });
  });

  test("a failed run says why", () => {
    expect(fold(numbered(started, token("Half"), error, done("failed")))).toMatchObject({
      status: "failed",
      text: "Half",
      error: { code: "provider_timeout", retryable: true },
    });
  });

  test("the final text wins, and a difference is told", () => {
    expect(fold(numbered(started, token("Hel"), final("Hello"), done("done")))).toMatchObject({ text: "Hello", mismatch: true });
  });
});

describe("a takeover", () => {
  test("that keeps nothing starts the text anew", () => {
    const run = fold(numbered(started, token("Wrong"), restarted(0)));
    expect(run).toMatchObject({ status: "waiting", text: "", takenOver: "dropped", attempt: 2 });
    expect(fold([{ ...token("Right"), runId: "r", seq: 4 }], run)).toMatchObject({ status: "streaming", text: "Right" });
  });

  test("that keeps all goes on, counted in code points", () => {
    const text = "🦀 señor 👩‍🚀";
    expect(fold(numbered(started, token(text), restarted([...text].length)))).toMatchObject({ text, status: "streaming", takenOver: "kept" });
  });

  test("never cuts a character beyond the BMP", () => {
    for (let keep = 0; keep <= 12; keep += 1) expect(firstCodePoints("a🦀b👩‍🚀漢", keep)).toBe([..."a🦀b👩‍🚀漢"].slice(0, keep).join(""));
  });
});

describe("numbers", () => {
  const run = fold(numbered(started, token("a")));

  test("a duplicate changes nothing, not even the object", () => {
    expect(apply(run, { ...token("b"), runId: "r", seq: 2 })).toEqual({ state: run, outcome: "duplicate" });
    expect(apply(run, { ...token("b"), runId: "r", seq: 1 }).state).toBe(run);
  });

  test("a gap changes nothing and is told", () => {
    const applied = apply(run, { ...token("c"), runId: "r", seq: 4 });
    expect(applied.outcome).toBe("gap");
    expect(applied.state).toBe(run);
  });

  test("an event of a type from the future moves the cursor only", () => {
    const strange = { type: "thinking", data: { text: "hm" }, runId: "r", seq: 3 } as unknown as StoredEvent;
    expect(apply(run, strange)).toEqual({ state: { ...run, lastSeq: 3 }, outcome: "applied" });
  });
});

describe("replay is live", () => {
  test.each(Array.from({ length: 200 }, (_, seed) => seed))("seed %i: cuts, repeats and a snapshot anywhere give the same", (seed) => {
    const random = seeded(seed);
    const events = madeRun(random, "r");
    const whole = fold(events);
    expect(isFinal(whole)).toBe(true);
    expect(whole.mismatch).toBe(false);
    // Delivered in pieces, each beginning at or before where the last one ended, as after a broken link.
    let state = emptyRun("r");
    while (state.lastSeq < events.length) {
      const from = Math.floor(random() * (state.lastSeq + 1));
      const to = from + 1 + Math.floor(random() * 9);
      state = fold(events.slice(from, to), state);
    }
    expect(state).toEqual(whole);
    // Read in the middle, as after a reload, and followed from there.
    const cut = Math.floor(random() * (events.length - 1));
    const middle = fold(events.slice(0, cut));
    const snapshot = fromSnapshot({
      run_id: "r",
      last_seq: cut,
      status: cut === 0 ? "queued" : "running",
      message_id: "q",
      answer_id: "r-answer",
      text: middle.text,
      sources: [...(middle.sources ?? [])],
    });
    const resumed = fold(events, snapshot);
    expect(resumed).toMatchObject({ text: whole.text, status: whole.status, lastSeq: whole.lastSeq, error: whole.error });
  });

  test("any order of event types is survived, and only a gap stops the count", () => {
    const types: RunEvent[] = [started, sources, token("x🦀"), restarted(1), restarted(0), final("y"), error, done("done"), done("failed")];
    const walk = (state: LiveRun, depth: number): void => {
      expect(state.lastSeq).toBe(4 - depth);
      if (depth === 0) return;
      for (const event of types) {
        const { state: next, outcome } = apply(state, { ...event, runId: "r", seq: state.lastSeq + 1 });
        expect(outcome).toBe("applied");
        walk(next, depth - 1);
      }
    };
    walk(emptyRun("r"), 4);
  });
});
