/** What the tests of `run/` share: made-up runs, a seeded generator, and streams that break where a test wants. */
import { cursorOf } from "./decode";
import type { RunEvent, StoredEvent } from "./reduce";

/** Numbers in [0, 1) that are the same for the same seed: mulberry32, https://github.com/bryc/code (public domain). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

const WORDS = ["Ada ", "runs ", "Kubernetes ", "señora ", "🦀", "👩‍🚀", "漢字", "\n\n", "| a | b |\n", "`code` ", "[1]", "e\u0301", " "];

export const SOURCE = { n: 1, cv_id: "ada", candidate: "Ada", page: 1, section: "CV", snippet: "runs it", score: 1, url: null };

/** A run as a server could have written it, with takeovers and any ending, numbered without gaps. */
export function madeRun(random: () => number, runId: string): StoredEvent[] {
  const events: RunEvent[] = [];
  let text = "";
  const start = (attempt: number): void =>
    void events.push({ type: "started", data: { attempt, provider: "p", model: "m", message_id: `${runId}-answer` } });
  start(1);
  if (random() < 0.2) start(2);
  if (random() < 0.7) events.push({ type: "sources", data: { sources: [SOURCE] } });
  for (let left = Math.floor(random() * 60); left > 0; left -= 1) {
    const piece = WORDS[Math.floor(random() * WORDS.length)] ?? "";
    text += piece;
    events.push({ type: "token", data: { text: piece } });
    if (random() < 0.06) {
      const keep = random() < 0.5 ? 0 : [...text].length;
      if (keep === 0) text = "";
      events.push({ type: "restarted", data: { attempt: 2, reason: "owner_lost", keep } });
    }
  }
  const ending = random();
  if (ending < 0.7) {
    events.push({ type: "final", data: { text, sources: [SOURCE], usage: null, finish_reason: "stop" } }, { type: "done", data: { status: "done" } });
  } else if (ending < 0.85) {
    events.push({ type: "done", data: { status: "cancelled" } });
  } else {
    events.push(
      { type: "error", data: { code: "provider_overloaded", message: "Busy.", retryable: true } },
      { type: "done", data: { status: "failed" } },
    );
  }
  return events.map((event, index) => ({ ...event, runId, seq: index + 1 }));
}

export function frame(event: StoredEvent): string {
  return `id: ${cursorOf(event)}\nevent: ${event.type}\ndata: ${JSON.stringify(event.data)}\n\n`;
}
