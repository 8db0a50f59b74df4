import { describe, expect, test } from "vitest";
import { withNewest, withOlder, type Conversation } from "./conversation";
import type { Message, MessagePage } from "./types";

function message(n: number): Message {
  const created_at = new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();
  return { message_id: `m${n}`, role: "user", content: "", status: "done", error: null, sources: [], run_id: null, parent_id: null, created_at };
}

/** Messages from `first` to `last`, as the server pages them: newest first. */
function page(first: number, last: number): MessagePage {
  const messages = Array.from({ length: last - first + 1 }, (_, index) => message(last - index));
  return { messages, next_cursor: first > 1 ? String(first) : null, active_run: null, waiting_runs: [], events_cursor: `r:${last}` };
}

const ids = ({ messages }: Conversation): string[] => messages.map((one) => one.message_id);
const range = (first: number, last: number): string[] => Array.from({ length: last - first + 1 }, (_, index) => `m${first + index}`);

describe("pages become one conversation", () => {
  test("older ones are put in front", () => {
    const loaded = withOlder(withNewest(undefined, page(31, 60)), page(1, 30));
    expect(ids(loaded)).toEqual(range(1, 60));
    expect(loaded.older).toBeNull();
  });

  test("reading the newest again keeps the older ones and their cursor", () => {
    const loaded = withNewest(withOlder(withNewest(undefined, page(31, 60)), page(11, 30)), page(33, 62));
    expect(ids(loaded)).toEqual(range(11, 62));
    expect(loaded).toMatchObject({ older: "11", eventsCursor: "r:62" });
  });

  test("a hole is never shown: what is before it is let go", () => {
    const loaded = withNewest(withNewest(undefined, page(1, 20)), page(51, 80));
    expect(ids(loaded)).toEqual(range(51, 80));
    expect(loaded.older).toBe("51");
  });

  test("pages that overlap give each message once", () => {
    expect(ids(withOlder(withNewest(undefined, page(31, 60)), page(20, 40)))).toEqual(range(20, 60));
  });

  test("a message put there ahead of the server goes when the server does not have it", () => {
    const ahead = withNewest(undefined, page(1, 3));
    expect(ids(withNewest({ ...ahead, messages: [...ahead.messages, message(9)] }, page(1, 4)))).toEqual(range(1, 4));
  });
});
