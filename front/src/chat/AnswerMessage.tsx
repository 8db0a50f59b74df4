/** An answer in any state: waiting, growing, finished, stopped, failed. It keeps its place and its key from the first to the last. */
import { memo, useCallback } from "react";
import type { AssistantId, Source } from "../api/types";
import { useT } from "../i18n/t";
import { Markdown, type MarkdownProps } from "../markdown/Markdown";
import { useGrowingText } from "../run/useLive";
import { SourceChips } from "../sources/SourceChips";
import { IconButton } from "../ui/IconButton";
import { RetryIcon } from "../ui/icons";
import { CachedNote } from "./CachedNote";
import "./chat.css";
import { CopyAction } from "./CopyAction";
import { RunError } from "./RunError";
import { Siblings, type Choose } from "./Siblings";
import { Thinking } from "./Thinking";
import { isGrowing, sameTurn, type Answer } from "./tree";

const NO_SOURCES: readonly Source[] = [];

export interface AnswerActions {
  regenerate: (answer: Answer) => void;
  /** Takes a run out of the line. */
  withdraw: (runId: string) => void;
  choose: Choose;
  openSource: (source: Source) => void;
}

interface AnswerProps {
  turn: Answer;
  actions: AnswerActions;
  assistant: AssistantId;
  /** The last of the conversation: its actions are always shown. */
  last: boolean;
  /** The thread is answering: nothing can be asked again now. */
  busy: boolean;
  /** Another answer is written first. */
  behind: boolean;
  /** Drawn from its end upward. */
  gradually: boolean;
}

export const AnswerMessage = memo(
  function AnswerMessage({ turn, actions, assistant, last, busy, behind, gradually }: AnswerProps) {
    const t = useT();
    const growing = isGrowing(turn);
    const sources = turn.sources ?? NO_SOURCES;
    const cite = useCallback(
      (n: number) => {
        const source = sources.find((one) => one.n === n);
        if (source !== undefined) actions.openSource(source);
      },
      [sources, actions],
    );
    return (
      <div aria-busy={growing || undefined} className="group answer" data-status={turn.status}>
        <h2 className="sr-only">{t("chat.answer")}</h2>
        {growing && turn.text === "" && <Thinking assistant={assistant} behind={behind} onWithdraw={actions.withdraw} turn={turn} />}
        {turn.text !== "" && <AnswerText gradually={gradually} onCite={cite} sources={sources} turn={turn} />}
        {turn.takenOver !== null && growing && <p className="mt-2 text-[0.8125rem] text-faint">{t("chat.takenOver")}</p>}
        <SourceChips onOpen={actions.openSource} sources={sources} />
        {turn.status === "cancelled" && (
          <p className="mt-3 text-[0.8125rem] text-muted">{t(turn.text === "" ? "chat.stopped.empty" : "chat.stopped")}</p>
        )}
        {turn.status === "failed" && <RunError busy={busy} error={turn.error} onRetry={turn.runId === null ? null : () => actions.regenerate(turn)} />}
        {!growing && last && turn.status === "done" && turn.runId !== null && (
          <CachedNote busy={busy} onAgain={() => actions.regenerate(turn)} runId={turn.runId} />
        )}
        {!growing && (turn.text !== "" || turn.count > 1 || turn.status === "cancelled") && (
          <div className="mt-1.5 -ml-1.5 flex min-h-8 items-center">
            <div
              className={`flex items-center transition-opacity group-focus-within:opacity-100 group-hover:opacity-100 coarse:opacity-100 ${last ? "" : "opacity-0"}`}
            >
              {turn.text !== "" && <CopyAction text={turn.text} />}
              {turn.runId !== null && turn.status !== "failed" && (
                <IconButton
                  className="disabled:opacity-40"
                  disabled={busy}
                  icon={<RetryIcon size={18} />}
                  label={t("chat.regenerate")}
                  onClick={() => actions.regenerate(turn)}
                  small
                />
              )}
            </div>
            <Siblings onChoose={actions.choose} place={turn} />
          </div>
        )}
      </div>
    );
  },
  (before, after) =>
    before.actions === after.actions &&
    before.assistant === after.assistant &&
    before.last === after.last &&
    before.busy === after.busy &&
    before.behind === after.behind &&
    sameTurn(before.turn, after.turn),
);

/** By itself, as it alone is drawn again with each piece of a growing text. */
function AnswerText({ turn, ...props }: { turn: Answer } & Omit<MarkdownProps, "text" | "streaming">) {
  const growing = isGrowing(turn);
  const text = useGrowingText(growing ? turn.runId : null) ?? turn.text;
  return <Markdown {...props} streaming={growing} text={text} />;
}
