/**
 * Reading the messages of a thread: the newest page, again when something happened, and older ones as the reader scrolls up. One cache entry a thread
 * holds them all; `conversation.ts` says how pages become one.
 */
import { useCallback } from "react";
import { useQuery, useQueryClient, type QueryClient } from "@tanstack/react-query";
import { api, answered, Problem } from "./client";
import { withNewest, withOlder, type Conversation } from "./conversation";
import { keys } from "./queries";
import type { Message, MessagePage } from "./types";

export const PAGE = 30;

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

/** All messages of a thread, oldest first, read for themselves: what the page has loaded stays as it is. Raises `Problem`. */
export async function readWhole(threadId: string): Promise<Message[]> {
  const messages: Message[] = [];
  for (let cursor: string | null = null; ; ) {
    const page: MessagePage = await readPage(threadId, cursor);
    messages.unshift(...page.messages.toReversed());
    if (page.next_cursor === null) return messages;
    cursor = page.next_cursor;
  }
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
