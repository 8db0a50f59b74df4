/** Tells a screen reader when an answer begins and how it ends; never the tokens, which would be chatter. The text is read in its own time. */
import { useEffect, useRef, useState } from "react";
import { useT, type Translate } from "../i18n/t";
import { isFinal, type LiveRun } from "../run/reduce";
import { reasonOf } from "./reasons";

/** `runs`: those being written or just ended. An answer so quick that nobody saw it grow is announced by its end. */
export function Announcer({ runs }: { runs: readonly LiveRun[] }) {
  const t = useT();
  const [said, setSaid] = useState("");
  const heard = useRef<{ runId: string; ended: boolean } | null>(null);
  const run = runs.findLast((one) => one.status !== "queued");
  const runId = run?.runId;
  const ending = run !== undefined && isFinal(run) ? endingOf(t, run) : null;
  useEffect(() => {
    if (runId === undefined) return;
    const known = heard.current?.runId === runId ? heard.current : null;
    heard.current = { runId, ended: ending !== null };
    if (ending !== null && known?.ended !== true) setSaid(ending);
    else if (ending === null && known === null) setSaid(t("chat.says.begun"));
  }, [runId, ending, t]);
  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}

function endingOf(t: Translate, { status, error }: LiveRun): string {
  if (status === "failed") return t("chat.says.failed", { reason: reasonOf(t, error).what });
  return t(status === "cancelled" ? "chat.says.stopped" : "chat.says.done");
}
