/** Says so when an answer is one that was given before, and offers to ask the model itself. */
import { useRun } from "../api/queries";
import { useT } from "../i18n/t";

export function CachedNote({ runId, busy, onAgain }: { runId: string; busy: boolean; onAgain: () => void }) {
  const t = useT();
  const { data: run } = useRun(runId);
  if (run?.cached !== true) return null;
  return (
    <p className="mt-3 text-[0.8125rem] text-muted">
      {t("chat.cached")}{" "}
      <button className="rounded text-accent underline underline-offset-2 disabled:opacity-50" disabled={busy} onClick={onAgain} type="button">
        {t("chat.cached.again")}
      </button>
    </p>
  );
}
