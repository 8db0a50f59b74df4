/** All CVs, with a search over what the index has read from them and a choice of the CV's language. Every state of it is here. */
import { useDeferredValue, useMemo, useState } from "react";
import { Problem } from "../api/client";
import { useCvs } from "../api/queries";
import type { Cv } from "../api/types";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { DocumentIcon, RetryIcon, SearchIcon, WarningIcon } from "../ui/icons";
import { Skeleton } from "../ui/Skeleton";
import { CvCard } from "./CvCard";
import { CvSearch } from "./CvSearch";
import { fitting, languagesOf, type Wanted } from "./find";

const EVERYTHING: Wanted = { words: "", language: null };

export function CvGallery() {
  const t = useT();
  const { data: cvs, error, isPending, isFetching, refetch } = useCvs();
  const [wanted, setWanted] = useState(EVERYTHING);
  const asked = useDeferredValue(wanted);
  const shown = useMemo(() => fitting(cvs ?? [], asked), [cvs, asked]);

  return (
    <div className="mx-auto w-full max-w-5xl px-4 pt-4 pb-12 sm:px-6 sm:pt-8">
      <h1 className="text-2xl font-semibold tracking-tight sm:text-3xl">{t("cvs.title")}</h1>
      <p className="mt-1 text-muted">{t("cvs.lead")}</p>
      {cvs !== undefined && cvs.length > 0 && <CvSearch wanted={wanted} languages={languagesOf(cvs)} onWanted={setWanted} />}
      <p role="status" className={cvs === undefined || cvs.length === 0 ? "sr-only" : "mt-4 mb-2 text-[0.8125rem] text-faint"}>
        {cvs !== undefined && (shown.length === cvs.length ? t("cvs.count", { n: cvs.length }) : t("cvs.shown", { n: shown.length, all: cvs.length }))}
      </p>
      {cvs !== undefined ? (
        <Cards cvs={cvs} shown={shown} wanted={asked} onAll={() => setWanted(EVERYTHING)} />
      ) : isPending || isFetching ? (
        <Loading building={error instanceof Problem && error.code === "index_building"} />
      ) : (
        <EmptyState
          icon={<WarningIcon />}
          title={t("cvs.failed")}
          action={
            <Button icon={<RetryIcon size={16} />} onClick={() => void refetch()}>
              {t("ui.retry")}
            </Button>
          }
        >
          {error.message}
        </EmptyState>
      )}
    </div>
  );
}

function Cards({ cvs, shown, wanted, onAll }: { cvs: readonly Cv[]; shown: readonly Cv[]; wanted: Wanted; onAll: () => void }) {
  const t = useT();
  if (cvs.length === 0)
    return (
      <EmptyState icon={<DocumentIcon />} title={t("cvs.empty")}>
        {t("cvs.empty.hint")}
      </EmptyState>
    );
  if (shown.length === 0)
    return (
      <EmptyState
        icon={<SearchIcon />}
        title={wanted.words.trim() === "" ? t("cvs.none.filter") : t("cvs.none", { q: wanted.words.trim() })}
        action={<Button onClick={onAll}>{t("cvs.none.clear")}</Button>}
      >
        {t("cvs.none.hint")}
      </EmptyState>
    );
  return (
    <ul className="grid grid-cols-1 gap-3 lg:grid-cols-2">
      {shown.map((cv) => (
        <CvCard key={cv.cv_id} cv={cv} />
      ))}
    </ul>
  );
}

function Loading({ building }: { building: boolean }) {
  const t = useT();
  return (
    <div role="status" className="mt-6">
      <span className={building ? "mb-4 block text-sm text-muted" : "sr-only"}>{building ? t("cvs.building") : t("ui.loading")}</span>
      <div className="grid gap-3 lg:grid-cols-2">
        {Array.from({ length: 8 }, (_, index) => (
          <Skeleton key={index} className="h-39.5 rounded-2xl" />
        ))}
      </div>
    </div>
  );
}
