/**
 * A thread's messages as loaded so far. Pure.
 *
 * `activeRun`, `waitingRuns` and `eventsCursor` belong to the newest page and were read in the same moment as its messages; `run/live.ts` follows from there. Reading the
 * newest page again keeps the older messages, unless so much is new that a hole would be between them: then they are let go, to be loaded again.
 */
import type { ActiveRun, Message, MessagePage, WaitingRun } from "./types";

export interface Conversation {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** Cursor of the page before the oldest message; null when all is loaded. */
  readonly older: string | null;
  readonly activeRun: ActiveRun | null;
  /** Runs behind the active one, in the order in which they will be answered. */
  readonly waitingRuns: readonly WaitingRun[];
  readonly eventsCursor: string;
}

/** A thread that was just made. */
export const NOTHING_SAID: Conversation = { messages: [], older: null, activeRun: null, waitingRuns: [], eventsCursor: "0" };

export function withNewest(known: Conversation | undefined, page: MessagePage): Conversation {
  const newest = page.messages.toReversed();
  const ids = new Set(newest.map((message) => message.message_id));
  const touching = known !== undefined && (page.next_cursor === null || known.messages.some((message) => ids.has(message.message_id)));
  const kept = touching ? known.messages.filter((message) => !ids.has(message.message_id) && before(message, newest[0])) : [];
  return {
    messages: [...kept, ...newest],
    older: kept.length > 0 && known !== undefined ? known.older : page.next_cursor,
    activeRun: page.active_run,
    waitingRuns: page.waiting_runs,
    eventsCursor: page.events_cursor,
  };
}

export function withOlder(known: Conversation, page: MessagePage): Conversation {
  const ids = new Set(known.messages.map((message) => message.message_id));
  const older = page.messages.toReversed().filter((message) => !ids.has(message.message_id));
  return { ...known, messages: [...older, ...known.messages], older: page.next_cursor };
}

/** Whether a message that the newest page does not have is older than it, and not one that was put there ahead of the server's order. */
function before(message: Message, first: Message | undefined): boolean {
  return first !== undefined && message.created_at < first.created_at;
}
