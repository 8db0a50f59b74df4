/**
 * A quiet line when the page has lost the server: at once when the browser says it is offline, else after three failed tries in a row. It goes by itself, and
 * there is nothing to click: the page is trying already.
 */
import { memo, useSyncExternalStore } from "react";
import { useT } from "../i18n/t";
import type { LinkState } from "../run/follow";
import { OfflineIcon } from "../ui/icons";

const PATIENCE = 3;

export const ConnectionBanner = memo(function ConnectionBanner({ link }: { link: LinkState }) {
  const t = useT();
  const online = useSyncExternalStore(onLine, () => navigator.onLine);
  const lost = link.kind !== "open" && link.failures >= PATIENCE;
  return (
    <div className="pointer-events-none absolute inset-x-0 top-0 z-20 flex justify-center px-3" role="status">
      {(!online || lost) && (
        <p className="mt-1 flex animate-rise items-center gap-2 rounded-full border border-line bg-warn-soft px-3.5 py-1.5 text-[0.8125rem] text-ink shadow-low">
          <OfflineIcon className="shrink-0 text-warn" size={16} />
          {t(online ? "chat.reconnecting" : "chat.offline")}
        </p>
      )}
    </div>
  );
});

function onLine(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}
