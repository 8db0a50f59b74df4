/** The pages `/cvs` and `/cvs/:cvId`. The gallery stays behind an open CV, so the way back leads to the same place in the same list. */
import { useEffect, useRef } from "react";
import { useCv } from "../api/queries";
import { useT } from "../i18n/t";
import { useRoute } from "../routes";
import { useTitle } from "../ui/useTitle";
import { CvGallery } from "./CvGallery";
import { CvView } from "./CvView";

export function CvsPage() {
  const route = useRoute();
  const cvId = route.page === "cvs" ? route.cvId : null;
  const t = useT();
  const cv = useCv(cvId).data;
  useTitle(cvId === null ? t("cvs.title") : cv?.candidate);
  const list = useRef<HTMLDivElement>(null);
  const seen = useRef<string | null>(null);
  useEffect(() => {
    if (cvId !== null) seen.current = cvId;
    else if (seen.current !== null) list.current?.querySelector<HTMLElement>(`[data-cv="${CSS.escape(seen.current)}"]`)?.focus({ preventScroll: true });
  }, [cvId]);
  return (
    <>
      <div ref={list} hidden={cvId !== null} className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
        <CvGallery />
      </div>
      {cvId !== null && (
        <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain">
          <CvView key={cvId} cvId={cvId} />
        </div>
      )}
    </>
  );
}
