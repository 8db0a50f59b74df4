/** What readers do, as one object that never changes: the turns on the screen are memoised by it. */
import { useMemo, type RefObject } from "react";
import { flushSync } from "react-dom";
import { Problem } from "../api/client";
import type { Source } from "../api/types";
import { useT } from "../i18n/t";
import type { StickToBottom } from "../scroll/useStickToBottom";
import { toast } from "../ui/toasts";
import type { AnswerActions } from "./AnswerMessage";
import type { ComposerHandle } from "./Composer";
import { problemText } from "./reasons";
import { likeOf } from "./Siblings";
import type { Answer, Question } from "./tree";
import type { useConversation } from "./useConversation";
import { useLatest } from "./useLatest";
import type { QuestionActions } from "./UserMessage";

export interface Actions extends AnswerActions, QuestionActions {
  ask: (text: string) => void;
  decide: (key: string, how: "enqueue" | "interrupt") => void;
}

export function useActions(
  talk: ReturnType<typeof useConversation>,
  composer: RefObject<ComposerHandle | null>,
  { toBottom, moveBy }: Pick<StickToBottom, "toBottom" | "moveBy">,
  openSource: (source: Source) => void,
): Actions {
  const t = useT();
  /** After something was asked: the end comes into view, and the reader can write on. */
  const asked = (): void => {
    requestAnimationFrame(() => toBottom());
    composer.current?.focus();
  };
  const ask = useLatest((text: string) => {
    talk.ask(text);
    asked();
  });
  const edit = useLatest((question: Question, text: string) => {
    talk.edit(question, text);
    asked();
  });
  const decide = useLatest((key: string, how: "enqueue" | "interrupt") => {
    talk.outbox.decide(key, how);
    asked();
  });
  const regenerate = useLatest((answer: Answer) => {
    talk.regenerate.mutate(answer, {
      onSuccess: () => requestAnimationFrame(() => toBottom()),
      onError: (error) => toast({ text: error instanceof Problem ? problemText(t, error) : t("chat.regenerate.failed"), tone: "danger" }),
    });
  });
  const withdraw = useLatest((runId: string) => {
    talk.withdraw.mutate(runId, {
      onSuccess: () => {
        toast({ text: t("chat.withdrawn") });
        composer.current?.focus();
      },
      onError: () => toast({ text: t("chat.withdraw.failed"), tone: "danger" }),
    });
  });
  const takeBack = useLatest((key: string) => {
    const letter = talk.outbox.take(key);
    if (letter) composer.current?.restore(letter.text);
  });
  const discard = useLatest((key: string) => {
    talk.outbox.take(key);
    composer.current?.focus();
  });
  const retry = useLatest((key: string) => talk.outbox.retry(key));
  const choose = useLatest((fork: string, id: string, from: HTMLButtonElement) => {
    const before = from.getBoundingClientRect().top;
    flushSync(() => talk.choose(fork, id));
    const like = likeOf(from, fork);
    if (like === null) return;
    // Under the pointer that pressed it, for who goes through all of them; and under the keys.
    moveBy(like.getBoundingClientRect().top - before);
    like.focus({ preventScroll: true });
  });
  return useMemo(
    () => ({ ask, edit, decide, regenerate, withdraw, takeBack, discard, retry, choose, openSource }),
    [ask, edit, decide, regenerate, withdraw, takeBack, discard, retry, choose, openSource],
  );
}
