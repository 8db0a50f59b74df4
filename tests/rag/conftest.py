"""One index of the development CVs for the whole session, each CV printed by another tool.

The vectors of all CVs printed here lie in `multilingual-e5-small-q4.vectors`, so that the tests do not wait for the model; what lacks there is computed.
`python -m tests.rag.conftest` writes it anew.
"""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from rag.embedded import vectors_file
from rag.embedders.choice import embedder_named
from rag.indexing import Build, build_index
from rag.library import Library
from tests.rag import held_out, lives, variety
from tests.rag.dev_set import PAPERS
from tests.rag.papers import PRINTERS, Paper

pytestmark = pytest.mark.timeout(60)
KEPT = Path(__file__).parent / "multilingual-e5-small-q4.vectors"


def print_all(papers: tuple[Paper, ...], folder: Path, shift: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for i, paper in enumerate(papers):
        PRINTERS[(i + shift) % len(PRINTERS)](paper, folder / f"{paper.stem}.pdf")
    if KEPT.exists():
        shutil.copy(KEPT, folder)
    return folder


@pytest.fixture(scope="session")
def dev_pdfs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return print_all(PAPERS, tmp_path_factory.mktemp("cvs"))


@pytest.fixture(scope="session")
def dev_store(dev_pdfs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = tmp_path_factory.mktemp("store")
    build_index(dev_pdfs, store, Build(embedder_named()))
    return store


@pytest.fixture(scope="session")
def library(dev_store: Path) -> Library:
    return Library(dev_store)


def _write_vectors() -> None:
    model = embedder_named("e5")
    KEPT.unlink(missing_ok=True)
    with TemporaryDirectory() as folder:
        print_all(PAPERS, Path(folder) / "dev")
        print_all(variety.PAPERS, Path(folder) / "variety")
        for shift in lives.SHIFTS:
            print_all(lives.PAPERS, Path(folder) / f"lives-{shift}", shift)
        for shift in range(len(PRINTERS)):
            print_all(held_out.PAPERS, Path(folder) / f"held-out-{shift}", shift)
        build_index(Path(folder), Path(folder) / "store", Build(model, workers=1))
        shutil.copy(vectors_file(Path(folder) / "store", model), KEPT)


if __name__ == "__main__":
    _write_vectors()
