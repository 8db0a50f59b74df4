# ruff: noqa: E402 - threads are bound before the libraries that have them are imported
"""How long a search takes if its question needs the embedding model: the part of the mix of `retrieval.py` that waits longest.

    python tests/bench/model_questions.py [--rounds 3]

Method. The 30 sample CVs are indexed with the default model. All questions that `rag eval` makes of them and that need no history are asked once; those for which the model was asked are asked again, all of them `--rounds` times, one at a time in one
process, timing `Library.search` by `perf_counter` and `thread_time`. Threads of BLAS and FAISS are bound to one. Figures are of whatever machine runs it; its load stands beside them.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import quantiles

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from rag.embedders.choice import embedder_named
from rag.embedders.port import Embedder, Vectors
from rag.evaluation.questions import questions_from
from rag.evaluation.truth import read_profiles
from rag.indexing import Build, build_index
from rag.library import Library

SAMPLES = Path(__file__).resolve().parents[2] / "cv_generation" / "data" / "cvs"


class Counting:
    """Passes on what the model is asked, and counts questions."""

    def __init__(self, model: Embedder) -> None:
        self._model = model
        self.name, self.dimension, self.multilingual = model.name, model.dimension, model.multilingual
        self.questions = 0

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        return self._model.embed_passages(texts)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        self.questions += len(texts)
        return self._model.embed_queries(texts)


def needs_the_model(library: Library, model: Counting, question: str) -> bool:
    before = model.questions
    library.search(question)
    return model.questions > before


def timed(library: Library, question: str) -> tuple[float, float]:
    """Milliseconds by the clock, and of the processor."""
    clock, processor = time.perf_counter(), time.thread_time()
    library.search(question)
    return (time.perf_counter() - clock) * 1000, (time.thread_time() - processor) * 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    model = Counting(embedder_named())
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        build_index(SAMPLES, Path(folder), Build(model))
        library = Library(Path(folder), model)
        library.generation()
        asked = [question.text for question in questions_from(read_profiles(SAMPLES)) if not question.history]
        needing = [question for question in asked if needs_the_model(library, model, question)]
        times = [timed(library, question) for _ in range(given.rounds) for question in needing]
    print(f"{len(needing)} of {len(asked)} questions need the model {model.name}; load {os.getloadavg()[0]:.1f}")
    for what, of_all in zip(("clock", "processor"), zip(*times, strict=True), strict=True):
        cuts = quantiles(of_all, n=100)
        print(f"{what}: p50 {cuts[49]:.1f} ms, p99 {cuts[98]:.1f} ms")


if __name__ == "__main__":
    main()
