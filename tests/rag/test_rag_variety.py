"""Careers that no template of ours has, asked about in many ways: floors under what is found and what is refused, and that names are read as names."""

import pytest

from rag.library import Library
from tests.rag.conftest import PRINTED_ELSEWHERE, indexed, print_all
from tests.rag.recorded import Recorded
from tests.rag.variety import ASKED, PAPERS


@pytest.fixture(scope="module")
def careers(tmp_path_factory: pytest.TempPathFactory, model: Recorded) -> Library:
    folder = tmp_path_factory.mktemp("variety")
    return indexed(print_all(PAPERS, folder / "cvs"), folder / "store", model, PRINTED_ELSEWHERE)


def test_whoever_is_described_is_among_the_first_three(careers: Library) -> None:
    asked = [(question, right) for style, question, right in ASKED if style not in {"everybody", "nobody"}]
    missed = [question for question, right in asked if not right & {hit.cv_id for hit in careers.search(question).hits[:3]}]
    assert len(missed) <= 0.12 * len(asked), missed


def test_everybody_who_fits_is_found(careers: Library) -> None:
    asked = [(question, right) for style, question, right in ASKED if style == "everybody"]
    lacking = [question for question, right in asked if not right <= {hit.cv_id for hit in careers.search(question).hits}]
    assert len(lacking) <= 1, lacking


@pytest.mark.parametrize(
    ("question", "cvs"),
    [
        ("Who lives in Spain?", {"v-benitez", "v-carrasco", "v-olmedo", "v-quiroga"}),
        ("Wer wohnt in Spanien?", {"v-benitez", "v-carrasco", "v-olmedo", "v-quiroga"}),
        ("Who speaks a Slavic language (Polish, Czech or Russian)?", {"v-dudek"}),
        ("Who speaks Finnish?", frozenset[str]()),
        ("Who uses an SAP module (the ERP)?", {"v-rahimi"}),
    ],
)
def test_places_and_languages_are_known(careers: Library, question: str, cvs: set[str]) -> None:
    assert {hit.cv_id for hit in careers.search(question).hits} == cvs


def test_what_nobody_says_is_refused(careers: Library) -> None:
    asked = [question for style, question, _ in ASKED if style == "nobody"]
    answered = [question for question in asked if careers.search(question).answerable]
    assert len(answered) <= 0.1 * len(asked), answered


@pytest.mark.parametrize("question", ["Who can put out fires?", "¿Quién apaga fuegos?", "Wer löscht Brände?", "Qui éteint les incendies ?"])
def test_an_occupation_is_found_by_what_it_does_in_any_language(careers: Library, question: str) -> None:
    assert careers.search(question).hits[0].cv_id == "v-carrasco"


def test_a_surgeon_is_not_answered_by_a_neighbour(careers: Library) -> None:
    assert not careers.search("Who can perform heart surgery?").answerable


def test_an_occupation_that_nobody_has_is_not_answered_by_its_neighbour(careers: Library) -> None:
    assert not careers.search("Wer hat als Bestatter gearbeitet?").answerable


def test_a_slip_of_the_finger_is_mended(careers: Library) -> None:
    assert careers.search("who does litterary translaton").hits[0].cv_id == "v-moreau"


def test_an_employer_asked_for_by_name_is_not_a_product(careers: Library) -> None:
    assert not careers.search("Who worked for Google?").answerable
    assert {hit.cv_id for hit in careers.search("Who knows Google Ads?").hits} == {"v-quiroga"}


def test_names_that_are_words_too_are_names(careers: Library) -> None:
    assert {hit.cv_id for hit in careers.search("where does marco reyes-ito work").hits} == {"v-reyes-ito"}
    assert {"Marco Reyes-Ito", "Gwendolyn Thorne"} <= {cv.name for cv in careers.generation().corpus.cvs}
