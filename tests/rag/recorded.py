"""What the default model said once of the tests' passages and questions: an `Embedder` that says it again, so that what is found does not hang on the processor that runs the tests.

    tests/rag/multilingual-e5-small-q4.vectors              of the passages of all CVs that tests read, but the sample CVs, which come with theirs
    tests/rag/multilingual-e5-small-q4-questions.vectors    of the questions, as they were asked of the model: rewritten, names left out

Kernels round as their processor does, and near ties turn with that. `pytest tests/rag --record` asks the model for what lacks and keeps it; `make recordings` does so for all of it. Floors under what is found rest
on the record; `test_rag_recorded.py` holds this machine's model against it.
"""

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from threading import Lock

from rag.embedded import Embedded
from rag.embedders.packaged_e5 import PackagedE5
from rag.embedders.port import Vectors
from rag.embedders.static_words import unit

RECORD = Path(__file__).parent


class NotRecorded(Exception):
    """The record lacks what a test asks: what was found with other vectors would say nothing."""

    def __init__(self, lacking: str) -> None:
        super().__init__(f"{lacking} not recorded: run `pytest tests/rag --record`, or `make recordings` after a change of the model.")


@cache
def _model() -> PackagedE5:
    return PackagedE5()


def _say_of_passages(texts: Sequence[str]) -> Vectors:
    return _model().embed_passages(texts)


def _say_of_questions(texts: Sequence[str]) -> Vectors:
    return _model().embed_queries(texts)


def _refuse(texts: Sequence[str]) -> Vectors:
    raise NotRecorded(f"{len(texts)} of the questions that are asked here are")


class Recorded:
    """Speaks for `PackagedE5`, in half precision. Safe in threads. The model is loaded if something lacks, and raises `EmbedderMissing` where it does not run.

    What lacks is computed and kept in `store`, never in `records`; if it is `strict`, a question that lacks is `NotRecorded`.
    """

    name = PackagedE5.name
    dimension = PackagedE5.dimension
    multilingual = PackagedE5.multilingual

    def __init__(self, store: Path, *records: Path, strict: bool = False) -> None:
        self.strict = strict
        self._lock = Lock()
        self._passages = Embedded(_Side(self.name, _say_of_passages), store, *records)
        self._questions = Embedded(_Side(f"{self.name}-questions", _refuse if strict else _say_of_questions), store, *records)

    @property
    def passages_computed(self) -> int:
        """How many lacked."""
        return self._passages.computed

    @property
    def questions_computed(self) -> int:
        """How many lacked."""
        return self._questions.computed

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        with self._lock:
            return unit(self._passages.vectors(texts))

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_queries`. Raises `NotRecorded`."""
        with self._lock:
            return unit(self._questions.vectors(texts))


class _Side:
    """Passages or questions, in the place where `Embedded` asks for passages: each has a name of its own, and so a file."""

    dimension = PackagedE5.dimension
    multilingual = PackagedE5.multilingual

    def __init__(self, name: str, embed: Callable[[Sequence[str]], Vectors]) -> None:
        self.name = name
        self._embed = embed

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_passages`."""
        return self._embed(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """See `Embedder.embed_queries`."""
        return self._embed(texts)
