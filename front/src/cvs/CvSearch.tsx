/** The search field of the gallery and the languages to choose from. Filters at once, as everything is here already. */
import { useRef } from "react";
import { useT } from "../i18n/t";
import { CloseIcon, SearchIcon } from "../ui/icons";
import type { Wanted } from "./find";
import { languageName } from "./languages";

interface CvSearchProps {
  wanted: Wanted;
  languages: readonly { code: string; count: number }[];
  onWanted: (wanted: Wanted) => void;
}

export function CvSearch({ wanted, languages, onWanted }: CvSearchProps) {
  const t = useT();
  const field = useRef<HTMLInputElement>(null);
  const clear = () => {
    onWanted({ ...wanted, words: "" });
    field.current?.focus();
  };
  return (
    <search className="mt-5 flex flex-col gap-3">
      <div className="relative flex items-center">
        <SearchIcon className="pointer-events-none absolute start-3 text-faint" size={18} />
        <input
          ref={field}
          type="search"
          value={wanted.words}
          maxLength={200}
          enterKeyHint="search"
          aria-label={t("cvs.search")}
          placeholder={t("cvs.search")}
          onChange={(event) => onWanted({ ...wanted, words: event.target.value })}
          onKeyDown={(event) => {
            if (event.key !== "Escape" || wanted.words === "") return;
            event.preventDefault();
            clear();
          }}
          className="h-11 w-full rounded-xl border border-edge bg-surface ps-10 pe-11 text-base placeholder:text-faint sm:text-[0.9375rem] [&::-webkit-search-cancel-button]:hidden"
        />
        {wanted.words !== "" && (
          <button type="button" aria-label={t("cvs.search.clear")} onClick={clear} className="absolute end-1 grid size-9 place-items-center rounded-lg text-muted hover:bg-raised coarse:end-0 coarse:size-11">
            <CloseIcon size={16} />
          </button>
        )}
      </div>
      {languages.length > 1 && (
        <div role="group" aria-label={t("cvs.filter.language")} className="flex flex-wrap gap-1.5">
          <Choice chosen={wanted.language === null} onChoose={() => onWanted({ ...wanted, language: null })}>
            {t("cvs.filter.all")}
          </Choice>
          {languages.map(({ code, count }) => (
            <Choice key={code} chosen={wanted.language === code} onChoose={() => onWanted({ ...wanted, language: wanted.language === code ? null : code })}>
              {languageName(code)} <span className="digits text-faint in-aria-pressed:text-accent">{count}</span>
            </Choice>
          ))}
        </div>
      )}
    </search>
  );
}

function Choice({ chosen, onChoose, children }: { chosen: boolean; onChoose: () => void; children: React.ReactNode }) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      onClick={onChoose}
      className="min-h-8 rounded-full border border-line px-3 text-[0.8125rem] text-muted transition-colors hover:bg-raised hover:text-ink aria-pressed:border-accent aria-pressed:bg-accent-soft aria-pressed:text-accent coarse:min-h-11"
    >
      {children}
    </button>
  );
}
