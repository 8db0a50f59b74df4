"""`python -m tests.rag.strangers a`: scores one half as `python -m rag eval` scores the sample CVs. Of halves that are only scored it shows no question.

With the recorded vectors, as the tests do, and computed where one lacks; `python -m tests.rag.strangers a e5` computes those of all questions, as a server does.
"""

import sys
import tempfile
from pathlib import Path

from rag.embedders.choice import embedder_named
from rag.embedders.port import Embedder
from rag.evaluation.metrics import Answered, score
from rag.evaluation.run import Outcome
from rag.evaluation.tables import misses, table_of
from rag.indexing import Build, build_index
from rag.library import Library
from rag.ranking import Mode
from tests.rag.recorded import RECORD, Recorded
from tests.rag.strangers import CVS, ONLY_SCORED, questions


def main(half: str, embedder: str = "") -> None:
    with tempfile.TemporaryDirectory() as lacking:
        model = embedder_named(embedder) if embedder else Recorded(Path(lacking), RECORD)
        answers = [answered for cvs in CVS[half] for answered in _answers(half, cvs, model)]
        outcome = Outcome(model.name, {Mode.FUSED: score(answers, {})}, {Mode.FUSED: answers}, {})
        print(table_of(outcome))
        if half not in ONLY_SCORED:
            print("", *misses(outcome), sep="\n")
        if isinstance(model, Recorded) and (model.passages_computed or model.questions_computed):
            print(f"{model.passages_computed} passages and {model.questions_computed} questions were not recorded.", file=sys.stderr)


def _answers(half: str, cvs: Path, model: Embedder) -> list[Answered]:
    with tempfile.TemporaryDirectory() as folder:
        build_index(cvs, Path(folder), Build(model))
        library = Library(Path(folder), model)
        return [Answered(asked, library.search(asked.text, asked.history)) for asked in questions(half, cvs, library)]


if __name__ == "__main__":
    main(*sys.argv[1:])
