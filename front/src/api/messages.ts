/**
 * The messages of a thread as loaded so far: the newest page, and older ones as the reader scrolls up.
 *
 * One cache entry a thread, oldest message first. `active_run` and `events_cursor` belong to the newest page and were read in the same moment as
 * its messages; `run/live.ts` follows from there. Reading the newest page again keeps the older messages, unless so much is new that a hole
 * would be between them: then they are let go, to be loaded again.
 */
import { useCallback } from "react";
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, answered, Problem } from "./client";
import { keys } from "./queries";
import type { ActiveRun, Message, MessagePage } from "./types";

export const PAGE = 30;

export interface Conversation {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** Cursor of the page before the oldest message; null when all is loaded. */
  readonly older: string | null;
  readonly activeRun: ActiveRun | null;
  readonly eventsCursor: string;
}

export function useMessages(threadId: string) {
  const client = useQueryClient();
  const query = useQuery({
    queryKey: keys.messages(threadId),
    staleTime: Infinity,
    gcTime: 10 * 60_000,
    refetchOnMount: "always",
    // For as long as it may pass: there is no page without it.
    retry: (_failures, error) => error instanceof Problem && error.passing,
    queryFn: async ({ signal }): Promise<Conversation> => {
      const page = await readPage(threadId, null, signal);
      return withNewest(client.getQueryData<Conversation>(keys.messages(threadId)), page);
    },
  });
  const loadOlder = useCallback(() => addOlder(client, threadId), [client, threadId]);
  return { ...query, loadOlder };
}

/** Reads the newest page again: a run has begun or ended somewhere. */
export function refreshMessages(client: QueryClient, threadId: string): Promise<void> {
  return client.invalidateQueries({ queryKey: keys.messages(threadId), exact: true }, { cancelRefetch: true });
}

/** Puts a message that the server has just stored where the next read would find it. */
export function addMessage(client: QueryClient, threadId: string, message: Message): void {
  client.setQueryData<Conversation>(keys.messages(threadId), (known) => {
    if (known === undefined || known.messages.some((other) => other.message_id === message.message_id)) return known;
    return { ...known, messages: [...known.messages, message] };
  });
}

async function addOlder(client: QueryClient, threadId: string): Promise<void> {
  const cursor = client.getQueryData<Conversation>(keys.messages(threadId))?.older;
  if (cursor == null) return;
  const page = await readPage(threadId, cursor);
  client.setQueryData<Conversation>(keys.messages(threadId), (known) => (known?.older === cursor ? withOlder(known, page) : known));
}

function readPage(threadId: string, cursor: string | null, signal?: AbortSignal): Promise<MessagePage> {
  return answered(
    api.GET("/api/threads/{thread_id}/messages", {
      params: { path: { thread_id: threadId }, query: { limit: PAGE, ...(cursor !== null && { cursor }) } },
      ...(signal && { signal }),
    }),
  );
}

export function withNewest(known: Conversation | undefined, page: MessagePage): Conversation {
  const newest = page.messages.toReversed();
  const ids = new Set(newest.map((message) => message.message_id));
  const touching = known !== undefined && (page.next_cursor === null || known.messages.some((message) => ids.has(message.message_id)));
  const kept = touching ? known.messages.filter((message) => !ids.has(message.message_id) && before(message, newest[0])) : [];
  return {
    messages: [...kept, ...newest],
    older: kept.length > 0 && known !== undefined ? known.older : page.next_cursor,
    activeRun: page.active_run,
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
