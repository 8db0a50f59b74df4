"""The held-out CVs and questions: a floor under what is promised for CVs that nobody here has seen."""

from pathlib import Path

import pytest

from rag.embedders.choice import embedder_named
from rag.indexing import Build, build_index
from rag.library import Library
from tests.rag.conftest import print_all
from tests.rag.held_out import ASKED, PAPERS
from tests.rag.papers import PRINTERS


@pytest.mark.parametrize("shift", range(len(PRINTERS)))
def test_most_questions_about_unseen_cvs_are_answered_right(shift: int, tmp_path: Path) -> None:
    build_index(print_all(PAPERS, tmp_path / "cvs", shift), tmp_path / "store", Build(embedder_named()))
    library = Library(tmp_path / "store")
    missed = [question for question, right in ASKED if right and not right <= {hit.cv_id for hit in library.search(question).hits}]
    answered = [question for question, right in ASKED if not right and library.search(question).answerable]
    assert len(missed) <= 5, missed
    assert len(answered) <= 1, answered
