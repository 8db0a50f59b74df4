"""Births, careers, current jobs and certificates, asked of CVs from several tools: everybody who states it is found, and nobody else."""

import pytest

from rag.library import Library
from tests.rag.conftest import PRINTED_ELSEWHERE, indexed, print_all
from tests.rag.lives import ASKED, PAPERS, SHIFTS
from tests.rag.recorded import Recorded


@pytest.fixture(scope="module", params=SHIFTS)
def lives(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, model: Recorded) -> Library:
    folder = tmp_path_factory.mktemp("lives")
    return indexed(print_all(PAPERS, folder / "cvs", request.param), folder / "store", model, PRINTED_ELSEWHERE)


@pytest.mark.parametrize(("question", "cvs"), ASKED)
def test_everybody_who_states_it_is_found_and_nobody_else(lives: Library, question: str, cvs: frozenset[str]) -> None:
    assert {hit.cv_id for hit in lives.search(question).hits} == cvs


def test_what_shows_a_birth_is_the_passage_that_states_it(lives: Library) -> None:
    hits = lives.search("Who was born before 1970?").hits
    assert [hit.cv_id for hit in hits] == ["l-hauser"]
    assert "1966" in hits[0].text
