/** Above the oldest loaded message: when it comes near, the page before is asked for; if that fails, a button asks again. */
import { useEffect, useRef } from "react";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { Spinner } from "../ui/Spinner";
import { useLatest } from "./useLatest";

export function OlderMessages({ busy, failed, load }: { busy: boolean; failed: boolean; load: () => void }) {
  const t = useT();
  const element = useRef<HTMLDivElement>(null);
  const reached = useLatest(load);
  useEffect(() => {
    if (busy || failed || element.current === null) return;
    // A margin counts only at the scroller that is named.
    const root = element.current.closest("[data-scroller]");
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && reached(), { root, rootMargin: "600px 0px 0px" });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [busy, failed, reached]);
  return (
    <div className="flex h-14 items-center justify-center gap-3 text-sm text-muted" ref={element}>
      {failed ? (
        <>
          {t("chat.older.failed")}
          <Button look="ghost" onClick={load} size="small">
            {t("ui.retry")}
          </Button>
        </>
      ) : (
        <span aria-label={t("chat.older")} role="status">
          {busy && <Spinner />}
        </span>
      )}
    </div>
  );
}
