/** Questions to begin with, a tap away; their places are kept while they load. */
import { useT } from "../i18n/t";
import { ArrowUpIcon } from "../ui/icons";
import { Skeleton } from "../ui/Skeleton";

const PLACES = ["w-3/5", "w-2/3", "w-1/2"];

export function Examples({ questions, onAsk }: { questions: string[] | undefined; onAsk: (question: string) => void }) {
  const t = useT();
  if (questions?.length === 0) return null;
  return (
    <section aria-label={t("welcome.examples")}>
      <h2 className="mb-1 text-[0.8125rem] font-medium text-faint">{t("welcome.examples")}</h2>
      <ul className="ruled border-y border-line">
        {questions
          ? questions.map((question) => (
              <li key={question}>
                <button
                  className="ring-inside group flex min-h-12 w-full items-center gap-3 rounded-lg py-2.5 text-left text-[0.9375rem] text-muted transition-colors hover:text-ink"
                  onClick={() => onAsk(question)}
                  type="button"
                >
                  <span className="min-w-0 flex-1 text-pretty">{question}</span>
                  <ArrowUpIcon className="shrink-0 rotate-45 text-faint transition-transform group-hover:translate-x-0.5 group-hover:text-accent" size={18} />
                </button>
              </li>
            ))
          : PLACES.map((width) => (
              <li className="flex h-12 items-center" key={width}>
                <Skeleton className={`h-4 ${width}`} />
              </li>
            ))}
      </ul>
    </section>
  );
}
