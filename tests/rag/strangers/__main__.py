"""`python -m tests.rag.strangers a`: scores one half as `python -m rag eval` scores the sample CVs. Of halves that are only scored it shows no question."""

import sys
import tempfile
from pathlib import Path

from rag.embedders.choice import DEFAULT, embedder_named
from rag.evaluation.metrics import Answered, score
from rag.evaluation.run import Outcome
from rag.evaluation.tables import misses, table_of
from rag.indexing import Build, build_index
from rag.library import Library
from rag.ranking import Mode
from tests.rag.strangers import CVS, ONLY_SCORED, questions


def main(half: str, embedder: str = DEFAULT) -> None:
    answers = [answered for cvs in CVS[half] for answered in _answers(half, cvs, embedder)]
    outcome = Outcome(embedder_named(embedder).name, {Mode.FUSED: score(answers, {})}, {Mode.FUSED: answers}, {})
    print(table_of(outcome))
    if half not in ONLY_SCORED:
        print("", *misses(outcome), sep="\n")


def _answers(half: str, cvs: Path, embedder: str) -> list[Answered]:
    with tempfile.TemporaryDirectory() as folder:
        build_index(cvs, Path(folder), Build(embedder_named(embedder)))
        library = Library(Path(folder), embedder)
        return [Answered(asked, library.search(asked.text, asked.history)) for asked in questions(half, cvs, library)]


if __name__ == "__main__":
    main(*sys.argv[1:])
