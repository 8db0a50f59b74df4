/** A conversation that has not begun: the thread is made with its first question, so nobody leaves empty ones behind. */
import { useRef, useState } from "react";
import { Problem } from "../api/client";
import { useCreateThread } from "../api/queries";
import type { AssistantId } from "../api/types";
import { useT } from "../i18n/t";
import { chatPath, navigate } from "../routes";
import { toast } from "../ui/toasts";
import { useTitle } from "../ui/useTitle";
import { EmptyThread } from "../welcome/EmptyThread";
import { Composer, type ComposerHandle } from "./Composer";
import { outboxOf } from "./outbox";
import { problemText } from "./reasons";

export function NewChatPage() {
  const t = useT();
  const create = useCreateThread();
  const composer = useRef<ComposerHandle>(null);
  const [assistant, setAssistant] = useState<AssistantId>("cvs");
  useTitle(null);
  const begun = useRef(false);
  const ask = (text: string) => {
    // At once: the second click of a double one comes before anything is drawn anew.
    if (begun.current) return;
    begun.current = true;
    create.mutate(
      { assistant },
      {
        onSuccess: ({ thread_id }) => {
          outboxOf(thread_id).send({ text, parentId: undefined, shownAfter: null, busy: false });
          navigate(chatPath(thread_id));
        },
        onError: (error) => {
          begun.current = false;
          composer.current?.restore(text);
          toast({ text: error instanceof Problem ? problemText(t, error) : t("chat.start.failed"), tone: "danger" });
        },
      },
    );
  };
  return (
    <>
      <div className="safe-x min-h-0 flex-1 overflow-y-auto [--safe:1rem]">
        <EmptyThread assistant={assistant} onAsk={ask} onAssistant={setAssistant} />
      </div>
      <Composer limit={null} onSend={ask} place="new" placeholder={t(`chat.composer.${assistant}`)} ref={composer} sending={create.isPending} />
    </>
  );
}
