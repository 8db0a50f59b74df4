"""One index of the development CVs for the whole session, each CV printed by another tool."""

from pathlib import Path

import pytest

from rag.embedders.choice import embedder_named
from rag.indexing import Build, build_index
from rag.library import Library
from tests.rag.dev_set import PAPERS
from tests.rag.papers import PRINTERS, Paper

pytestmark = pytest.mark.timeout(60)


def print_all(papers: tuple[Paper, ...], folder: Path, shift: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for i, paper in enumerate(papers):
        PRINTERS[(i + shift) % len(PRINTERS)](paper, folder / f"{paper.stem}.pdf")
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
