/** The sources of an answer, below it: one chip a candidate with a number for each passage. Many collapse to the first few. */
import { useState } from "react";
import type { Source } from "../api/types";
import { useT } from "../i18n/t";
import { ChevronDownIcon } from "../ui/icons";
import { groupsOf, type Group } from "./groups";
import { sectionName } from "./section";

const AT_FIRST = 4;

export function SourceChips({ sources, onOpen }: { sources: readonly Source[]; onOpen: (source: Source) => void }) {
  const t = useT();
  const [all, setAll] = useState(false);
  const groups = groupsOf(sources);
  if (groups.length === 0) return null;
  // One more than fits is not worth a button.
  const shown = all || groups.length <= AT_FIRST + 1 ? groups : groups.slice(0, AT_FIRST);
  const hidden = groups.length - shown.length;
  return (
    <section aria-label={t("sources.title")} className="mt-3">
      <ul className="flex flex-wrap gap-1.5">
        {shown.map((group) => (
          <Chip key={group.key} group={group} onOpen={onOpen} />
        ))}
        {(hidden > 0 || all) && groups.length > AT_FIRST + 1 && (
          <li>
            <button type="button" aria-expanded={all} onClick={() => setAll(!all)} className="inline-flex min-h-9 items-center gap-1 rounded-xl px-2.5 text-[0.8125rem] text-muted transition-colors hover:bg-raised hover:text-ink coarse:min-h-11">
              {all ? t("sources.fewer") : t("sources.more", { n: hidden })}
              <ChevronDownIcon size={16} className={all ? "rotate-180" : ""} />
            </button>
          </li>
        )}
      </ul>
    </section>
  );
}

function Chip({ group, onOpen }: { group: Group; onOpen: (source: Source) => void }) {
  const t = useT();
  const [only] = group.sources;
  const single = group.sources.length === 1 && only !== undefined;
  if (single)
    return (
      <li className="max-w-full">
        <button type="button" onClick={() => onOpen(only)} className="group inline-flex min-h-9 max-w-full items-center gap-1.5 rounded-xl border border-line bg-surface py-1 ps-1.5 pe-2.5 text-[0.8125rem] transition-colors hover:bg-raised coarse:min-h-11">
          <Number n={only.n} />
          <span className="truncate font-medium">{only.candidate}</span>
          <span className="sr-only">, </span>
          <span className="shrink-0 text-muted">
            {t("sources.page", { page: only.page })} · {sectionName(t, only.section)}
          </span>
        </button>
      </li>
    );
  return (
    <li className="flex max-w-full flex-wrap items-center rounded-xl border border-line bg-surface px-1 text-[0.8125rem]">
      <span className="truncate px-1.5 font-medium">{group.candidate}</span>
      {group.sources.map((source) => (
        <button key={source.n} type="button" onClick={() => onOpen(source)} className="inline-flex min-h-8.5 items-center gap-1 rounded-lg px-1 text-muted transition-colors hover:bg-raised hover:text-ink coarse:min-h-11 coarse:px-1.5">
          <Number n={source.n} />
          <span className="sr-only">{source.candidate}, </span>
          {t("sources.page", { page: source.page })}
          <span className="max-sm:sr-only">· {sectionName(t, source.section)}</span>
        </button>
      ))}
    </li>
  );
}

/** Who listens hears a whole name, made of what is seen and what goes without saying there. */
function Number({ n }: { n: number }) {
  const t = useT();
  return (
    <>
      <span className="sr-only">{t("sources.source")} </span>
      <span className="grid h-5 min-w-5 shrink-0 place-items-center rounded-md bg-accent-soft px-1 text-xs font-semibold text-accent digits">{n}</span>
    </>
  );
}
