/** One conversation: what was said, what is being said, and the composer. */
import { useDeferredValue, useEffect, useRef, useState } from "react";
import { Problem } from "../api/client";
import { useThread } from "../api/queries";
import type { Source } from "../api/types";
import { useT } from "../i18n/t";
import { NotFound } from "../layout/NotFound";
import { makeRoom } from "../layout/sidebar-state";
import { warmUp } from "../markdown/warm";
import { TextsContext } from "../run/useLive";
import { useStickToBottom } from "../scroll/useStickToBottom";
import { SourceDrawer } from "../sources/SourceDrawer";
import { useShortcut } from "../ui/shortcuts";
import { toast } from "../ui/toasts";
import { useTitle } from "../ui/useTitle";
import { EmptyThread } from "../welcome/EmptyThread";
import { Announcer } from "./Announcer";
import { BusyChoice } from "./BusyChoice";
import { Composer, type ComposerHandle } from "./Composer";
import { ConnectionBanner } from "./ConnectionBanner";
import { limitOf } from "./limit";
import { LoadState } from "./LoadState";
import { MessageList } from "./MessageList";
import { useActions } from "./useActions";
import { useConversation } from "./useConversation";
import { useLatest } from "./useLatest";

warmUp();

export function ChatPage({ threadId }: { threadId: string }) {
  const t = useT();
  const thread = useThread(threadId);
  const talk = useConversation(threadId);
  const stick = useStickToBottom(threadId);
  const composer = useRef<ComposerHandle>(null);
  const [source, setSource] = useState<Source | null>(null);
  const actions = useActions(talk, composer, stick, setSource);
  const { query, live, turns, running, stop, undecided } = talk;
  const stopping = stop.isPending || (stop.isSuccess && stop.variables === running?.runId);
  const halt = useLatest(() => running !== null && stop.mutate(running.runId, { onError: () => toast({ text: t("chat.stop.failed"), tone: "danger" }) }));
  useShortcut("Escape", halt, running !== null && !stopping);
  useTitle(thread.data ? (thread.data.title ?? t("threads.untitled")) : null, running !== null);
  useEffect(() => setSource(null), [threadId]);
  const beside = source !== null;
  useEffect(() => (beside ? makeRoom() : undefined), [beside]);

  // A long conversation is prepared a little at a time; one that is being written comes at once, as each word would begin the preparing anew.
  const prepared = useDeferredValue(query.data !== undefined);
  const ready = query.data !== undefined && (prepared || running !== null);

  if (isMissing(query.error) || live.refusal?.status === 404) return <NotFound />;
  const assistant = thread.data?.assistant ?? "cvs";
  return (
    <>
      <ConnectionBanner link={live.link} />
      {!ready ? (
        <LoadState onRetry={() => void query.refetch()} problem={query.error ?? query.failureReason} trying={query.fetchStatus !== "idle"} />
      ) : turns.length === 0 ? (
        <div className="safe-x min-h-0 flex-1 overflow-y-auto [--safe:1rem]">
          <EmptyThread assistant={assistant} onAsk={actions.ask} />
        </div>
      ) : (
        <TextsContext value={live.texts}>
          <MessageList
            actions={actions}
            assistant={assistant}
            busy={talk.busy}
            older={{ wanted: talk.hasOlder, busy: talk.older.isPending, failed: talk.older.isError, load: () => talk.older.mutate() }}
            running={running?.runId ?? null}
            stick={stick}
            threadId={threadId}
            turns={turns}
          />
        </TextsContext>
      )}
      <Composer
        key={threadId}
        limit={limitOf(undecided, turns)}
        onSend={actions.ask}
        onStop={running === null ? null : halt}
        place={threadId}
        placeholder={t(`chat.composer.${assistant}`)}
        ref={composer}
        stopping={stopping}
      >
        {undecided && (
          <BusyChoice
            onBack={() => actions.takeBack(undecided.key)}
            onEnqueue={() => actions.decide(undecided.key, "enqueue")}
            onInterrupt={() => actions.decide(undecided.key, "interrupt")}
            text={undecided.text}
          />
        )}
      </Composer>
      <Announcer runs={live.runs} />
      <SourceDrawer onClose={() => setSource(null)} source={source} />
    </>
  );
}

/** A dead link: an id that is none (422), or one of nothing. */
function isMissing(error: Error | null): boolean {
  return error instanceof Problem && (error.status === 404 || error.status === 422);
}
