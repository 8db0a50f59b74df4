// @vitest-environment happy-dom
/** Deleting with an undo: hidden at once, sent late, exactly once, whatever ends it. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { act, hooked } from "../ui/testing";
import { act as choose, dismiss, LASTS, toasts } from "../ui/toasts";
import { useHidden } from "./leaving";
import { useDelete } from "./use-delete";

const THREAD = "019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11";
let answer: () => Response;
let sent: Request[];

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  answer = () => new Response(null, { status: 204 });
  vi.stubGlobal("fetch", async (request: Request) => {
    sent.push(request);
    return answer();
  });
});

afterEach(() => {
  for (const one of toasts()) dismiss(one.id);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

function page() {
  const client = new QueryClient();
  return hooked(
    () => ({ remove: useDelete(), hidden: useHidden() }),
    (children) => <QueryClientProvider client={client}>{children}</QueryClientProvider>,
  );
}
const pass = (milliseconds: number) => act(() => vi.advanceTimersByTimeAsync(milliseconds));
const leave = (state: "hidden" | "visible") =>
  act(async () => {
    vi.spyOn(document, "visibilityState", "get").mockReturnValue(state);
    document.dispatchEvent(new Event("visibilitychange"));
    await vi.advanceTimersByTimeAsync(0);
  });

it("is gone from the page at once, and from the server when the undo has gone", async () => {
  const result = page();
  act(() => result.current.remove({ thread_id: THREAD, title: "One" }));
  expect([result.current.hidden.has(THREAD), sent.length]).toEqual([true, 0]);
  await pass(LASTS - 1);
  expect(sent).toHaveLength(0);
  await pass(1);
  expect(sent.map(({ method, url }) => [method, new URL(url).pathname])).toEqual([["DELETE", `/api/threads/${THREAD}`]]);
  expect(result.current.hidden.has(THREAD)).toBe(true);
});

it("is back after an undo, and nothing is ever sent", async () => {
  const result = page();
  act(() => result.current.remove({ thread_id: THREAD, title: "One" }));
  act(() => choose(toasts()[0]?.id ?? 0));
  await pass(LASTS * 3);
  await leave("hidden");
  expect([result.current.hidden.has(THREAD), sent.length]).toEqual([false, 0]);
});

it("is sent, once, when the page is left, and outlives the page", async () => {
  const result = page();
  act(() => result.current.remove({ thread_id: THREAD, title: "One" }));
  await leave("hidden");
  await leave("visible");
  await leave("hidden");
  await pass(LASTS * 2);
  expect(sent).toHaveLength(1);
  expect(sent[0]?.keepalive).toBe(true);
  expect(toasts()).toHaveLength(0);
});

it("is back if the server refuses, with a word about it; a thread that was gone already is no refusal", async () => {
  const result = page();
  answer = () => new Response("{}", { status: 503 });
  act(() => result.current.remove({ thread_id: THREAD, title: "One" }));
  await pass(LASTS);
  expect(result.current.hidden.has(THREAD)).toBe(false);
  expect(toasts().map(({ text }) => text)).toEqual(["“One” could not be deleted"]);

  for (const one of toasts()) dismiss(one.id);
  answer = () => new Response("{}", { status: 404 });
  act(() => result.current.remove({ thread_id: THREAD, title: "One" }));
  await pass(LASTS);
  expect([result.current.hidden.has(THREAD), toasts().length]).toEqual([true, 0]);
});
