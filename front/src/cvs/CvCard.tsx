/** One CV in the gallery: its first page, who it is, and what they can do. The whole card is the link. */
import type { Cv } from "../api/types";
import { useT } from "../i18n/t";
import { cvPath, follow } from "../routes";
import { languageName } from "./languages";
import { Thumbnail } from "./Thumbnail";

const SKILLS = 5;

export function CvCard({ cv }: { cv: Cv }) {
  const t = useT();
  return (
    <li className="[contain-intrinsic-size:auto_9.5rem] [content-visibility:auto]">
      <a
        href={cvPath(cv.cv_id)}
        onClick={follow}
        data-cv={cv.cv_id}
        className="ring-inside flex h-full gap-4 rounded-2xl border border-line bg-surface p-3 transition-colors duration-100 hover:border-edge hover:bg-raised"
      >
        <Thumbnail cv={cv} />
        <span className="flex min-w-0 flex-1 flex-col py-0.5">
          <span className="truncate font-semibold">{cv.candidate}</span>
          {cv.headline !== "" && <span className="mt-0.5 line-clamp-2 text-sm text-pretty text-muted">{cv.headline}</span>}
          {cv.skills.length > 0 && (
            <span className="mt-1.5 line-clamp-2 text-[0.8125rem] text-faint">
              {cv.skills
                .slice(0, SKILLS)
                .map((skill) => skill.name)
                .join(" · ")}
            </span>
          )}
          <span className="mt-auto pt-2 text-xs text-faint">
            {cv.language !== "" && `${languageName(cv.language)} · `}
            {t("cvs.pages", { n: cv.pages })}
          </span>
        </span>
      </a>
    </li>
  );
}
