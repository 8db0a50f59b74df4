/** The end of what is loaded: when it comes near the screen, more is asked for. If that fails, a button asks again. */
import { useEffect, useRef } from "react";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { Spinner } from "../ui/Spinner";

type MoreSentinelProps = { busy: boolean; failed: boolean; onReached: () => void };

export function MoreSentinel({ busy, failed, onReached }: MoreSentinelProps) {
  const t = useT();
  const element = useRef<HTMLDivElement>(null);
  const latest = useRef(onReached);
  useEffect(() => {
    latest.current = onReached;
  });
  useEffect(() => {
    if (busy || failed || !element.current) return;
    const watch = new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && latest.current(), { rootMargin: "300px" });
    watch.observe(element.current);
    return () => watch.disconnect();
  }, [busy, failed]);
  return (
    <div className="flex h-12 items-center justify-center text-faint" ref={element}>
      {failed ? (
        <Button look="ghost" onClick={onReached} size="small">
          {t("ui.retry")}
        </Button>
      ) : (
        <span aria-label={t("threads.more")} role="status">
          <Spinner />
        </span>
      )}
    </div>
  );
}
