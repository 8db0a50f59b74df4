/**
 * Bytes of an event stream to the events of runs. Bytes may come in any pieces, also cut inside a character or a frame.
 *
 * Called by `follow.ts`, one decoder a connection: what a broken connection left half said is never completed by the next.
 */
import { createParser } from "eventsource-parser";
import type { EventType, RunEvent, StoredEvent } from "./reduce";

export interface Decoded {
  /** An event with its place, from a thread's stream (`id: run_id:seq`). */
  onEvent: (event: StoredEvent) => void;
  /** Milliseconds that the server asks to wait before the next connection. */
  onRetry: (milliseconds: number) => void;
  /** A heartbeat. */
  onComment: () => void;
}

export interface Decoder {
  push: (bytes: Uint8Array) => void;
}

/** Something came that is no event of this protocol. */
export class BadFrame extends Error {}

/** `push` raises `BadFrame`; the connection is then of no more use. */
export function makeDecoder({ onEvent, onRetry, onComment }: Decoded): Decoder {
  const characters = new TextDecoder("utf-8");
  const frames = createParser({
    onEvent: ({ id, event, data }) => onEvent(eventOf(id, event, data)),
    onRetry,
    onComment,
  });
  return { push: (bytes) => frames.feed(characters.decode(bytes, { stream: true })) };
}

/** The cursor to come back with after an event: the `id` of its frame in a thread's stream. */
export function cursorOf(event: { runId: string; seq: number }): string {
  return `${event.runId}:${event.seq}`;
}

/** The place a cursor names; null for `0`, which is before the thread's first event. Raises `BadFrame`. */
export function placeOf(cursor: string): { runId: string; seq: number } | null {
  if (cursor === "0") return null;
  const at = cursor.lastIndexOf(":");
  const seq = Number(cursor.slice(at + 1));
  if (at < 1 || !Number.isSafeInteger(seq) || seq < 0) throw new BadFrame(`No cursor: ${cursor.slice(0, 60)}`);
  return { runId: cursor.slice(0, at), seq };
}

function eventOf(id: string | undefined, type: string | undefined, data: string): StoredEvent {
  const place = placeOf(id ?? "");
  if (place === null) throw new BadFrame("An event without a place");
  return { ...place, ...bodyOf(type, data) };
}

/** The API says which data a type has, and both come from one process: they are believed, not checked again. */
function bodyOf(type: string | undefined, data: string): RunEvent {
  try {
    return { type: type as EventType, data: JSON.parse(data) } as RunEvent;
  } catch {
    throw new BadFrame(`An event whose data is not JSON: ${data.slice(0, 60)}`);
  }
}
