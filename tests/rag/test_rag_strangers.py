"""Floors under what is found in CVs that nobody here has written: see strangers/README.md. A figure that falls below says its kind, and no question."""

from pathlib import Path

import pytest

from rag.embedders.choice import embedder_named
from rag.evaluation.metrics import Answered, Score, score
from rag.evaluation.questions import Kind
from rag.indexing import Build, build_index
from rag.library import Library
from tests.rag.conftest import indexed
from tests.rag.recorded import Recorded
from tests.rag.strangers import CVS, FIRST, SECOND, SHIPPED, questions

pytestmark = pytest.mark.timeout(300)

FLOORS = {
    "a": {
        Kind.NAME: 1.0,
        Kind.FACT: 0.96,
        Kind.PARAPHRASE: 0.866,
        Kind.CROSS: 0.85,
        Kind.SET: 1.0,
        Kind.FOLLOW_UP: 1.0,
        Kind.NOBODY: 0.866,
    },
    "b": {Kind.NAME: 1.0, Kind.FACT: 1.0, Kind.PARAPHRASE: 0.8, Kind.CROSS: 0.85, Kind.SET: 0.933, Kind.FOLLOW_UP: 0.9, Kind.NOBODY: 1.0},
    "c": {
        Kind.NAME: 1.0,
        Kind.FACT: 1.0,
        Kind.PARAPHRASE: 0.95,
        Kind.CROSS: 1.0,
        Kind.SET: 1.0,
        Kind.FOLLOW_UP: 1.0,
        Kind.NOBODY: 0.944,
    },
    "d": {
        Kind.NAME: 1.0,
        Kind.FACT: 0.933,
        Kind.PARAPHRASE: 0.895,
        Kind.CROSS: 0.866,
        Kind.SET: 1.0,
        Kind.FOLLOW_UP: 0.875,
        Kind.NOBODY: 0.722,
    },
    "e": {Kind.FACT: 1.0, Kind.PARAPHRASE: 0.830, Kind.CROSS: 0.916, Kind.SET: 0.9, Kind.FOLLOW_UP: 1.0, Kind.NOBODY: 0.82},
    "f": {Kind.FACT: 1.0, Kind.PARAPHRASE: 0.9, Kind.CROSS: 0.666, Kind.SET: 0.966, Kind.FOLLOW_UP: 0.875, Kind.NOBODY: 0.861},
}
"""Somebody right among the first three passages; of what no CV answers, the share that is refused. Each is what was reached: a change that moves one down has to say why."""

SETS = {"a": 0.97, "b": 0.922, "c": 0.987, "d": 0.836, "e": 0.839, "f": 0.875}
"""Of all who fit, the share that is found."""


@pytest.fixture(scope="module")
def libraries(tmp_path_factory: pytest.TempPathFactory, model: Recorded) -> dict[Path, Library]:
    return {cvs: indexed(cvs, tmp_path_factory.mktemp(cvs.name), model) for cvs in (FIRST, SECOND, SHIPPED)}


@pytest.mark.parametrize("half", FLOORS)
def test_nothing_that_was_found_is_lost(libraries: dict[Path, Library], half: str) -> None:
    asked_of = [(asked, libraries[cvs]) for cvs in CVS[half] for asked in questions(half, cvs, libraries[cvs])]
    answers = [Answered(asked, library.search(asked.text, asked.history)) for asked, library in asked_of]
    found = {kind: _share(kind, of_kind) for kind, of_kind in score(answers, {}).items()}
    fallen = {kind.value: share for kind, share in found.items() if share < FLOORS[half][kind] - 0.005}
    assert not fallen
    assert (score(answers, {})[Kind.SET].set_recall or 0.0) >= SETS[half] - 0.005


def test_where_the_packaged_model_does_not_run_names_and_facts_are_found_too(tmp_path: Path) -> None:
    build_index(FIRST, tmp_path, Build(embedder_named("wordllama")))
    library = Library(tmp_path, "wordllama")
    answers = [
        Answered(asked, library.search(asked.text, asked.history)) for half in ("a", "b") for asked in questions(half, FIRST, library)
    ]
    found = {kind: _share(kind, of_kind) for kind, of_kind in score(answers, {}).items()}
    floors = {
        Kind.NAME: 0.97,
        Kind.FACT: 0.93,
        Kind.PARAPHRASE: 0.4,
        Kind.CROSS: 0.77,
        Kind.SET: 0.85,
        Kind.FOLLOW_UP: 0.95,
        Kind.NOBODY: 0.76,
    }
    assert {kind.value: share for kind, share in found.items() if share < floors[kind] - 0.005} == {}


def test_everybodys_name_is_read_as_it_stands_in_their_cv(libraries: dict[Path, Library]) -> None:
    names = {cv.name for library in libraries.values() for cv in library.generation().corpus.cvs}
    assert {
        "Aleksandar Petrović",
        "Eleanor Whitcombe",
        "Jean-Baptiste Le Goff",
        "María José Fernández Iglesias",
        "Anneke van der Meulen",
    } <= names


def _share(kind: Kind, of_kind: Score) -> float:
    share = of_kind.refused if kind is Kind.NOBODY else of_kind.recall_3
    assert share is not None
    return share
