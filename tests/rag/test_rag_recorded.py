"""The record of what the embedding model says: this machine's model agrees with it, what lacks is an error or is computed, and nothing else is written."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.embedders import packaged_e5
from rag.embedders.packaged_e5 import PackagedE5
from rag.embedders.port import Embedder, Vectors
from rag.indexing import Build, build_index
from rag.library import Library
from tests.rag.conftest import indexed
from tests.rag.recorded import RECORD, NotRecorded, Recorded
from tests.rag.strangers import FIRST, questions

needs_e5 = pytest.mark.skipif(not packaged_e5.can_run(), reason="the packaged model has no build for this machine")
EVERY = 12
"""Of so many recorded texts one is computed."""


class Listening:
    """Passes on what a model is asked, and knows it afterwards."""

    name, dimension, multilingual = Recorded.name, Recorded.dimension, Recorded.multilingual

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self.passages = dict[str, None]()
        self.questions = dict[str, None]()

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        self.passages.update(dict.fromkeys(texts))
        return self._model.embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.questions.update(dict.fromkeys(texts))
        return self._model.embed_queries(texts)


@needs_e5
def test_this_machines_model_says_what_is_recorded(model: Recorded, tmp_path: Path) -> None:
    """CVs and questions in seven languages; each text's nearest among all recorded ones is itself."""
    listening = Listening(model)
    build_index(FIRST, tmp_path, Build(listening))
    library = Library(tmp_path, listening)
    for half in "ab":
        for asked in questions(half, FIRST, library):
            library.search(asked.text, asked.history)
    here = PackagedE5()
    for texts, record, compute in (
        (list(listening.passages), model.embed_passages, here.embed_passages),
        (list(listening.questions), model.embed_queries, here.embed_queries),
    ):
        assert len(texts) > 100
        recorded, computed = record(texts), compute(texts[::EVERY])
        assert np.sum(computed * recorded[::EVERY], axis=1).min() >= 0.999
        assert [texts[nearest] for nearest in (computed @ recorded.T).argmax(axis=1)] == texts[::EVERY]


def test_a_question_that_lacks_is_an_error_and_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NotRecorded, match=r"1 of the questions .* --record"):
        Recorded(tmp_path, RECORD, strict=True).embed_queries(["Who has never been asked for before?"])
    assert not list(tmp_path.iterdir())


@needs_e5
def test_what_is_recorded_is_said_again_and_passages_and_questions_are_kept_apart(tmp_path: Path) -> None:
    first = Recorded(tmp_path)
    said = first.embed_passages(["Nurse in Leeds"]), first.embed_queries(["Nurse in Leeds"])
    assert (first.passages_computed, first.questions_computed) == (1, 1)
    again = Recorded(tmp_path / "elsewhere", tmp_path, strict=True)
    assert np.array_equal(again.embed_passages(["Nurse in Leeds"]), said[0])
    assert np.array_equal(again.embed_queries(["Nurse in Leeds"]), said[1])
    assert (again.passages_computed, again.questions_computed) == (0, 0)
    assert float(said[0][0] @ said[1][0]) < 0.999
    assert len(list(tmp_path.glob("*.vectors"))) == 2


@needs_e5
def test_an_index_of_which_too_much_lacks_is_an_error(tmp_path: Path) -> None:
    cvs = tmp_path / "cvs"
    cvs.mkdir()
    shutil.copy(FIRST / "bellweather.pdf", cvs)
    with pytest.raises(NotRecorded, match=r"of \d+ passages .* --record"):
        indexed(cvs, tmp_path / "store", Recorded(tmp_path, strict=True))
