// @vitest-environment happy-dom
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { act, dismiss, hold, LASTS, release, toast, toasts } from "./toasts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  for (const one of toasts()) dismiss(one.id);
  vi.useRealTimers();
});

it("goes by itself, and has its end then", () => {
  const onGone = vi.fn();
  toast({ text: "Gone", onGone });
  vi.advanceTimersByTime(LASTS - 1);
  expect([toasts().length, onGone.mock.calls.length]).toEqual([1, 0]);
  vi.advanceTimersByTime(1);
  expect([toasts().length, onGone.mock.calls.length]).toEqual([0, 1]);
});

it("does the action instead of the end", () => {
  const [run, onGone] = [vi.fn(), vi.fn()];
  act(toast({ text: "Deleted", action: { label: "Undo", run }, onGone }));
  vi.advanceTimersByTime(LASTS * 2);
  expect([run.mock.calls.length, onGone.mock.calls.length, toasts().length]).toEqual([1, 0, 0]);
});

it("waits while it is being read", () => {
  const id = toast({ text: "Read me" });
  hold(id);
  vi.advanceTimersByTime(LASTS * 3);
  expect(toasts()).toHaveLength(1);
  release(id);
  vi.advanceTimersByTime(LASTS);
  expect(toasts()).toHaveLength(0);
});

it("makes room: the oldest goes, and has its end", () => {
  const onGone = vi.fn();
  toast({ text: "first", onGone });
  for (const text of ["second", "third", "fourth"]) toast({ text });
  expect(toasts().map(({ text }) => text)).toEqual(["second", "third", "fourth"]);
  expect(onGone).toHaveBeenCalledOnce();
});
