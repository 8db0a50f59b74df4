// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Outbox, type Sent } from "./outbox";

const POSTED = { run_id: "r", message_id: "m", thread_id: "t", answer_id: "a", status: "running", events_url: "" };
type Request_ = { key: string | null; body: Record<string, unknown> };

let requests: Request_[] = [];
let answers: (() => Response | Promise<Response>)[] = [];

const stored = (): Response => Response.json(POSTED, { status: 201 });
const problem = (status: number, code: string, headers: Record<string, string> = {}) => (): Response =>
  Response.json({ error: { code, message: "content has 9 characters; at most 8 are accepted.", request_id: "q" } }, { status, headers });
const noAnswer = (): Promise<Response> => Promise.reject(new TypeError("Failed to fetch"));
const question = { text: "Who?", parentId: undefined, shownAfter: null, busy: false };

function box(): { outbox: Outbox; sent: Sent[] } {
  const sent: Sent[] = [];
  const outbox = new Outbox("t");
  outbox.onSent((one) => sent.push(one));
  return { outbox, sent };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.spyOn(Math, "random").mockReturnValue(1);
  sessionStorage.clear();
  requests = [];
  answers = [];
  vi.stubGlobal("fetch", async (request: Request) => {
    requests.push({ key: request.headers.get("Idempotency-Key"), body: (await request.json()) as Record<string, unknown> });
    return (answers.shift() ?? stored)();
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe("a question", () => {
  test("is sent once and leaves the box when it is stored", async () => {
    const { outbox, sent } = box();
    outbox.send(question);
    expect(outbox.snapshot()).toMatchObject([{ text: "Who?", state: "sending" }]);
    await vi.runAllTimersAsync();
    expect(sent).toMatchObject([{ posted: { run_id: "r" }, outgoing: { text: "Who?" } }]);
    expect(outbox.snapshot()).toEqual([]);
    expect(requests).toMatchObject([{ body: { content: "Who?", on_busy: "reject" } }]);
    expect(requests[0]!.body).not.toHaveProperty("parent_id");
  });

  test("that may have been stored is sent again under the same key", async () => {
    answers = [noAnswer, problem(503, "database_unavailable", { "Retry-After": "2" }), stored];
    const { outbox, sent } = box();
    outbox.send({ ...question, parentId: "a0" });
    await vi.runAllTimersAsync();
    expect(sent.length).toBe(1);
    expect(new Set(requests.map((request) => request.key)).size).toBe(1);
    expect(new Set(requests.map((request) => JSON.stringify(request.body))).size).toBe(1);
    expect(requests.length).toBe(3);
  });

  test("waits as long as the server asks when there are too many", async () => {
    answers = [problem(429, "rate_limited", { "Retry-After": "20" }), stored];
    const { outbox, sent } = box();
    outbox.send(question);
    await vi.advanceTimersByTimeAsync(10);
    expect(outbox.snapshot()).toMatchObject([{ state: "waiting", problem: { status: 429 } }]);
    expect(outbox.snapshot()[0]!.until! - Date.now()).toBeGreaterThan(19_000);
    await vi.advanceTimersByTimeAsync(19_000);
    expect(requests.length).toBe(1);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sent.length).toBe(1);
  });

  test("is left to the reader after four tries, and can be sent again under the same key", async () => {
    answers = [noAnswer, noAnswer, noAnswer, noAnswer, stored];
    const { outbox, sent } = box();
    outbox.send(question);
    await vi.runAllTimersAsync();
    expect(outbox.snapshot()).toMatchObject([{ state: "unsent", problem: { status: 0 } }]);
    outbox.retry(outbox.snapshot()[0]!.key);
    await vi.runAllTimersAsync();
    expect(sent.length).toBe(1);
    expect(new Set(requests.map((request) => request.key)).size).toBe(1);
  });

  test("that is refused is not tried again", async () => {
    answers = [problem(422, "message_too_long")];
    const { outbox } = box();
    outbox.send(question);
    await vi.runAllTimersAsync();
    expect(requests.length).toBe(1);
    expect(outbox.snapshot()).toMatchObject([{ state: "unsent", problem: { code: "message_too_long" } }]);
  });

  test("waits for the network, however long that takes", async () => {
    const online = vi.spyOn(navigator, "onLine", "get").mockReturnValue(false);
    answers = [noAnswer];
    const { outbox, sent } = box();
    outbox.send(question);
    await vi.advanceTimersByTimeAsync(600_000);
    expect(outbox.snapshot()).toMatchObject([{ state: "waiting", until: null }]);
    online.mockReturnValue(true);
    window.dispatchEvent(new Event("online"));
    await vi.runAllTimersAsync();
    expect(sent.length).toBe(1);
  });

  test("survives a reload in the middle of sending", async () => {
    answers = [() => new Promise<Response>(() => undefined)];
    box().outbox.send(question);
    await vi.advanceTimersByTimeAsync(10);
    const { outbox, sent } = box();
    await vi.runAllTimersAsync();
    expect(requests.map((request) => request.key)).toEqual([requests[0]!.key, requests[0]!.key]);
    expect(sent.length).toBe(1);
    expect(outbox.snapshot()).toEqual([]);
    expect(sessionStorage.length).toBe(0);
  });

  test("that was stored while nobody listened is told to who comes", async () => {
    const outbox = new Outbox("t");
    outbox.send(question);
    await vi.runAllTimersAsync();
    const sent: Sent[] = [];
    outbox.onSent((one) => sent.push(one));
    expect(sent.length).toBe(1);
  });
});

describe("a busy thread", () => {
  test.each(["enqueue", "interrupt"] as const)("asks the reader, who says %s", async (word) => {
    answers = [problem(409, "thread_busy"), stored];
    const { outbox, sent } = box();
    outbox.send(question);
    await vi.runAllTimersAsync();
    expect(outbox.snapshot()).toMatchObject([{ state: "busy" }]);
    outbox.decide(outbox.snapshot()[0]!.key, word);
    await vi.runAllTimersAsync();
    expect(sent.length).toBe(1);
    expect(requests[1]).toMatchObject({ body: { on_busy: word } });
    expect(requests[1]!.key).not.toBe(requests[0]!.key);
  });

  test("that is known to be busy is not asked first", () => {
    const { outbox } = box();
    outbox.send({ ...question, busy: true });
    expect(outbox.snapshot()).toMatchObject([{ state: "busy" }]);
    expect(requests).toEqual([]);
    expect(outbox.take(outbox.snapshot()[0]!.key)).toMatchObject({ text: "Who?" });
    expect(outbox.snapshot()).toEqual([]);
  });
});
