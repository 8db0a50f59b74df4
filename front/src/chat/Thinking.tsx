/** What happens before the first word: in line, reading, found. The dots breathe; with reduced motion they stand. What waits in line can be taken out of it. */
import type { AssistantId } from "../api/types";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import type { Answer } from "./tree";

interface ThinkingProps {
  turn: Answer;
  assistant: AssistantId;
  /** Another answer comes first. */
  behind: boolean;
  onWithdraw: (runId: string) => void;
}

export function Thinking({ turn, assistant, behind, onWithdraw }: ThinkingProps) {
  const t = useT();
  const { runId } = turn;
  return (
    <div className="flex min-h-8 flex-wrap items-center gap-x-3 gap-y-1.5 text-muted">
      <p className="flex items-center gap-2.5">
        <span aria-hidden="true" className="thinking">
          <i />
          <i />
          <i />
        </span>
        <span className="animate-fade" key={turn.status + String(turn.sources?.length)}>
          {words()}
        </span>
      </p>
      {turn.status === "queued" && behind && runId !== null && (
        <Button onClick={() => onWithdraw(runId)} size="small">
          {t("chat.withdraw")}
        </Button>
      )}
    </div>
  );

  function words(): string {
    if (turn.status === "queued") return t(behind ? "chat.queued.behind" : "chat.queued");
    if (turn.sources === null) return t(assistant === "cvs" ? "chat.reading.cvs" : "chat.reading.resume");
    return turn.sources.length === 0 ? t("chat.foundNothing") : t("chat.found", { n: turn.sources.length });
  }
}
