/**
 * A PDF to read: one page at a time, with pages to turn, zoom, and the way to the file itself. A chunk of its own, as pdf.js comes with it.
 *
 * It begins at `page` and marks `snippet` there; turning pages keeps the way back. Used by `SourceDrawer` and by the view of a CV.
 */
import { useEffect, useRef, useState, type ReactNode } from "react";
import { useT } from "../i18n/t";
import { Button } from "../ui/Button";
import { IconButton } from "../ui/IconButton";
import { ChevronLeftIcon, ChevronRightIcon, ExternalIcon, PlusIcon, RetryIcon, WarningIcon } from "../ui/icons";
import { Spinner } from "../ui/Spinner";
import { PdfPage } from "./PdfPage";
import { useBoxWidth } from "./useBoxWidth";
import { usePdf } from "./usePdf";

interface PdfViewProps {
  /** The file's address, without `#page`. */
  url: string;
  title: string;
  page?: number;
  snippet?: string | null;
  /** Stands above the page: the passage in words. Told whether it is marked; null while nobody knows. */
  renderNote?: (marked: boolean | null, failed: "gone" | "unreadable" | null) => ReactNode;
}

const ZOOMS = [0.75, 1, 1.25, 1.5, 2, 2.5, 3];
/** Pixels of the ground that are seen left and right of a page: a phone has none to give away. */
const marginOf = (width: number): number => (width < 480 ? 16 : 32);

export default function PdfView({ url, title, page: begin = 1, snippet = null, renderNote }: PdfViewProps) {
  const t = useT();
  const state = usePdf(url);
  const [box, width] = useBoxWidth();
  const [number, setNumber] = useState(begin);
  const [zoom, setZoom] = useState(1);
  const [marked, setMarked] = useState<boolean | null>(null);
  const [broken, setBroken] = useState(false);
  const body = useRef<HTMLDivElement>(null);
  useEffect(() => {
    setNumber(begin);
    setMarked(null);
    setBroken(false);
  }, [url, begin, snippet]);

  const pages = state.status === "open" ? state.pdf.numPages : null;
  const shown = pages === null ? number : Math.min(number, pages);
  const failed = state.status === "failed" ? state.problem : broken ? "unreadable" : null;
  const turn = (by: number) => {
    setNumber(shown + by);
    body.current?.scrollTo({ top: 0 });
  };
  const step = (by: 1 | -1) => setZoom(ZOOMS[Math.min(ZOOMS.length - 1, Math.max(0, ZOOMS.indexOf(zoom) + by))] ?? 1);

  return (
    <div className="flex min-h-0 flex-1 flex-col">
      {renderNote?.(snippet === null || shown !== begin ? null : marked, failed)}
      <div className="flex flex-wrap items-center gap-x-1 border-b border-line px-2 py-1 text-sm text-muted">
        <IconButton small label={t("sources.previous")} icon={<ChevronLeftIcon size={18} />} disabled={pages === null || shown <= 1} onClick={() => turn(-1)} className="disabled:opacity-35" />
        <span className="px-0.5 digits" aria-live="polite">
          {pages === null ? t("sources.page", { page: number }) : t("sources.pageOf", { page: shown, pages })}
        </span>
        <IconButton small label={t("sources.next")} icon={<ChevronRightIcon size={18} />} disabled={pages === null || shown >= pages} onClick={() => turn(1)} className="disabled:opacity-35" />
        {snippet !== null && shown !== begin && (
          <Button look="ghost" size="small" onClick={() => setNumber(begin)}>
            {t("sources.backToPassage", { page: begin })}
          </Button>
        )}
        <span className="ms-auto flex items-center">
          <IconButton small label={t("sources.zoomOut")} icon={<Minus />} disabled={zoom === ZOOMS[0]} onClick={() => step(-1)} className="disabled:opacity-35" />
          <Button look="ghost" size="small" className="px-1.5! digits" aria-label={t("sources.zoom", { percent: Math.round(zoom * 100) })} onClick={() => setZoom(1)}>
            {`${Math.round(zoom * 100)} %`}
          </Button>
          <IconButton small label={t("sources.zoomIn")} icon={<PlusIcon size={18} />} disabled={zoom === ZOOMS.at(-1)} onClick={() => step(1)} className="disabled:opacity-35" />
          <a href={`${url}#page=${shown}`} target="_blank" rel="noopener" className="ms-1 inline-flex min-h-8 items-center gap-1.5 rounded-lg px-2 font-medium transition-colors hover:bg-raised hover:text-ink coarse:min-h-11">
            <ExternalIcon size={16} />
            <span className="max-sm:sr-only">{t("sources.pdf")}</span>
          </a>
        </span>
      </div>
      <div ref={body} className="min-h-0 flex-1 overflow-auto overscroll-contain bg-raised" tabIndex={0} role="region" aria-label={title}>
        <div ref={box} className="h-0" />
        <div className="w-fit min-w-full" style={{ padding: marginOf(width) / 2 }}>
          {state.status === "open" && !broken && (
            <PdfPage pdf={state.pdf} number={shown} width={Math.floor(Math.max(0, width - marginOf(width)) * zoom)} title={title} snippet={shown === begin ? snippet : null} onLooked={setMarked} onFailed={() => setBroken(true)} />
          )}
          {state.status === "opening" && (
            <p className="flex items-center justify-center gap-2 py-24 text-sm text-muted" role="status">
              <Spinner size={16} />
              {t("sources.loading")}
            </p>
          )}
          {failed !== null && (
            <div className="flex flex-col items-center gap-2 px-6 py-20 text-center" role="alert">
              <WarningIcon className="text-faint" size={28} />
              <p className="font-medium">{t("sources.failed")}</p>
              <p className="text-sm text-muted">{t("sources.failed.hint")}</p>
              {state.status === "failed" && state.problem !== "gone" && (
                <Button className="mt-2" icon={<RetryIcon size={16} />} onClick={state.again}>
                  {t("ui.retry")}
                </Button>
              )}
            </div>
          )}
        </div>
      </div>
    </div>
  );
}

function Minus() {
  return (
    <svg aria-hidden="true" width="18" height="18" viewBox="0 0 20 20" fill="none" stroke="currentColor" strokeWidth={1.6} strokeLinecap="round">
      <path d="M4 10h12" />
    </svg>
  );
}
