/**
 * A conversation with nothing in it yet: a greeting, the choice of who answers while there is one, and questions that these documents can answer.
 *
 * `onAssistant` is left out where the thread exists already. `onAsk` gets an example as if the reader had written it. The composer below is not ours.
 */
import { useMe } from "../api/me";
import { useAssistants } from "../api/service";
import type { AssistantId } from "../api/types";
import { useLanguage } from "../i18n/language";
import { useT } from "../i18n/t";
import { AssistantChoice } from "./AssistantChoice";
import { Examples } from "./Examples";
import { OfflineNotice } from "./OfflineNotice";

type EmptyThreadProps = { assistant: AssistantId; onAssistant?: (assistant: AssistantId) => void; onAsk: (question: string) => void };

export function EmptyThread({ assistant, onAssistant, onAsk }: EmptyThreadProps) {
  const t = useT();
  const user = useMe();
  const { data, isError } = useAssistants(useLanguage());
  const name = user?.name.split(/\s/)[0] ?? "";
  const chosen = data?.assistants.find((one) => one.assistant === assistant);
  return (
    <div className="measure flex min-h-full flex-col justify-center gap-5 py-6 sm:gap-6 sm:py-8">
      <h1 className="text-2xl font-semibold tracking-tight text-balance sm:text-3xl">{name ? t("welcome.again", { name }) : t("welcome.hello")}</h1>
      {onAssistant && data && <AssistantChoice assistants={data.assistants} chosen={assistant} onChoose={onAssistant} />}
      {chosen && !chosen.available ? (
        <p className="rounded-xl bg-warn-soft px-4 py-3 text-sm text-ink">{chosen.reason}</p>
      ) : (
        !isError && <Examples onAsk={onAsk} questions={chosen?.examples} />
      )}
      {data?.offline && <OfflineNotice />}
    </div>
  );
}
