/** A thread as it happens, for React. The only file of `run/` that knows it. */
import { createContext, use, useCallback, useEffect, useLayoutEffect, useMemo, useSyncExternalStore } from "react";
import { useQueryClient } from "@tanstack/react-query";
import type { Conversation } from "../api/conversation";
import { refreshMessages } from "../api/messages";
import { keys } from "../api/queries";
import { LiveStore, type LiveThread, type Texts } from "./live";
import type { Posted } from "../api/types";

export interface Live extends LiveThread {
  /** For `TextsContext`, above the answers. */
  texts: Texts;
  expect: (posted: Posted) => void;
}

/** Follows the thread while it is shown and its messages are loaded. */
export function useLive(threadId: string, conversation: Conversation | undefined): Live {
  const client = useQueryClient();
  const store = useMemo(() => {
    const made: LiveStore = new LiveStore(threadId, async () => {
      // A run began or ended: the thread may have got its title, and its place in the list.
      void client.invalidateQueries({ queryKey: keys.thread(threadId) });
      void client.invalidateQueries({ queryKey: keys.threads });
      await refreshMessages(client, threadId);
      const fresh = client.getQueryData<Conversation>(keys.messages(threadId));
      if (fresh !== undefined) made.adopt(fresh);
    });
    return made;
  }, [client, threadId]);
  const loaded = conversation !== undefined;
  useLayoutEffect(() => {
    if (conversation !== undefined) store.adopt(conversation);
  }, [store, conversation]);
  useEffect(() => (loaded ? store.open() : undefined), [store, loaded]);
  const live = useSyncExternalStore(store.subscribe, store.snapshot);
  const expect = useCallback((posted: Posted) => store.expect(posted), [store]);
  return useMemo(() => ({ ...live, texts: store.texts, expect }), [live, store, expect]);
}

const NONE: Texts = { subscribe: () => () => undefined, of: () => undefined };

export const TextsContext = createContext(NONE);

/** The text of an answer as it grows: whoever asks is drawn again with each piece of it, and nothing else is. Undefined for one that is not being written. */
export function useGrowingText(runId: string | null): string | undefined {
  const texts = use(TextsContext);
  return useSyncExternalStore(runId === null ? NONE.subscribe : texts.subscribe, () => (runId === null ? undefined : texts.of(runId)));
}
