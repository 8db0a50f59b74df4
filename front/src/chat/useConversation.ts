/**
 * A conversation as the page shows it, and everything a reader can do to it: stored messages, answers being written, questions on their way, the
 * choice at each fork; ask, edit, stop, answer again. The components below `ChatPage` get it as props and know no server.
 */
import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { answered, api } from "../api/client";
import { addMessage, refreshMessages, useMessages } from "../api/messages";
import { keys } from "../api/queries";
import type { Message } from "../api/types";
import { isFinal } from "../run/reduce";
import { useLive } from "../run/useLive";
import { outboxOf, type Outbox, type Sent } from "./outbox";
import { shownTurns, type Answer, type Choice, type Question, type Turn } from "./tree";

/** Turns that should be there at once, if there are so many. */
const FEW_TURNS = 8;

export function useConversation(threadId: string) {
  const client = useQueryClient();
  const query = useMessages(threadId);
  const conversation = query.data;
  const live = useLive(threadId, conversation);
  const outbox = useMemo(() => outboxOf(threadId), [threadId]);
  const letters = useSyncExternalStore(outbox.subscribe, outbox.snapshot);
  const [choice, setChoice] = useState<Choice>(() => new Map());

  const outgoing = useMemo(() => letters.filter((letter) => letter.state !== "busy"), [letters]);
  const turns = useMemo(
    () => shownTurns(conversation?.messages ?? [], live.runs, outgoing, choice),
    [conversation?.messages, live.runs, outgoing, choice],
  );
  const running = live.runs.find((run) => !isFinal(run)) ?? null;
  useSentMessages(threadId, outbox, live.expect);

  const undecided = letters.find((letter) => letter.state === "busy") ?? null;
  useChoiceMadeByTime(outbox, undecided?.key ?? null, running?.runId ?? null);

  const { loadOlder } = query;
  const older = useMutation({ mutationFn: loadOlder, networkMode: "always" });
  // An answer given again to an old question is the newest message, and what is around it may not be loaded.
  const wantsOlder = conversation?.older != null && turns.length < FEW_TURNS && !older.isPending && !older.isError;
  const { mutate: readOlder } = older;
  useEffect(() => {
    if (wantsOlder) readOlder();
  }, [wantsOlder, readOlder]);

  const choose = useCallback((fork: string, id: string | null) => {
    setChoice((now) => {
      const next = new Map(now);
      if (id === null) next.delete(fork);
      else next.set(fork, id);
      return next;
    });
  }, []);

  const busy = running !== null || letters.some((letter) => letter.state === "sending");
  const leaf = lastAnswer(turns);
  const ask = useCallback(
    (text: string) => outbox.send({ text, parentId: parentOf(leaf), shownAfter: leaf?.id ?? null, busy }),
    [outbox, leaf, busy],
  );
  const edit = useCallback(
    (question: Question, text: string) => {
      choose(question.fork, null);
      outbox.send({ text, parentId: question.parentId, shownAfter: question.parentId, busy });
    },
    [outbox, busy, choose],
  );

  return {
    query,
    live,
    turns,
    running,
    busy,
    outbox,
    /** A question that waits for the reader's word, as the thread is busy. */
    undecided,
    hasOlder: conversation?.older != null,
    older,
    ask,
    edit,
    choose,
    ...useRunActions(client, threadId, live.expect, choose),
  };
}

/** The answer that was in the way has ended before the reader chose: then there is nothing to choose, and the question is sent. */
function useChoiceMadeByTime(outbox: Outbox, undecided: string | null, running: string | null): void {
  const inTheWay = useRef<string | null>(null);
  useEffect(() => {
    const ended = inTheWay.current !== null && running === null;
    inTheWay.current = running;
    if (ended && undecided !== null) outbox.retry(undecided);
  }, [outbox, undecided, running]);
}

/** Stopping a run, taking one out of the line, and asking for another answer. */
function useRunActions(
  client: ReturnType<typeof useQueryClient>,
  threadId: string,
  expect: ReturnType<typeof useLive>["expect"],
  choose: (fork: string, id: string | null) => void,
) {
  const ending = {
    mutationFn: (runId: string) => answered(api.POST("/api/runs/{run_id}/cancel", { params: { path: { run_id: runId } } })),
    // The stream says so, too; this is for when it is down, and for a run in the line, whose end the stream tells in its turn.
    onSuccess: () => void refreshMessages(client, threadId),
  };
  const stop = useMutation(ending);
  const withdraw = useMutation(ending);
  const regenerate = useMutation({
    mutationFn: (answer: Answer) =>
      answered(
        api.POST("/api/runs/{run_id}/regenerate", {
          params: { path: { run_id: answer.runId ?? "" }, header: { "Idempotency-Key": `${answer.id}.${Date.now()}` } },
          body: { on_busy: "reject" },
        }),
      ),
    onSuccess: (posted, answer) => {
      choose(answer.fork, null);
      expect(posted);
      void client.invalidateQueries({ queryKey: keys.threads });
    },
  });
  return { stop, withdraw, regenerate };
}

/** Puts a question that the server has stored among the messages, and expects its answer. */
function useSentMessages(threadId: string, outbox: Outbox, expect: ReturnType<typeof useLive>["expect"]): void {
  const client = useQueryClient();
  useEffect(
    () =>
      outbox.onSent(({ outgoing, posted }) => {
        addMessage(client, threadId, messageOf(outgoing, posted));
        expect(posted);
        // The server's own copy soon: a read that was under way may come back without this message. First the question is painted.
        setTimeout(() => {
          void refreshMessages(client, threadId);
          void client.invalidateQueries({ queryKey: keys.threads });
          void client.invalidateQueries({ queryKey: keys.thread(threadId) });
        });
      }),
    [client, threadId, outbox, expect],
  );
}

function messageOf(outgoing: Sent["outgoing"], posted: Sent["posted"]): Message {
  return {
    message_id: posted.message_id,
    role: "user",
    content: outgoing.text,
    status: "done",
    error: null,
    sources: [],
    run_id: null,
    parent_id: outgoing.parentId ?? outgoing.shownAfter,
    created_at: new Date().toISOString(),
  };
}

function lastAnswer(turns: readonly Turn[]): Answer | null {
  return turns.findLast((turn) => turn.kind === "answer") ?? null;
}

/** What a new question follows: the last answer on the screen. One whose id only the server knows yet is the newest; so is the first. */
function parentOf(leaf: Answer | null): string | undefined {
  return leaf === null || leaf.id.startsWith("waiting:") || leaf.id === leaf.runId ? undefined : leaf.id;
}
