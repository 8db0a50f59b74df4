"""From any layout to a name, jobs, skills with years and spoken languages."""

from pathlib import Path
from typing import Any

import pytest

from rag.cv import read_cv
from rag.headings import Section, section_of
from tests.rag.dev_set import PAPERS
from tests.rag.papers import PRINTERS, Paper


@pytest.mark.parametrize("printer", PRINTERS)
@pytest.mark.parametrize("paper", PAPERS, ids=lambda paper: paper.stem)
def test_whose_cv_and_which_jobs(printer: Any, paper: Paper, tmp_path: Path) -> None:
    printer(paper, tmp_path / f"{paper.stem}.pdf")
    cv = read_cv(tmp_path / f"{paper.stem}.pdf")
    assert cv.facts.name.casefold() == paper.name.casefold()
    jobs = [chunk for chunk in cv.chunks if chunk.section is Section.EXPERIENCE and not chunk.continued]
    assert len(jobs) == len(paper.jobs)
    for chunk, job in zip(jobs, paper.jobs, strict=True):
        assert job.employer in chunk.text.replace("\n", " ")
        assert " ".join(job.lines[0].split()[:3]) in chunk.text.replace("\n", " ")
    assert sum(chunk.section is Section.EDUCATION for chunk in cv.chunks) == len(paper.studies)


def test_skills_with_years_and_languages(tmp_path: Path) -> None:
    for printer in PRINTERS:
        printer(PAPERS[0], tmp_path / "okafor.pdf")
        facts = read_cv(tmp_path / "okafor.pdf").facts
        assert {(skill.key, skill.years) for skill in facts.skills} >= {("kubernet", 6), ("terraform", 7), ("python", 9), ("go", None)}, (
            printer
        )
        assert {"english", "spanish"} <= set(facts.spoken), printer


@pytest.mark.parametrize(
    ("line", "section"),
    [
        ("WORK EXPERIENCE", Section.EXPERIENCE),
        ("E X P E R I E N C E", Section.EXPERIENCE),
        ("2. Berufserfahrung", Section.EXPERIENCE),
        ("Formación académica:", Section.EDUCATION),
        ("Skills & Languages", Section.SKILLS),
        ("Centres d’intérêt", Section.INTERESTS),
        ("Competenze linguistiche", Section.LANGUAGES),
        ("Senior Experience Designer", None),
        ("Worked with languages and tools", None),
    ],
)
def test_headings(line: str, section: Section | None) -> None:
    assert section_of(line) is section
