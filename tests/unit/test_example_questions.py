"""Example questions fit the CVs really there: whom they name is there, and what they ask for somebody has."""

import pytest

from app.application.assistants.describe_assistants import DescribeAssistants
from app.application.assistants.example_questions import questions_about_cvs
from app.application.assistants.language import Language
from app.application.cvs.library import CvCard, CvPage, CvSkill
from app.domain.chat.entities import Assistant
from app.domain.chat.errors import Unavailable


def card(name: str, skills: tuple[str, ...] = (), **rest: tuple[str, ...]) -> CvCard:
    return CvCard(name.lower(), name, "", f"{name}.pdf", 1, "en", skills=tuple(CvSkill(skill) for skill in skills), **rest)


PEOPLE = [
    card("Ada", ("Welding", "Python"), employers=("Acme",), spoken=("German",)),
    card("Bob", ("Python", "Excel"), spoken=("German", "French")),
    card("Cleo", ("Excel", "Python"), schools=("MIT",)),
]


def test_each_kind_of_question_asks_for_what_is_there() -> None:
    assert questions_about_cvs(PEOPLE, Language.ENGLISH) == (
        "Who knows Python?",
        "What did Ada do at Acme?",
        "Who speaks German?",
        "Where did Cleo study?",
    )


def test_in_spanish_no_language_is_asked_for_under_its_english_name() -> None:
    questions = questions_about_cvs(PEOPLE, Language.SPANISH)
    assert "¿Quién sabe de Python?" in questions
    assert not any("German" in question for question in questions)


def test_what_everybody_or_nobody_else_has_is_not_asked_for() -> None:
    crowd = [card(f"P{n}", ("Office", *(("Rare",) if n == 0 else ()), *(("Some",) if n < 3 else ()))) for n in range(9)]
    assert questions_about_cvs(crowd, Language.ENGLISH) == ("Who knows Some?",)


def test_no_cvs_no_questions() -> None:
    assert questions_about_cvs([], Language.ENGLISH) == ()


class Broken:
    async def page(self, after: str, limit: int) -> CvPage:
        raise Unavailable("index_building", "The CVs are still being indexed. Ask again in a moment.")


async def test_an_index_that_cannot_be_read_is_a_reason() -> None:
    cvs, resume = await DescribeAssistants(Broken()).execute(Language.ENGLISH)  # pyright: ignore[reportArgumentType] - only pages are read
    assert (cvs.assistant, cvs.examples, cvs.documents) == (Assistant.CVS, (), 0)
    assert cvs.unavailable == "The CVs are still being indexed. Ask again in a moment."
    assert resume.unavailable is None


@pytest.mark.parametrize("name", ["", "x" * 41])
def test_what_was_hardly_read_right_is_not_asked_about(name: str) -> None:
    assert questions_about_cvs([card(name, employers=("Acme",), schools=("MIT",))], Language.ENGLISH) == ()
