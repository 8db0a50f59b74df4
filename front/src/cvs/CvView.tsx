/** One CV: what the index has read from it beside the PDF itself, and the way to ask about this person. */
import { useEffect, useRef } from "react";
import { Problem } from "../api/client";
import { useCv } from "../api/queries";
import type { Cv } from "../api/types";
import { useT } from "../i18n/t";
import { follow } from "../routes";
import { Button } from "../ui/Button";
import { EmptyState } from "../ui/EmptyState";
import { ChevronLeftIcon, NewChatIcon, RetryIcon, WarningIcon } from "../ui/icons";
import { part } from "../ui/part";
import { Skeleton } from "../ui/Skeleton";
import { Spinner } from "../ui/Spinner";
import { askAbout } from "./ask";
import { CvFacts } from "./CvFacts";

const PdfView = part(
  () => import("../sources/PdfView").then((code) => code.default),
  <span className="m-auto text-muted">
    <Spinner size={18} />
  </span>,
);

export function CvView({ cvId }: { cvId: string }) {
  const t = useT();
  const { data: cv, error, refetch } = useCv(cvId);
  if (cv !== undefined) return <Shown cv={cv} />;
  const gone = error instanceof Problem && error.status === 404;
  return (
    <div className="mx-auto w-full max-w-6xl px-4 pt-3 sm:px-6">
      <Back />
      {error === null ? (
        <div role="status" className="mt-4 flex flex-col gap-3">
          <span className="sr-only">{t("ui.loading")}</span>
          <Skeleton className="h-9 w-64" />
          <Skeleton className="h-5 w-96 max-w-full" />
          <Skeleton className="mt-4 h-[60dvh] w-full rounded-2xl" />
        </div>
      ) : (
        <EmptyState
          icon={<WarningIcon />}
          title={t(gone ? "cvs.gone" : "cvs.failed")}
          action={
            gone ? undefined : (
              <Button icon={<RetryIcon size={16} />} onClick={() => void refetch()}>
                {t("ui.retry")}
              </Button>
            )
          }
        >
          {gone ? t("cvs.gone.hint") : error.message}
        </EmptyState>
      )}
    </div>
  );
}

function Shown({ cv }: { cv: Cv }) {
  const t = useT();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus({ preventScroll: true }), [cv.cv_id]);
  return (
    <div className="mx-auto flex min-h-full w-full max-w-6xl flex-col px-4 pt-3 pb-6 sm:px-6 lg:h-full lg:min-h-0 lg:pb-4">
      <Back />
      <div className="mt-2 mb-4 flex flex-wrap items-center gap-x-6 gap-y-3">
        <div className="min-w-0 flex-1 basis-64">
          <h1 ref={heading} tabIndex={-1} className="text-2xl font-semibold tracking-tight text-balance sm:text-3xl">
            {cv.candidate}
          </h1>
          {cv.headline !== "" && <p className="mt-1 text-pretty text-muted">{cv.headline}</p>}
        </div>
        <Button look="primary" icon={<NewChatIcon size={18} />} onClick={() => askAbout(cv, t)}>
          {t("cvs.ask")}
        </Button>
      </div>
      <div className="flex min-h-0 flex-1 flex-col gap-5 lg:flex-row lg:gap-7">
        <CvFacts cv={cv} />
        <section aria-label={t("cvs.document", { candidate: cv.candidate })} className="flex h-[85dvh] min-w-0 flex-1 overflow-hidden rounded-2xl border border-line bg-surface lg:h-auto">
          <PdfView url={cv.pdf_url} title={cv.candidate} />
        </section>
      </div>
    </div>
  );
}

function Back() {
  const t = useT();
  return (
    <a href="/cvs" onClick={follow} className="-ms-2 inline-flex min-h-9 items-center gap-0.5 self-start rounded-lg pe-2.5 ps-1 text-sm text-muted transition-colors hover:bg-raised hover:text-ink coarse:min-h-11">
      <ChevronLeftIcon size={18} />
      {t("cvs.back")}
    </a>
  );
}
