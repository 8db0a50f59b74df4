/** An answer that failed: why, what to do, and another try. The server's own words are a click away. */
import type { Failure } from "../api/types";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { RetryIcon, WarningIcon } from "../ui/icons";
import { reasonOf } from "./reasons";

export function RunError({ error, busy, onRetry }: { error: Failure | null; busy: boolean; onRetry: (() => void) | null }) {
  const t = useT();
  const { what, act } = reasonOf(t, error);
  return (
    <div className="mt-3 flex gap-3 rounded-xl border border-transparent bg-danger-soft p-3.5 text-sm">
      <WarningIcon className="mt-px shrink-0 text-danger" size={20} />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-danger">{what}</p>
        <p className="mt-0.5 text-ink">{act}</p>
        {error !== null && (
          <details className="mt-1.5 text-[0.8125rem] text-muted">
            <summary className="w-fit rounded">{t("chat.fail.details")}</summary>
            <p className="mt-1 [overflow-wrap:anywhere]">
              {error.message} <code className="font-mono text-xs">{error.code}</code>
            </p>
          </details>
        )}
      </div>
      {onRetry !== null && (
        <Button className="self-start" disabled={busy} icon={<RetryIcon size={16} />} onClick={onRetry} size="small">
          {t("chat.fail.retry")}
        </Button>
      )}
    </div>
  );
}
