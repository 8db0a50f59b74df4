import { expect, test } from "vitest";
import { BadFrame, makeDecoder, placeOf } from "./decode";
import type { StoredEvent } from "./reduce";

const STREAM = [
  "retry: 1000\n\n",
  'id: r:1\nevent: started\ndata: {"attempt":1,"provider":"p","model":"m","message_id":"a"}\n\n',
  ": still here\n\n",
  'id: r:2\nevent: token\ndata: {"text":"Señor 🦀 👩‍🚀 漢"}\n\n',
  'id: r:3\nevent: token\ndata: {"text":"\\n\\u00e9"}\n\n',
  'id: r:4\nevent: done\ndata: {"status":"done"}\n\n',
].join("");

function decoded(pieces: Uint8Array[]): { events: StoredEvent[]; retries: number[]; comments: number } {
  const events: StoredEvent[] = [];
  const retries: number[] = [];
  let comments = 0;
  const decoder = makeDecoder({ onEvent: (event) => events.push(event), onRetry: (ms) => retries.push(ms), onComment: () => (comments += 1) });
  for (const piece of pieces) decoder.push(piece);
  return { events, retries, comments };
}

test("a stream cut in two at any byte, also inside a character, means the same", () => {
  const bytes = new TextEncoder().encode(STREAM);
  const whole = decoded([bytes]);
  expect(whole.events.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  expect(whole.events[1]).toEqual({ runId: "r", seq: 2, type: "token", data: { text: "Señor 🦀 👩‍🚀 漢" } });
  expect(whole).toMatchObject({ retries: [1000], comments: 1 });
  for (let at = 0; at <= bytes.length; at += 1) expect(decoded([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
});

test("a stream that comes byte by byte means the same", () => {
  const bytes = new TextEncoder().encode(STREAM);
  expect(decoded([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual(decoded([bytes]));
});

test("CRLF ends lines, too", () => {
  const bytes = new TextEncoder().encode(STREAM.replaceAll("\n", "\r\n"));
  for (let at = 0; at <= bytes.length; at += 1)
    expect(decoded([bytes.subarray(0, at), bytes.subarray(at)]).events).toEqual(decoded([new TextEncoder().encode(STREAM)]).events);
});

test.each(["id: r\nevent: token\ndata: {}\n\n", "event: token\ndata: {}\n\n", "id: r:1\nevent: token\ndata: {\n\n"])("%j is no event", (frame) => {
  expect(() => decoded([new TextEncoder().encode(frame)])).toThrow(BadFrame);
});

test("a cursor names a place", () => {
  expect(placeOf("0")).toBeNull();
  expect(placeOf("019aa3f2-8a40:17")).toEqual({ runId: "019aa3f2-8a40", seq: 17 });
  expect(() => placeOf("x")).toThrow(BadFrame);
});
