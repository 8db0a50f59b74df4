/** A conversation that is not there yet: its outline while it loads, and why it does not when it does not. */
import { Problem } from "../api/client";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { OfflineIcon, WarningIcon } from "../ui/icons";
import { Skeleton } from "../ui/Skeleton";
import { problemText } from "./reasons";

/** `problem`: the newest failure, if there was one. `trying`: it is tried again by itself. */
export function LoadState({ problem, trying, onRetry }: { problem: Error | null; trying: boolean; onRetry: () => void }) {
  const t = useT();
  if (problem === null) return <Outline label={t("chat.loading")} />;
  const known = problem instanceof Problem ? problem : new Problem(0, "unexpected", problem.message);
  return (
    <div className="m-auto" role="status">
      <EmptyState
        action={
          trying ? undefined : (
            <Button look="primary" onClick={onRetry}>
              {t("ui.retry")}
            </Button>
          )
        }
        icon={known.status === 0 ? <OfflineIcon size={24} /> : <WarningIcon size={24} />}
        title={t("chat.load.failed")}
      >
        {problemText(t, known)} {trying && t("chat.load.again")}
      </EmptyState>
    </div>
  );
}

function Outline({ label }: { label: string }) {
  return (
    <div className="safe-x min-h-0 flex-1 [--safe:1rem]" role="status">
      <div className="measure flex flex-col gap-6 pt-7">
        <span className="sr-only">{label}</span>
        <Skeleton className="h-11 w-2/5 self-end rounded-2xl" />
        <div className="flex flex-col gap-3">
          <Skeleton className="h-4 w-11/12" />
          <Skeleton className="h-4 w-full" />
          <Skeleton className="h-4 w-3/5" />
        </div>
      </div>
    </div>
  );
}
