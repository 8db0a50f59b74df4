/** Below a question that is not stored yet: nothing while all is well, the time left while it is tried again, and what to do when it was given up. */
import { useEffect, useState, type ReactNode } from "react";
import { shortSpan } from "../i18n/format";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { useSecondsUntil } from "./Countdown";
import type { Outgoing } from "./outbox";
import { problemText } from "./reasons";

const SLOW = 1500; // ms

type Actions = { retry: (key: string) => void; takeBack: (key: string) => void; discard: (key: string) => void };

export function SendingNote({ outgoing, actions }: { outgoing: Outgoing; actions: Actions }) {
  const t = useT();
  const { key, state, problem, until } = outgoing;
  const slow = useSlow(state === "sending");
  if (state === "waiting") return <Note>{until === null ? t("chat.sending.online") : <TimeLeft limited={problem?.status === 429} until={until} />}</Note>;
  if (state !== "unsent") return <Note>{slow ? t("chat.sending") : ""}</Note>;
  return (
    <div className="flex max-w-[85%] flex-col items-end gap-1.5 text-right text-[0.8125rem]" role="alert">
      <p className="text-danger">
        <strong className="font-medium">{t("chat.unsent")}</strong> {problem && problemText(t, problem)}
      </p>
      <div className="flex flex-wrap justify-end gap-1">
        <Button look="ghost" onClick={() => actions.discard(key)} size="small">
          {t("chat.unsent.discard")}
        </Button>
        <Button look="ghost" onClick={() => actions.takeBack(key)} size="small">
          {t("chat.edit")}
        </Button>
        {problem?.passing !== false && (
          <Button onClick={() => actions.retry(key)} size="small">
            {t("chat.unsent.retry")}
          </Button>
        )}
      </div>
    </div>
  );
}

/** By itself: the first span of time that a page puts into words takes a slow phone a tenth of a second. */
function TimeLeft({ until, limited }: { until: number; limited: boolean }) {
  const t = useT();
  const time = shortSpan(useSecondsUntil(until));
  return limited ? t("chat.sending.limited", { time }) : t("chat.sending.again", { time });
}

function Note({ children }: { children: ReactNode }) {
  return (
    <p aria-live="off" className="flex h-8 items-center text-[0.8125rem] text-faint digits">
      {children}
    </p>
  );
}

function useSlow(sending: boolean): boolean {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    setSlow(false);
    if (!sending) return;
    const timer = setTimeout(() => setSlow(true), SLOW);
    return () => clearTimeout(timer);
  }, [sending]);
  return slow;
}
