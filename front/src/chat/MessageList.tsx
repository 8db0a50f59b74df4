/** The turns of a conversation, in a scroller that follows a growing answer; older ones are loaded as the reader goes up. */
import { useEffect, useState } from "react";
import type { AssistantId } from "../api/types";
import { useT } from "../i18n/t";
import { placeOf } from "../scroll/places";
import { ToBottomButton } from "../scroll/ToBottomButton";
import type { StickToBottom } from "../scroll/useStickToBottom";
import { AnswerMessage, type AnswerActions } from "./AnswerMessage";
import { OlderMessages } from "./OlderMessages";
import { sentKeys } from "./outbox";
import { isGrowing, type Turn } from "./tree";
import { useDrawn } from "./useDrawn";
import { UserMessage, type QuestionActions } from "./UserMessage";

/** The newest turns are always laid out: what the reader looks at must not change its height when it is settled. */
const LAID_OUT = 4;

interface MessageListProps {
  threadId: string;
  turns: readonly Turn[];
  assistant: AssistantId;
  /** The run that is written now, be it among these turns or in another way through the conversation. */
  running: string | null;
  busy: boolean;
  actions: AnswerActions & QuestionActions;
  stick: StickToBottom;
  older: { wanted: boolean; busy: boolean; failed: boolean; load: () => void };
}

export function MessageList({ threadId, turns, assistant, running, busy, actions, stick, older }: MessageListProps) {
  const t = useT();
  const [back] = useState(() => placeOf(threadId)?.part ?? null);
  const from = useDrawn(turns, back);
  // What the conversation opens with is drawn upward from its end; an answer that takes another's place, or one to come back into, is drawn whole.
  const [opening] = useState(() => new Set(back === null ? turns.map((turn) => turn.id) : []));
  useEffect(() => {
    if (from === 0) opening.clear();
  }, [from, opening]);
  return (
    <div className="relative min-h-0 flex-1">
      <div data-scroller="" className="h-full overflow-y-auto overscroll-contain ring-inside" ref={stick.scrollRef} role="region" aria-label={t("chat.conversation")} tabIndex={0}>
        <div className="safe-x [--safe:1rem]" ref={stick.contentRef}>
          <div className="measure pt-4 pb-6">
            {older.wanted && from === 0 && <OlderMessages {...older} />}
            {turns.map((turn, index) => index >= from && (
              <div
                className={`turn ${turn.kind === "question" ? "pt-5" : "pt-1.5 pb-2"}`}
                data-place={turn.id}
                data-settled={(index < turns.length - LAID_OUT) || undefined}
                key={(turn.kind === "question" && sentKeys.get(turn.id)) || turn.id}
              >
                {turn.kind === "question" ? (
                  <UserMessage actions={actions} turn={turn} />
                ) : (
                  <AnswerMessage actions={actions} assistant={assistant} behind={running !== null && running !== turn.runId && isGrowing(turn)} busy={busy} gradually={opening.has(turn.id)} last={index === turns.length - 1} turn={turn} />
                )}
              </div>
            ))}
          </div>
        </div>
      </div>
      <ToBottomButton onClick={() => stick.toBottom()} shown={!stick.atBottom} />
    </div>
  );
}
