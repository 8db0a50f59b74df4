"""One resume file as context: JSON Resume told as text, Markdown as it is, and sentences for what is wrong."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from app.application.ports import Context
from app.domain.chat.entities import Assistant
from app.infrastructure.context.document_files import UnreadableDocument
from app.infrastructure.context.full_resume import FullResume


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
        ("resume.json", "{}", r"resume\.json, line 1: none of the sections"),
        ("resume.json", '{"work": [{"highlights": "led"}]}', r"resume\.json, work\[0\]\.highlights: Input should be a valid list\."),
        ("resume.md", " \n", r"resume\.md, line 1: the resume is empty\."),
        ("resume.pdf", "%PDF", r"resume\.pdf is no resume: RESUME_PATH must name"),
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
    with pytest.raises(UnreadableDocument, match=r"resume\.md cannot be read: Is a directory\."):
        await find(tmp_path / "resume.md")


async def test_the_resume_that_comes_with_the_product() -> None:
    context = await find(Path(__file__).parents[3] / "data" / "resume.json")
    text = context.passages[0].text
    sections = ["Profile", "Experience", "Education", "Projects", "Skills", "Languages", "Certificates"]
    assert [section for section in sections if f"## {section}\n" not in text] == []
