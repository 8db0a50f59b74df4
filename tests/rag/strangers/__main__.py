"""`python -m tests.rag.strangers a`: scores one half as `python -m rag eval` scores the sample CVs. Of half `d` it shows no question: it is only scored."""

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
    with tempfile.TemporaryDirectory() as folder:
        build_index(CVS[half], Path(folder), Build(embedder_named(embedder)))
        library = Library(Path(folder), embedder)
        answers = [Answered(asked, library.search(asked.text, asked.history)) for asked in questions(half, library)]
        outcome = Outcome(library.embedder.name, {Mode.FUSED: score(answers, {})}, {Mode.FUSED: answers}, {})
        print(table_of(outcome))
        if half != ONLY_SCORED:
            print("", *misses(outcome), sep="\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
