/** Who answers: radio buttons with what each one knows. One that cannot answer now can still be looked at; it says why. */
import { useId } from "react";
import type { AssistantCard } from "../api/service";
import type { AssistantId } from "../api/types";
import { useT } from "../i18n/t";
import { CheckIcon, DocumentIcon, PeopleIcon } from "../ui/icons";

const ICONS = { cvs: <PeopleIcon />, resume: <DocumentIcon /> };

type AssistantChoiceProps = { assistants: AssistantCard[]; chosen: AssistantId; onChoose: (assistant: AssistantId) => void };

export function AssistantChoice({ assistants, chosen, onChoose }: AssistantChoiceProps) {
  const t = useT();
  const name = useId();
  return (
    <fieldset className="animate-fade">
      <legend className="sr-only">{t("welcome.assistant")}</legend>
      <div className="grid grid-cols-2 gap-2">
        {assistants.map(({ assistant, available, documents }) => (
          <label
            className="relative flex cursor-pointer flex-col gap-x-3 gap-y-1.5 rounded-2xl border border-line bg-surface p-3.5 sm:flex-row sm:items-center sm:p-4 transition-colors hover:border-edge has-checked:border-accent has-checked:bg-accent-soft has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-ring"
            key={assistant}
          >
            <input checked={assistant === chosen} className="peer sr-only" name={name} onChange={() => onChoose(assistant)} type="radio" value={assistant} />
            <span className="text-accent">{ICONS[assistant]}</span>
            <span className="min-w-0 flex-1 text-sm">
              <span className="block font-medium">{t(`welcome.${assistant}`)}</span>
              <span className="block text-muted">{available ? about(t, assistant, documents) : t("welcome.unavailable")}</span>
            </span>
            <CheckIcon className="absolute top-3.5 right-3.5 text-accent opacity-0 peer-checked:opacity-100 sm:static" size={18} />
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function about(t: ReturnType<typeof useT>, assistant: AssistantId, documents: number): string {
  return assistant === "cvs" ? t("welcome.cvs.about", { n: documents }) : t("welcome.resume.about");
}
