import { describe, expect, test } from "vitest";
import type { Message } from "../api/types";
import { emptyRun, type LiveRun } from "../run/reduce";
import type { Outgoing } from "./outbox";
import { ROOT, sameTurn, shownTurns } from "./tree";

function message(id: string, parent: string | null, role: "user" | "assistant" = id.startsWith("q") ? "user" : "assistant"): Message {
  const run_id = role === "assistant" ? `run-${id}` : null;
  return { message_id: id, role, content: id, status: "done", error: null, sources: [], run_id, parent_id: parent, created_at: "" };
}

function running(runId: string, questionId: string, answerId: string): LiveRun {
  return { ...emptyRun(runId, { questionId, answerId }), status: "streaming", text: "…" };
}

function outgoing(key: string, shownAfter: string | null): Outgoing {
  return { key, text: key, onBusy: "reject", parentId: shownAfter, shownAfter, state: "sending", problem: null, until: null };
}

const ids = (...args: Parameters<typeof shownTurns>): string[] => shownTurns(...args).map((turn) => turn.id);
const none = new Map<string, string>();

describe("the way through the tree", () => {
  const straight = [message("q1", null), message("a1", "q1"), message("q2", "a1"), message("a2", "q2")];

  test("a conversation without forks is itself", () => {
    expect(ids(straight, [], [], none)).toEqual(["q1", "a1", "q2", "a2"]);
    expect(shownTurns(straight, [], [], none).every((turn) => turn.count === 1)).toBe(true);
  });

  test("an answer given again is shown instead of the older, which the switcher leads to", () => {
    const forked = [...straight, message("a2b", "q2")];
    expect(ids(forked, [], [], none)).toEqual(["q1", "a1", "q2", "a2b"]);
    expect(shownTurns(forked, [], [], none).at(-1)).toMatchObject({ fork: "q2", index: 1, count: 2, before: "a2", after: null });
    expect(ids(forked, [], [], new Map([["q2", "a2"]]))).toEqual(["q1", "a1", "q2", "a2"]);
  });

  test("a first question that was edited is a fork at the root", () => {
    const forked = [...straight, message("q1b", null), message("a1b", "q1b")];
    expect(ids(forked, [], [], none)).toEqual(["q1b", "a1b"]);
    expect(ids(forked, [], [], new Map([[ROOT, "q1"]]))).toEqual(["q1", "a1", "q2", "a2"]);
  });

  test("what was said last decides at every fork, also in an older branch", () => {
    const forked = [...straight, message("q2b", "a1"), message("a2b", "q2b"), message("q3", "a2"), message("a3", "q3")];
    expect(ids(forked, [], [], none)).toEqual(["q1", "a1", "q2", "a2", "q3", "a3"]);
  });

  test("a choice that is not there is no choice", () => {
    expect(ids(straight, [], [], new Map([["q2", "gone"]]))).toEqual(["q1", "a1", "q2", "a2"]);
  });

  test("a page that begins in the middle is shown from its first message on", () => {
    expect(ids(straight.slice(1), [], [], none)).toEqual(["a1", "q2", "a2"]);
    expect(ids([], [], [], none)).toEqual([]);
  });
});

describe("what is not stored yet", () => {
  const asked = [message("q1", null), message("a1", "q1"), message("q2", "a1")];

  test("a growing answer stands where it will be", () => {
    expect(shownTurns(asked, [running("r", "q2", "a2")], [], none).at(-1)).toMatchObject({ id: "a2", status: "streaming", text: "…" });
  });

  test("a finished run whose answer is stored is shown once", () => {
    expect(ids([...asked, message("a2", "q2")], [running("r", "q2", "a2")], [], none)).toEqual(["q1", "a1", "q2", "a2"]);
  });

  test("an answer being given again is the way, before it is stored", () => {
    expect(ids([...asked, message("a2", "q2")], [running("r", "q2", "a2b")], [], none)).toEqual(["q1", "a1", "q2", "a2b"]);
  });

  test("questions in the queue follow the answers that they wait for", () => {
    const queued = [...asked, message("q3", "a2"), message("q4", "a3")];
    const shown = shownTurns(queued, [running("r", "q2", "a2"), emptyRun("s", { questionId: "q3", answerId: "a3" })], [], none);
    expect(shown.map((turn) => turn.id)).toEqual(["q1", "a1", "q2", "a2", "q3", "a3", "q4", "waiting:q4"]);
    expect(shown.at(-1)).toMatchObject({ status: "queued", runId: null });
  });

  test("a question on its way stands under what it follows", () => {
    expect(ids([...asked, message("a2", "q2")], [], [outgoing("key", "a2")], none)).toEqual(["q1", "a1", "q2", "a2", "key"]);
    expect(ids([], [], [outgoing("key", null)], none)).toEqual(["key"]);
  });

  test("an edited question on its way is beside the old one", () => {
    const turn = shownTurns([...asked, message("a2", "q2")], [], [outgoing("key", "a1")], none).at(-1);
    expect(turn).toMatchObject({ id: "key", index: 1, count: 2, before: "q2" });
  });
});

test("a settled turn is the same as before while another grows", () => {
  const messages = [message("q1", null), message("a1", "q1"), message("q2", "a1")];
  const before = shownTurns(messages, [running("r", "q2", "a2")], [], none);
  const after = shownTurns(messages, [{ ...running("r", "q2", "a2"), text: "… more" }], [], none);
  expect(before.map((turn, index) => sameTurn(turn, after[index]!))).toEqual([true, true, true, false]);
});
