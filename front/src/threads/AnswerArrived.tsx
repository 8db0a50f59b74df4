/** Tells a screen reader that an answer is there in a conversation that is not open. That of the open one is announced where it stands. */
import { useEffect, useRef, useState } from "react";
import type { Thread } from "../api/types";
import { useT } from "../i18n/t";

type AnswerArrivedProps = { threads: readonly Thread[]; answering: ReadonlySet<string>; currentId: string | null };

export function AnswerArrived({ threads, answering, currentId }: AnswerArrivedProps) {
  const t = useT();
  const [said, setSaid] = useState("");
  const before = useRef(answering);
  useEffect(() => {
    // One that left the list (deleted, not found by the search) has not ended.
    const ended = threads.find(({ thread_id: id }) => before.current.has(id) && !answering.has(id) && id !== currentId);
    before.current = answering;
    if (ended) setSaid(t("threads.answered", { title: ended.title ?? t("threads.untitled") }));
  }, [threads, answering, currentId, t]);
  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}
