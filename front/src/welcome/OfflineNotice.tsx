/** Said plainly: no model is connected, so answers are sentences of the documents; and what to do about it. */
import { useT } from "../i18n/t";
import { KeyIcon } from "../ui/icons";

const VARIABLES = ["ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "LLM_BASE_URL"];

export function OfflineNotice() {
  const t = useT();
  return (
    <aside aria-label={t("welcome.offline")} className="flex gap-3 rounded-xl bg-raised px-4 py-3 text-[0.8125rem] text-muted">
      <KeyIcon className="mt-px shrink-0" size={18} />
      <p className="min-w-0 text-pretty">
        <strong className="font-medium text-ink">{t("welcome.offline")}</strong>{" "}
        <Filled text={t("welcome.offline.how")} />
      </p>
    </aside>
  );
}

/** The variables in the middle of the sentence, as code, each on one line. */
function Filled({ text }: { text: string }) {
  const [before, after] = text.split("[…]");
  return (
    <>
      {before}
      {VARIABLES.map((name, at) => (
        <span key={name}>
          {at > 0 && ", "}
          <code className="font-mono text-xs whitespace-nowrap text-ink">{name}</code>
        </span>
      ))}
      {after}
    </>
  );
}
