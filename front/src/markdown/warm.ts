/**
 * Reads a little of everything once, while the page has nothing to do. The first text that the parser reads takes it many times as long as the next: the
 * first words of an answer need not wait for that. Called once, by the page of a conversation as it is loaded.
 */
import { read } from "./read";

/** One a moment of leisure, so that none is long. */
const SAMPLES = ["One **two** *three* `four` [1], www.example.org.", "- one\n- two\n  1. three\n\n> four", "| one | two |\n|---|--:|\n| 1 | 2 |", "## one\n\n```js\ntwo\n```\n\n---"];

export function warmUp(): void {
  const [sample, ...later] = SAMPLES;
  step(sample ?? "", later);
}

function step(sample: string, later: readonly string[]): void {
  whenIdle(() => {
    read(sample, new Set([1]));
    const [next, ...rest] = later;
    if (next !== undefined) step(next, rest);
  });
}

/** Safari has no idle callbacks. */
const whenIdle = (run: () => void): void => void (globalThis.requestIdleCallback ?? setTimeout)(run);
