/** What the index has read from a CV, by kind. What it could not find is left out, and the page says so. */
import type { ReactNode } from "react";
import type { Cv } from "../api/types";
import { useT } from "../i18n/t";
import { languageName, spokenName } from "./languages";

export function CvFacts({ cv }: { cv: Cv }) {
  const t = useT();
  return (
    <section aria-label={t("cvs.facts")} tabIndex={0} className="rounded-lg shrink-0 lg:w-72 lg:overflow-y-auto lg:pe-2">
      <dl className="grid gap-x-6 gap-y-4 text-sm sm:grid-cols-2 lg:grid-cols-1">
        {cv.skills.length > 0 && (
          <Fact name={t("cvs.skills")}>
            <ul className="flex flex-wrap gap-1.5">
              {cv.skills.map((skill) => (
                <li key={skill.name} className="rounded-lg bg-raised px-2 py-0.5">
                  {skill.name}
                  {skill.years !== null && <span className="text-muted"> · {t("cvs.years", { n: skill.years })}</span>}
                </li>
              ))}
            </ul>
          </Fact>
        )}
        <List name={t("cvs.spoken")} items={cv.spoken.map(spokenName)} />
        <List name={t("cvs.roles")} items={cv.roles} />
        <List name={t("cvs.employers")} items={cv.employers} />
        <List name={t("cvs.education")} items={[...cv.degrees, ...cv.schools]} />
        <Fact name={t("cvs.file")}>
          <span className="break-all">{cv.file}</span>
          <br />
          <span className="text-muted">
            {cv.language !== "" && `${languageName(cv.language)} · `}
            {t("cvs.pages", { n: cv.pages })}
          </span>
        </Fact>
      </dl>
      <p className="mt-4 text-xs text-pretty text-faint">{t("cvs.readFrom")}</p>
    </section>
  );
}

function List({ name, items }: { name: string; items: readonly string[] }) {
  if (items.length === 0) return null;
  return (
    <Fact name={name}>
      <ul className="flex flex-col gap-0.5">
        {items.map((item, index) => (
          <li key={index} className="text-pretty">
            {item}
          </li>
        ))}
      </ul>
    </Fact>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt className="mb-1 text-xs font-medium text-faint">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
