// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { withNewest, type Conversation } from "../api/conversation";
import type { Message, MessagePage } from "../api/types";
import { cursorOf } from "./decode";
import { LiveStore } from "./live";
import { apply, emptyRun, isFinal, type LiveRun, type StoredEvent } from "./reduce";
import type { Commons } from "./share";
import { frame, madeRun, seeded } from "./testing";

/** Web Locks for one browser: a queue a name, `ifAvailable`, `steal`, `signal`. */
class FakeLocks {
  private readonly holders = new Map<string, { lose: (reason: Error) => void; work: Promise<unknown> }>();
  private readonly queues = new Map<string, { begin: () => void }[]>();
  held = (name: string): boolean => this.holders.has(name);

  request(name: string, options: LockOptions, callback: (lock: Lock | null) => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const begin = (): void => {
        const work = Promise.resolve().then(() => callback({ name, mode: "exclusive" }));
        const holder = { work, lose: reject };
        this.holders.set(name, holder);
        void work.then(resolve, reject).finally(() => {
          if (this.holders.get(name) !== holder) return;
          this.holders.delete(name);
          this.queues.get(name)?.shift()?.begin();
        });
      };
      if (options.steal === true) {
        this.holders.get(name)?.lose(new DOMException("stolen", "AbortError"));
        begin();
      } else if (!this.holders.has(name)) begin();
      else if (options.ifAvailable === true) void Promise.resolve(callback(null)).then(resolve, reject);
      else {
        const place = { begin };
        this.queues.set(name, [...(this.queues.get(name) ?? []), place]);
        options.signal?.addEventListener("abort", () => {
          const queue = this.queues.get(name) ?? [];
          if (!queue.includes(place)) return;
          this.queues.set(name, queue.filter((other) => other !== place));
          reject(new DOMException("", "AbortError"));
        });
      }
    });
  }
}

/** BroadcastChannel for one browser: copies, a little later, in order, to everybody else. */
class FakeAir {
  /** The kinds of what was said. */
  readonly said: string[] = [];
  private readonly open = new Set<{ name: string; hear: ((event: MessageEvent) => void)[]; frozen: boolean }>();
  channel(name: string): BroadcastChannel {
    const end = { name, hear: [] as ((event: MessageEvent) => void)[], frozen: false };
    this.open.add(end);
    const self = {
      addEventListener: (_type: string, listener: (event: MessageEvent) => void) => end.hear.push(listener),
      close: () => this.open.delete(end),
      postMessage: (data: unknown) => {
        const copy: unknown = structuredClone(data);
        this.said.push((data as { kind: string }).kind);
        for (const other of this.open) {
          if (other === end || other.name !== name) continue;
          setTimeout(() => this.open.has(other) && other.hear.forEach((listener) => listener({ data: copy } as MessageEvent)), 1);
        }
      },
    };
    return self as unknown as BroadcastChannel;
  }
}

/** A thread on a server: its log grows as the test says, its links break when the test says. */
class FakeServer {
  readonly log: StoredEvent[] = [];
  readonly requests: string[] = [];
  /** Asked for, and not begun. */
  readonly created = new Set<string>();
  readonly links = new Set<{ at: number; controller: ReadableStreamDefaultController<Uint8Array> }>();
  down = false;

  write(...events: StoredEvent[]): void {
    this.log.push(...events);
    this.send();
  }

  cut(): void {
    for (const link of this.links) link.controller.error(new TypeError("network error"));
    this.links.clear();
  }

  private send(): void {
    for (const link of this.links) {
      const news = this.log.slice(link.at);
      link.at = this.log.length;
      if (news.length > 0) link.controller.enqueue(new TextEncoder().encode(news.map(frame).join("")));
    }
  }

  async answer(init: RequestInit): Promise<Response> {
    const cursor = new Headers(init.headers).get("Last-Event-ID") ?? "";
    this.requests.push(cursor);
    if (this.down) throw new TypeError("Failed to fetch");
    const begins = cursor.endsWith(":0");
    const after = begins ? this.log.findIndex(({ runId, seq }) => cursorOf({ runId, seq: seq - 1 }) === cursor) : this.log.findIndex((event) => cursorOf(event) === cursor) + 1;
    const at = begins && after < 0 ? this.log.length : after;
    if (at === 0 && cursor !== "0" && !begins) return new Response('{"error":{"code":"invalid_cursor","message":"x"}}', { status: 400 });
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        const link = { at, controller };
        this.links.add(link);
        init.signal?.addEventListener("abort", () => this.links.delete(link) && controller.error(new DOMException("", "AbortError")));
      },
    });
    setTimeout(() => this.send(), 1);
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  }

  /** `GET messages`: everything at one moment. */
  page(): MessagePage {
    const messages: Message[] = [];
    let active: LiveRun | null = null;
    for (const runId of new Set(this.log.map((event) => event.runId))) {
      const run = this.log.filter((event) => event.runId === runId).reduce((state, event) => apply(state, event).state, emptyRun(runId));
      const common = { error: null, sources: [], created_at: `t${messages.length}` };
      messages.push({ ...common, message_id: `${runId}-q`, role: "user", content: "?", status: "done", run_id: null, parent_id: null });
      if (isFinal(run))
        messages.push({ ...common, message_id: `${runId}-answer`, role: "assistant", content: run.text, status: "done", run_id: runId, parent_id: `${runId}-q` });
      else active = run;
    }
    const last = this.log.at(-1);
    const next = [...this.created].find((runId) => this.log.every((event) => event.runId !== runId));
    if (active === null && next !== undefined) {
      active = emptyRun(next);
      messages.push({ error: null, sources: [], created_at: "t", message_id: `${next}-q`, role: "user", content: "?", status: "done", run_id: null, parent_id: null });
    }
    return {
      messages: messages.toReversed(),
      next_cursor: null,
      active_run: active && {
        run_id: active.runId,
        last_seq: active.lastSeq,
        status: "running",
        message_id: `${active.runId}-q`,
        answer_id: `${active.runId}-answer`,
        text: active.text,
        sources: [...(active.sources ?? [])],
      },
      waiting_runs: [],
      events_cursor: active ? cursorOf({ runId: active.runId, seq: active.lastSeq }) : last ? cursorOf(last) : "0",
    };
  }
}

class Browser {
  readonly locks = new FakeLocks();
  readonly air = new FakeAir();
  constructor(readonly server: FakeServer) {}

  commons(): Commons {
    return {
      fetch: (_url, init) => this.server.answer(init),
      onWake: () => () => undefined,
      random: () => 0.5,
      locks: this.locks as unknown as LockManager,
      channel: (name) => this.air.channel(name),
    };
  }

  /** `readingTakes`: milliseconds. */
  tab(readingTakes = 0): Tab {
    return new Tab(this.server, this.commons(), this.server.page(), readingTakes);
  }
}

/** Every tab there is: one that its test left open would go on hearing when the next ones look away. */
const open = new Set<Tab>();

class Tab {
  conversation: Conversation | undefined;
  readings = 0;
  readonly store: LiveStore;
  readonly close: () => void;
  /** `takes`: milliseconds that a reading of the messages takes. A newer one cuts it off, as React Query does. */
  constructor(server: FakeServer, around: Commons, loaded = server.page(), takes = 0) {
    const load = async (): Promise<void> => {
      const reading = (this.readings += 1);
      if (takes > 0) await new Promise((read) => setTimeout(read, takes));
      if (server.down || reading !== this.readings) throw new Error("down, or cut off");
      this.conversation = withNewest(this.conversation, server.page());
      this.store.adopt(this.conversation);
    };
    this.store = new LiveStore("t", load, around);
    this.conversation = withNewest(undefined, loaded);
    this.store.adopt(this.conversation);
    const close = this.store.open();
    this.close = () => open.delete(this) && close();
    open.add(this);
  }
  /** What a reader sees of a run: the stored answer, or the live text. */
  text(runId: string): string | undefined {
    const message = this.conversation?.messages.find((other) => other.run_id === runId);
    return message?.content ?? this.store.texts.of(runId);
  }
}

function fold(events: readonly StoredEvent[]): string {
  return events.reduce((state, event) => apply(state, event).state, emptyRun("r")).text;
}

const settle = (milliseconds = 20): Promise<unknown> => vi.advanceTimersByTimeAsync(milliseconds);
let visibility: DocumentVisibilityState = "visible";
function look(state: DocumentVisibilityState): void {
  visibility = state;
  document.dispatchEvent(new Event("visibilitychange"));
}

beforeEach(() => {
  vi.useFakeTimers();
  visibility = "visible";
  vi.spyOn(document, "visibilityState", "get").mockImplementation(() => visibility);
});
afterEach(() => {
  for (const tab of open) tab.close();
  vi.useRealTimers();
});

describe("tabs of one browser", () => {
  test("share one connection and see the same", async () => {
    const server = new FakeServer();
    const events = madeRun(seeded(3), "r");
    const browser = new Browser(server);
    const tabs = Array.from({ length: 8 }, () => browser.tab());
    await settle();
    for (const event of events) {
      server.write(event);
      await settle(2);
    }
    await settle(100);
    expect(server.requests).toEqual(["0"]);
    for (const tab of tabs) expect(tab.text("r")).toBe(fold(events));
  });

  test("a tab that is alone passes nothing on, from when another comes it does, and the next leader finds out who is there", async () => {
    const server = new FakeServer();
    const events = madeRun(seeded(3), "r");
    const browser = new Browser(server);
    const first = browser.tab();
    await settle();
    server.write(...events.slice(0, 3));
    await settle(100);
    expect(browser.air.said).not.toContain("events");
    const [second, third] = [browser.tab(), browser.tab()];
    await settle(100);
    server.write(...events.slice(3, 6));
    await settle(100);
    expect(browser.air.said).toContain("events");
    for (const tab of [second, third]) expect(tab.text("r")).toBe(fold(events.slice(0, 6)));
    first.close();
    await settle();
    server.write(...events.slice(6));
    await settle(100);
    for (const tab of [second, third]) expect(tab.text("r")).toBe(fold(events));
  });

  test("a tab that comes late gets what it misses from the leader", async () => {
    const server = new FakeServer();
    const events = madeRun(seeded(3), "r");
    const browser = new Browser(server);
    const first = browser.tab();
    await settle();
    server.write(...events.slice(0, 3));
    const loaded = server.page();
    server.write(...events.slice(3, -1));
    await settle();
    const readings = vi.spyOn(server, "page");
    const second = new Tab(server, browser.commons(), loaded);
    await settle(100);
    expect(second.text("r")).toBe(first.text("r"));
    expect(second.text("r")).not.toBe(loaded.active_run!.text);
    expect(server.requests).toEqual(["0"]);
    expect(readings).not.toHaveBeenCalled();
  });

  test("a tab that read of a run before it began gets its events from a leader that was there before", async () => {
    const server = new FakeServer();
    const events = madeRun(seeded(3), "r");
    const browser = new Browser(server);
    browser.tab();
    await settle();
    server.created.add("r");
    const loaded = server.page();
    expect(loaded.events_cursor).toBe("r:0");
    server.write(...events.slice(0, 4));
    await settle();
    const readings = vi.spyOn(server, "page");
    const second = new Tab(server, browser.commons(), loaded);
    await settle(100);
    expect(second.text("r")).toBe(fold(events.slice(0, 4)));
    expect(readings).not.toHaveBeenCalled();
  });

  test("a tab that has to read the messages again does so once, though more comes than a reading takes", async () => {
    const server = new FakeServer();
    const browser = new Browser(server);
    const first = browser.tab();
    await settle();
    server.write(...madeRun(seeded(3), "r").slice(0, 3));
    await settle();
    // What it was loaded with is of a place that the leader never was at, as after a long sleep.
    const elsewhere = new FakeServer();
    elsewhere.write(...madeRun(seeded(4), "s").slice(0, 2));
    const second = new Tab(server, browser.commons(), elsewhere.page(), 400);
    for (let more = 0; more < 60; more += 1) {
      await settle(50);
      server.write({ runId: "r", seq: server.log.length + 1, type: "token", data: { text: "x" } });
    }
    await settle(100);
    expect(second.readings).toBe(1);
    expect(second.text("r")).toBe(first.text("r"));
  });

  test.each(Array.from({ length: 40 }, (_, seed) => seed))("seed %i: leaders that close, links that break, tabs that come: all see every character", async (seed) => {
    const random = seeded(seed);
    const server = new FakeServer();
    const runs = ["one", "two", "three"].map((id) => madeRun(random, id));
    const browser = new Browser(server);
    const comes = (): Tab => browser.tab(seed % 2 === 0 ? 0 : Math.floor(random() * 400));
    let tabs = [comes(), comes(), comes()];
    await settle();
    for (const event of runs.flat()) {
      if (event.seq === 1 && random() < 0.7) {
        server.created.add(event.runId);
        if (random() < 0.7) tabs = [...tabs, comes()];
        await settle(Math.floor(random() * 30));
      }
      server.write(event);
      await settle(Math.floor(random() * 30));
      const happens = random();
      if (happens < 0.04) server.cut();
      else if (happens < 0.08) tabs = [...tabs, comes()];
      else if (happens < 0.11 && tabs.length > 1) tabs.splice(Math.floor(random() * tabs.length), 1)[0]!.close();
      else if (happens < 0.13) {
        server.down = true;
        server.cut();
      } else if (happens < 0.3) server.down = false;
      expect(server.links.size).toBeLessThanOrEqual(1);
    }
    server.down = false;
    await settle(60_000);
    expect(server.links.size).toBe(1);
    for (const tab of tabs) for (const events of runs) expect(tab.text(events[0]!.runId)).toBe(fold(events));
  });

  test("a leader that falls silent loses the lock", async () => {
    const server = new FakeServer();
    const browser = new Browser(server);
    // Frozen: it has the lock and does nothing.
    void browser.locks.request("chatbot.thread.2.t", {}, () => new Promise(() => undefined)).catch(() => undefined);
    const tab = browser.tab();
    await settle(30_000);
    expect(server.requests.length).toBe(0);
    await settle(15_000);
    expect(server.requests.length).toBe(1);
    server.write(...madeRun(seeded(1), "r"));
    await settle(100);
    expect(tab.text("r")).toBe(fold(server.log));
  });

  test("a browser without locks follows by itself", async () => {
    const server = new FakeServer();
    const tab = new Tab(server, { ...new Browser(server).commons(), locks: undefined, channel: undefined });
    server.write(...madeRun(seeded(1), "r"));
    await settle(100);
    expect(tab.text("r")).toBe(fold(server.log));
  });
});

describe("a tab in the background", () => {
  test("lets an idle stream go, and catches up when it is looked at", async () => {
    const server = new FakeServer();
    const tab = new Browser(server).tab();
    await settle();
    expect(server.links.size).toBe(1);
    look("hidden");
    await settle();
    expect(server.links.size).toBe(0);
    server.write(...madeRun(seeded(9), "r"));
    await settle(5_000);
    expect(tab.text("r")).toBeUndefined();
    look("visible");
    await settle(100);
    expect(tab.text("r")).toBe(fold(server.log));
  });

  test("keeps the stream of an answer that is being written, if few do", async () => {
    const server = new FakeServer();
    const events = madeRun(seeded(3), "r");
    const browser = new Browser(server);
    server.write(events[0]!);
    const tab = browser.tab();
    await settle();
    look("hidden");
    await settle();
    expect(server.links.size).toBe(1);
    server.write(...events.slice(1));
    await settle(100);
    expect(tab.text("r")).toBe(fold(events));
    expect(server.links.size).toBe(0);
  });

  test("does without, if three others have one already", async () => {
    const server = new FakeServer();
    const browser = new Browser(server);
    for (const place of [0, 1, 2]) void browser.locks.request(`chatbot.background.${place}`, {}, () => new Promise(() => undefined));
    server.write(madeRun(seeded(3), "r")[0]!);
    browser.tab();
    await settle();
    look("hidden");
    await settle();
    expect(server.links.size).toBe(0);
    look("visible");
    await settle();
    expect(server.links.size).toBe(1);
  });
});

test("runs that wait in line are known from the first reading on, and go when their answers are stored", () => {
  const store = new LiveStore("t", async () => undefined);
  const ids = { run_id: "waits", message_id: "waits-q", answer_id: "waits-answer" };
  const read: Conversation = { messages: [], older: null, activeRun: null, waitingRuns: [ids], eventsCursor: "0" };
  store.adopt(read);
  expect(store.snapshot().runs).toMatchObject([{ runId: "waits", questionId: "waits-q", answerId: "waits-answer", status: "queued" }]);
  const cancelled: Message = { message_id: "waits-answer", role: "assistant", content: "", status: "cancelled", error: null, sources: [], run_id: "waits", parent_id: "waits-q", created_at: "t" };
  store.adopt({ ...read, messages: [cancelled], waitingRuns: [] });
  expect(store.snapshot().runs).toEqual([]);
});

test("a cursor that the server does not know makes the messages be read again", async () => {
  const server = new FakeServer();
  server.write(...madeRun(seeded(2), "r").slice(0, 2));
  const tab = new Browser(server).tab();
  await settle();
  server.cut();
  // A restored backup: other events, other ids.
  server.log.length = 0;
  server.write(...madeRun(seeded(4), "new"));
  await settle(10_000);
  expect(tab.text("new")).toBe(fold(server.log));
});

test("a growing text is drawn at most every fifty milliseconds, by itself, and with the rest of the page at the end", async () => {
  const server = new FakeServer();
  const tab = new Browser(server).tab();
  await settle();
  let [drawn, pages] = [0, 0];
  tab.store.texts.subscribe(() => (drawn += 1));
  tab.store.subscribe(() => (pages += 1));
  const events = madeRun(seeded(3), "r");
  for (let seq = 2; seq <= 2001; seq += 1) {
    server.write(seq === 2 ? events[0]! : { runId: "r", seq: seq - 1, type: "token", data: { text: "x" } });
    await settle(1);
  }
  await settle(50);
  expect(tab.store.texts.of("r")).toBe("x".repeat(1999));
  expect(drawn).toBeGreaterThan(2000 / 50 - 3);
  expect(drawn).toBeLessThanOrEqual(2000 / 50 + 3);
  // The run, its name for the reader's question, its first word.
  expect(pages).toBeLessThanOrEqual(3);
  server.write({ runId: "r", seq: 2001, type: "done", data: { status: "cancelled" } });
  await settle(1);
  expect(tab.store.snapshot().runs.filter((run) => !isFinal(run))).toEqual([]);
});
