/**
 * The reader's conversations, the one used last first, in groups by day; found ones when there is a query. Older ones come as the list is scrolled.
 *
 * One stop for Tab; the arrow keys, Home and End move from row to row, F2 renames, Delete deletes.
 */
import { useState, type KeyboardEvent } from "react";
import { useThreads } from "../api/queries";
import type { Thread } from "../api/types";
import { useT } from "../i18n/t";
import { useRoute } from "../routes";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { Skeleton } from "../ui/Skeleton";
import { AnswerArrived } from "./AnswerArrived";
import { grouped } from "./group";
import { useHidden } from "./leaving";
import { MoreSentinel } from "./MoreSentinel";
import { ThreadRow } from "./ThreadRow";
import { useToday } from "./use-today";

const NONE: ReadonlySet<string> = new Set();
const SKELETONS = ["w-4/5", "w-3/5", "w-2/3", "w-1/2", "w-3/4", "w-2/5"];

export function ThreadList({ query }: { query: string }) {
  const t = useT();
  const route = useRoute();
  const currentId = route.page === "chat" ? route.threadId : null;
  const list = useThreads(query, currentId);
  const hidden = useHidden();
  const today = useToday();
  const threads = (list.data?.threads ?? []).filter((thread) => !hidden.has(thread.thread_id));

  if (list.isPending) return <Loading label={t("ui.loading")} />;
  if (list.isError && !list.data) {
    return <EmptyState action={<Button onClick={() => void list.refetch()}>{t("ui.retry")}</Button>} small title={t("threads.failed")} />;
  }
  if (!threads.length && !list.hasNextPage) {
    return query ? (
      <EmptyState small title={t("threads.search.none", { q: query })}>
        {t("threads.search.noneHint")}
      </EmptyState>
    ) : (
      <EmptyState small title={t("threads.empty")}>
        {t("threads.empty.hint")}
      </EmptyState>
    );
  }
  return (
    // The keys move among the links in it; the list itself takes no focus.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <nav aria-label={t("threads.list")} className={list.isPlaceholderData ? "opacity-60 transition-opacity delay-200" : ""} onKeyDown={moveInList}>
      <Rows answering={list.data?.answering ?? NONE} currentId={currentId} groups={grouped(threads, today)} query={query} />
      <AnswerArrived answering={list.data?.answering ?? NONE} currentId={currentId} threads={threads} />
      {list.hasNextPage && <MoreSentinel busy={list.isFetchingNextPage} failed={list.isFetchNextPageError} onReached={() => void list.fetchNextPage()} />}
    </nav>
  );
}

type RowsProps = { groups: ReturnType<typeof grouped>; answering: ReadonlySet<string>; currentId: string | null; query: string };

function Rows({ groups, answering, currentId, query }: RowsProps) {
  const t = useT();
  const [reached, setReached] = useState<string | null>(null);
  const all = groups.flatMap(({ threads }) => threads);
  const has = (id: string | null) => all.some((thread: Thread) => thread.thread_id === id);
  const reachable = [reached, currentId].find(has) ?? all[0]?.thread_id;
  return groups.map(({ title, threads }) => (
    <section aria-labelledby={title} className="mb-4" key={title}>
      <h2 className="px-3 pt-1 pb-1.5 text-xs font-medium text-faint" id={title}>
        {t(title)}
      </h2>
      <ul className="flex flex-col gap-px">
        {threads.map((thread) => (
          <li key={thread.thread_id}>
            <ThreadRow
              answering={answering.has(thread.thread_id)}
              current={thread.thread_id === currentId}
              onReach={() => setReached(thread.thread_id)}
              query={query}
              reachable={thread.thread_id === reachable}
              thread={thread}
            />
          </li>
        ))}
      </ul>
    </section>
  ));
}

function Loading({ label }: { label: string }) {
  return (
    <div aria-label={label} className="flex animate-fade flex-col gap-5 px-3 pt-3" role="status">
      {SKELETONS.map((width) => (
        <Skeleton className={`h-3.5 ${width}`} key={width} />
      ))}
    </div>
  );
}

function moveInList(event: KeyboardEvent<HTMLElement>): void {
  const rows = [...event.currentTarget.querySelectorAll<HTMLElement>("a[data-thread]")];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  if (to < 0) document.querySelector<HTMLElement>("[data-thread-search]")?.focus();
  else rows[to]?.focus();
}
