/** What happens before the first word: in line, reading, found. The dots breathe; with reduced motion they stand. */
import type { AssistantId } from "../api/types";
import { useT } from "../i18n/t";
import type { Answer } from "./tree";

export function Thinking({ turn, assistant, behind }: { turn: Answer; assistant: AssistantId; /** Another answer comes first. */ behind: boolean }) {
  const t = useT();
  return (
    <p className="flex min-h-[1.65em] items-center gap-2.5 text-muted">
      <span aria-hidden="true" className="thinking">
        <i />
        <i />
        <i />
      </span>
      <span className="animate-fade" key={turn.status + String(turn.sources?.length)}>
        {words()}
      </span>
    </p>
  );

  function words(): string {
    if (turn.status === "queued") return t(behind ? "chat.queued.behind" : "chat.queued");
    if (turn.sources === null) return t(assistant === "cvs" ? "chat.reading.cvs" : "chat.reading.resume");
    return turn.sources.length === 0 ? t("chat.foundNothing") : t("chat.found", { n: turn.sources.length });
  }
}
