/** The thread is busy and a question waits for the reader's word: after the answer, instead of it, or not now (which gives the text back). */
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { useShortcut } from "../ui/shortcuts";

export function BusyChoice({ text, onEnqueue, onInterrupt, onBack }: { text: string; onEnqueue: () => void; onInterrupt: () => void; onBack: () => void }) {
  const t = useT();
  useShortcut("Escape", onBack);
  return (
    <section aria-label={t("chat.busy")} className="mb-2 animate-rise rounded-2xl border border-line bg-surface p-3 text-sm shadow-low">
      <p role="alert">
        {t("chat.busy")} <span className="text-muted">“{text.length > 80 ? `${text.slice(0, 79)}…` : text}”</span>
      </p>
      <div className="mt-2.5 flex flex-wrap gap-2">
        <Button autoFocus look="primary" onClick={onEnqueue} size="small">
          {t("chat.busy.enqueue")}
        </Button>
        <Button onClick={onInterrupt} size="small">
          {t("chat.busy.interrupt")}
        </Button>
        <Button look="ghost" onClick={onBack} size="small">
          {t("chat.busy.back")}
        </Button>
      </div>
    </section>
  );
}
