/** Tells a screen reader when an answer begins and how it ends; never the tokens, which would be chatter. The text is read in its own time. */
import { useEffect, useRef, useState } from "react";
import { useT, type Translate } from "../i18n/t";
import { reasonOf } from "./reasons";
import type { Answer, Turn } from "./tree";

export function Announcer({ turns }: { turns: readonly Turn[] }) {
  const t = useT();
  const [said, setSaid] = useState("");
  const heard = useRef<{ id: string; growing: boolean } | null>(null);
  const last = turns.findLast((turn): turn is Answer => turn.kind === "answer" && turn.status !== "queued");
  const growing = last?.status === "waiting" || last?.status === "streaming";
  const id = last?.id ?? "";
  const ending = growing || last === undefined ? null : endingOf(t, last);
  useEffect(() => {
    const before = heard.current;
    heard.current = { id, growing };
    if (growing && (before?.id !== id || !before.growing)) setSaid(t("chat.says.begun"));
    else if (!growing && before?.id === id && before.growing && ending !== null) setSaid(ending);
  }, [id, growing, ending, t]);
  return (
    <p aria-live="polite" className="sr-only">
      {said}
    </p>
  );
}

function endingOf(t: Translate, { status, error }: Answer): string {
  if (status === "failed") return t("chat.says.failed", { reason: reasonOf(t, error).what });
  return t(status === "cancelled" ? "chat.says.stopped" : "chat.says.done");
}
