"""One resume file as context: JSON Resume told as text, Markdown as it is, and sentences for what is wrong."""

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.application.ports import Context
from app.domain.chat.entities import Assistant
from app.infrastructure.context.document_files import UnreadableDocument
from app.infrastructure.context.full_resume import FullResume
from tests.processes import ROOT


async def find(path: Path) -> Context:
    return await FullResume(path).find("Where did she study?", [], Assistant.RESUME)


async def told(tmp_path: Path, resume: Any) -> str:
    path = tmp_path / "resume.json"
    path.write_text(json.dumps(resume), "utf-8")
    return (await find(path)).passages[0].text


async def test_a_json_resume_becomes_one_passage_of_sections(tmp_path: Path) -> None:
    text = await told(
        tmp_path,
        {
            "basics": {"name": "Ada Example", "label": "Engineer", "summary": "I build engines.", "location": {"city": "London"}},
            "work": [{"name": "Analytical", "position": "Lead", "startDate": "2020-01", "highlights": ["I led five people."]}],
            "education": [{"institution": "Northern School", "area": "Mathematics", "startDate": "2010", "endDate": "2014"}],
            "languages": [{"language": "Catalan", "fluency": "Native speaker"}],
        },
    )
    assert text == (
        "# Ada Example\n\n"
        "## Profile\n\nI build engines.\nEngineer.\nLives in London.\n\n"
        "## Experience\n\nWorks as Lead at Analytical since 2020-01.\n- I led five people.\n\n"
        "## Education\n\nStudied Mathematics at Northern School from 2010 to 2014.\n\n"
        "## Languages\n\nSpeaks Catalan: Native speaker.\n"
    )


async def test_the_source_has_the_passage_s_number_and_names_the_person(tmp_path: Path) -> None:
    path = tmp_path / "cv-2026.json"
    path.write_text('{"basics": {"name": "Ada Example", "summary": "I build engines. I test them. I sell them."}}', "utf-8")
    context = await find(path)
    [passage], [source] = context.passages, context.sources
    assert (passage.n, passage.title) == (1, "Ada Example")
    assert (source.n, source.cv_id, source.candidate, source.section, source.page) == (1, "cv-2026", "Ada Example", "Resume", 1)
    assert source.snippet == "I build engines. I test them."


async def test_nulls_numbers_old_names_and_unknown_keys_do_no_harm(tmp_path: Path) -> None:
    text = await told(
        tmp_path,
        {
            "basics": {"name": None, "location": None, "image": "x.png"},
            "work": [{"company": "Analytical", "endDate": 2020, "highlights": None}],
            "education": [{"gpa": 3.9}],
            "meta": {"theme": "flat"},
        },
    )
    assert text.startswith("# Resume\n")
    assert "Worked at Analytical until 2020." in text
    assert "Studied, result 3.9." in text


@pytest.mark.parametrize("name", ["resume.md", "resume.txt"])
async def test_markdown_and_text_stay_as_they_are(tmp_path: Path, name: str) -> None:
    content = "# Ada Example\n\nI build engines.\n"
    (tmp_path / name).write_text(content, "utf-8")
    context = await find(tmp_path / name)
    assert (context.passages[0].title, context.passages[0].text) == ("Ada Example", content)


async def test_an_edited_resume_is_read_again_an_unchanged_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "resume.md"
    path.write_text("# Ada Example\n\nI live in Rome.\n", "utf-8")
    resume = FullResume(path)
    first = await resume.find("", [], Assistant.RESUME)
    assert await resume.find("", [], Assistant.RESUME) is first
    path.write_text("# Ada Example\n\nI live in Oslo.\n", "utf-8")
    os.utime(path, ns=(1, 1))
    assert "Oslo" in (await resume.find("", [], Assistant.RESUME)).passages[0].text


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("resume.json", '{\n  "basics": {\n    "name": "Ada",\n  }\n}', r"resume\.json, line \d: this is not valid JSON"),
        ("resume.json", "[]", r"resume\.json, line 1: Input should be"),
        ("resume.json", "{}", r"resume\.json, line 1: none of a resume's sections"),
        ("resume.json", '{"work": [{"highlights": {"a": 1}}]}', r"resume\.json, work\[0\]\.highlights: Input should be a valid list\."),
        ("resume.json", "[" * 100_000, r"resume\.json, line 1: it is nested too deeply\."),
        ("resume.yaml", "work:\n  - name: Analytical\n   position: Lead\n", r"resume\.yaml, line 3: this is not valid YAML"),
        ("resume.yml", "a: &a [x]\nb: [*a, *a]\n", r"resume\.yml, line 2: this is not valid YAML \(references"),
        ("resume.yaml", "work: 2021\n", r"resume\.yaml, work: Input should be a valid list"),
        ("resume.yaml", "!!python/object:os.system x", r"resume\.yaml, line 1: this is not valid YAML"),
        ("resume.yaml", "", r"resume\.yaml, line 1: "),
        ("resume.docx", "x", r"resume\.docx is no resume: RESUME_PATH must name"),
        ("resume.md", " \n", r"resume\.md, line 1: the resume is empty\."),
        ("resume.pdf", "%PDF", r"resume\.pdf, page 1: it is not a PDF, or truncated\."),
    ],
)
async def test_what_is_wrong_is_one_sentence_that_names_the_place(tmp_path: Path, name: str, content: str, complaint: str) -> None:
    (tmp_path / name).write_text(content, "utf-8")
    with pytest.raises(UnreadableDocument, match=complaint):
        await FullResume(tmp_path / name).check()


async def test_a_missing_file_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(UnreadableDocument, match=r"There is no file .*resume\.json: let RESUME_PATH name"):
        await find(tmp_path / "resume.json")


async def test_a_folder_is_not_a_resume(tmp_path: Path) -> None:
    (tmp_path / "resume.md").mkdir()
    with pytest.raises(UnreadableDocument, match=r"resume\.md is not a file"):
        await find(tmp_path / "resume.md")


async def test_the_resume_that_comes_with_the_product() -> None:
    context = await find(Path(__file__).parents[3] / "data" / "resume.json")
    text = context.passages[0].text
    sections = ["Profile", "Experience", "Education", "Projects", "Skills", "Languages", "Certificates"]
    assert [section for section in sections if f"## {section}\n" not in text] == []


SIMPLE = {
    "name": "Ada Example",
    "title": "Engineer",
    "email": "ada@example.org",
    "location": "London",
    "summary": "I build engines.",
    "experience": [
        {
            "company": "Analytical",
            "title": "Lead",
            "start": "2020-01",
            "end": "2023-05",
            "description": "Steam.",
            "achievements": ["I led five people."],
            "technologies": ["Brass", "Punched cards"],
            "team_size": 5,
        }
    ],
    "skills": {"languages": ["Python", "French"], "tools": "Lathe"},
    "education": [{"school": "Northern School", "degree": "BSc", "field": "Mathematics", "year": 2014}],
    "projects": [{"name": "Engine", "description": "It computes.", "technologies": ["Brass"], "link": "https://example.org"}],
    "certifications": ["First Aid"],
    "languages": [{"name": "Catalan", "level": "Native"}, "Latin"],
    "openSource": ["Contributor to the Difference Engine"],
    "availability": {"notice_period": "3 months"},
}
SIMPLE_TOLD = (
    "# Ada Example\n\n"
    "## Profile\n\nI build engines.\nEngineer.\nLives in London.\nContact: ada@example.org.\n\n"
    "## Experience\n\nWorked as Lead at Analytical from 2020-01 to 2023-05.\nSteam.\n- I led five people.\nWith Brass, Punched cards.\n"
    "Team size: 5.\n\n"
    "## Education\n\nStudied Mathematics at Northern School, BSc until 2014.\n\n"
    "## Projects\n\nProject Engine.\nIt computes.\nWith Brass.\nAddress: https://example.org.\n\n"
    "## Skills\n\nlanguages: Python, French.\ntools: Lathe.\n\n"
    "## Languages\n\nSpeaks Catalan: Native.\nSpeaks Latin.\n\n"
    "## Certificates\n\nFirst Aid.\n\n"
    "## Open source\n\n- Contributor to the Difference Engine\n\n"
    "## Availability\n\n- Notice period: 3 months\n"
)


async def test_the_simpler_sections_that_people_write_are_understood_and_nothing_is_left_out(tmp_path: Path) -> None:
    assert await told(tmp_path, SIMPLE) == SIMPLE_TOLD


async def test_yaml_says_the_same_as_json_and_its_dates_stay_text(tmp_path: Path) -> None:
    path = tmp_path / "resume.yaml"
    path.write_text(yaml.safe_dump(SIMPLE, sort_keys=False, allow_unicode=True), "utf-8")
    assert (await find(path)).passages[0].text == SIMPLE_TOLD
    path.write_text("name: Ada\nwork:\n  - company: Analytical\n    start: 2020-01-02\n    end: ~\n    remote: yes\n", "utf-8")
    text = (await find(path)).passages[0].text
    assert "Works at Analytical since 2020-01-02." in text
    assert "Remote: yes." in text


async def test_a_pdf_gives_its_text(tmp_path: Path) -> None:
    shutil.copy(ROOT / "cv_generation" / "data" / "cvs" / "002-kimberly-robbins.pdf", tmp_path / "resume.pdf")
    context = await find(tmp_path / "resume.pdf")
    assert "Kimberly Robbins".casefold() in context.passages[0].text.casefold()
    assert len(context.passages[0].text) > 500


async def test_an_edit_that_makes_no_sense_changes_nothing_but_the_problem(tmp_path: Path) -> None:
    path = tmp_path / "resume.json"
    path.write_text('{"name": "Ada Example", "summary": "I build."}', "utf-8")
    resume = FullResume(path)
    first = await resume.find("", [], Assistant.RESUME)
    assert resume.problem == ""
    path.write_text('{"name": "Ada Example"', "utf-8")
    assert await resume.find("", [], Assistant.RESUME) is first
    assert "resume.json, line 1: this is not valid JSON" in resume.problem
    path.unlink()
    assert await resume.find("", [], Assistant.RESUME) is first
    assert resume.problem.startswith("There is no file")
    path.write_text('{"name": "Ada Other", "summary": "I build."}', "utf-8")
    assert "Ada Other" in (await resume.find("", [], Assistant.RESUME)).passages[0].text
    assert resume.problem == ""


async def test_a_resume_has_a_largest_size(tmp_path: Path) -> None:
    path = tmp_path / "resume.md"
    path.write_text("x" * 200_001, "utf-8")
    with pytest.raises(UnreadableDocument, match="has 200001 bytes, but a document may have at most 200000"):
        await find(path)


async def test_the_example_that_comes_along_is_a_whole_one() -> None:
    text = (await find(ROOT / "data" / "resume.json")).passages[0].text
    for section in ("Profile", "Experience", "Education", "Projects", "Skills", "Languages", "Certificates"):
        assert f"\n## {section}\n" in text
