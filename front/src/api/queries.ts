/**
 * What the page knows of the server: keys, reads and writes, on TanStack Query.
 *
 * Errors are `Problem`s. Reads are tried again only while the failure may pass (`Problem.passing`); writes never by themselves, as most of them
 * carry no Idempotency-Key. The messages of a thread have a file of their own: `messages.ts`. The remembered user is `me.ts`.
 */
import { QueryClient, useInfiniteQuery, useMutation, useQuery, useQueryClient, type InfiniteData } from "@tanstack/react-query";
import { api, answered, Problem } from "./client";
import { NOTHING_SAID } from "./conversation";
import { me, useMe } from "./me";
import type { components } from "./schema";
import type { AssistantId, Cv, Run, Thread } from "./types";

type ThreadPage = components["schemas"]["ThreadPage"];
type CvPage = components["schemas"]["CvListOut"];

/** How often the list is read while answers are written elsewhere, in milliseconds. */
const LOOK_EVERY = 4_000;

export const keys = {
  threads: ["threads"] as const,
  threadList: (userId: number | null, q: string) => ["threads", "list", userId, q] as const,
  thread: (threadId: string) => ["thread", threadId] as const,
  messages: (threadId: string) => ["messages", threadId] as const,
  run: (runId: string) => ["run", runId] as const,
  cvs: ["cvs"] as const,
  cv: (cvId: string) => ["cvs", cvId] as const,
};

export function makeQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: false,
        networkMode: "always",
        retry: (failures, error) => failures < 4 && error instanceof Problem && error.passing,
        retryDelay: waitBefore,
      },
      mutations: { networkMode: "always", retry: false },
    },
  });
}

/** Milliseconds before try `failures + 1`: what the server asked for, else 1, 2, 4 … 15 s, each × (0.5–1) so that tabs do not come at once. */
export function waitBefore(failures: number, error: unknown): number {
  if (error instanceof Problem && error.retryAfter !== null) return error.retryAfter * 1000;
  return Math.min(15, 2 ** failures) * 1000 * (0.5 + Math.random() / 2);
}

export interface Threads {
  readonly threads: readonly Thread[];
  /** Ids of those that are being answered, or wait for it. */
  readonly answering: ReadonlySet<string>;
}

/**
 * The user's threads, the one used last first, all pages loaded so far; `q` searches titles and messages on the server.
 *
 * While one of them is answered the list is read again now and then, but for `followed`: who follows that thread's events says when it changes.
 */
export function useThreads(q: string, followed: string | null) {
  const user = useMe();
  const words = q.trim();
  return useInfiniteQuery({
    queryKey: keys.threadList(user?.user_id ?? null, words),
    enabled: user !== null,
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) =>
      answered(
        api.GET("/api/users/{user_id}/threads", {
          params: { path: { user_id: user?.user_id ?? 0 }, query: { ...(words && { q: words }), ...(pageParam && { cursor: pageParam }) } },
          signal,
        }),
      ),
    getNextPageParam: (page: ThreadPage) => page.next_cursor,
    placeholderData: (before) => before,
    refetchInterval: ({ state }) => (state.data?.pages.some((page) => page.answering.some((id) => id !== followed)) ? LOOK_EVERY : false),
    select: threadsOf,
  });
}

export function useThread(threadId: string) {
  return useQuery({
    queryKey: keys.thread(threadId),
    queryFn: ({ signal }) => answered(api.GET("/api/threads/{thread_id}", { params: { path: { thread_id: threadId } }, signal })),
  });
}

export function useCreateThread() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { assistant: AssistantId }): Promise<Thread> => {
      const user = me();
      if (user === null) throw new Error("There is no user yet.");
      return answered(api.POST("/api/threads", { body: { user_id: user.user_id, assistant: body.assistant } }));
    },
    onSuccess: (thread) => {
      client.setQueryData(keys.thread(thread.thread_id), thread);
      client.setQueryData(keys.messages(thread.thread_id), NOTHING_SAID);
      void client.invalidateQueries({ queryKey: keys.threads });
    },
  });
}

/** The new title shows at once, everywhere; if the server refuses, the old one is back. */
export function useRenameThread() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ threadId, title }: { threadId: string; title: string }) =>
      answered(api.PATCH("/api/threads/{thread_id}", { params: { path: { thread_id: threadId } }, body: { title } })),
    onMutate: ({ threadId, title }) => {
      const known = client.getQueryData<Thread>(keys.thread(threadId));
      retitle(client, threadId, title);
      return { before: known?.title ?? null };
    },
    onError: (_error, { threadId }, context) => {
      if (context?.before != null) retitle(client, threadId, context.before);
    },
    onSettled: (_data, _error, { threadId }) => {
      void client.invalidateQueries({ queryKey: keys.threads });
      void client.invalidateQueries({ queryKey: keys.thread(threadId) });
    },
  });
}

export function useDeleteThread() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ threadId }: { threadId: string }) =>
      answered(api.DELETE("/api/threads/{thread_id}", { params: { path: { thread_id: threadId } } })),
    onSuccess: (_data, { threadId }) => {
      client.removeQueries({ queryKey: keys.messages(threadId) });
      void client.invalidateQueries({ queryKey: keys.thread(threadId) });
    },
    onSettled: () => void client.invalidateQueries({ queryKey: keys.threads }),
  });
}

/** A finished run does not change, so it is read once. */
export function useRun(runId: string | null) {
  return useQuery<Run>({
    queryKey: keys.run(runId ?? ""),
    enabled: runId !== null,
    staleTime: (query) => (finished(query.state.data) ? Infinity : 0),
    queryFn: ({ signal }) => answered(api.GET("/api/runs/{run_id}", { params: { path: { run_id: runId ?? "" } }, signal })),
  });
}

/** All CVs: a folder of them is read to its end, a hundred a request. */
export function useCvs() {
  return useQuery({
    queryKey: keys.cvs,
    staleTime: 60_000,
    queryFn: async ({ signal }): Promise<Cv[]> => {
      const found: Cv[] = [];
      let cursor: string | null = null;
      do {
        const page: CvPage = await answered(
          api.GET("/api/cvs", { params: { query: { limit: 100, ...(cursor !== null && { cursor }) } }, signal }),
        );
        found.push(...page.cvs);
        cursor = page.next_cursor;
      } while (cursor !== null);
      return found;
    },
  });
}

export function useCv(cvId: string | null) {
  return useQuery({
    queryKey: keys.cv(cvId ?? ""),
    enabled: cvId !== null,
    staleTime: 60_000,
    queryFn: ({ signal }) => answered(api.GET("/api/cvs/{cv_id}", { params: { path: { cv_id: cvId ?? "" } }, signal })),
  });
}

function threadsOf({ pages }: InfiniteData<ThreadPage>): Threads {
  return { threads: pages.flatMap((page) => page.threads), answering: new Set(pages.flatMap((page) => page.answering)) };
}

function retitle(client: QueryClient, threadId: string, title: string): void {
  const changed = (thread: Thread): Thread => (thread.thread_id === threadId ? { ...thread, title } : thread);
  client.setQueryData<Thread>(keys.thread(threadId), (thread) => thread && changed(thread));
  client.setQueriesData<InfiniteData<ThreadPage>>(
    { queryKey: ["threads", "list"] },
    (data) => data && { ...data, pages: data.pages.map((page) => ({ ...page, threads: page.threads.map(changed) })) },
  );
}

function finished(run: Run | undefined): boolean {
  return run !== undefined && run.status !== "queued" && run.status !== "running";
}
