"""Retrieval with recorded vectors (`recorded.py`), and one index of the development CVs for the whole session, each CV printed by another tool."""

from pathlib import Path

import pytest

from rag.indexing import Build, build_index
from rag.library import Library
from tests.rag.dev_set import PAPERS
from tests.rag.papers import PRINTERS, Paper
from tests.rag.recorded import RECORD, NotRecorded, Recorded

pytestmark = pytest.mark.timeout(60)
PRINTED_ELSEWHERE = 0.1
"""This share of the passages of CVs that are printed here may lack in the record: another version of Pango may break a line elsewhere."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--record", action="store_true", help="Ask the embedding model for what tests/rag has no record of, and keep it there."
    )


@pytest.fixture(scope="session")
def model(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    if not request.config.getoption("--record", default=False):
        return Recorded(tmp_path_factory.mktemp("lacking"), RECORD, strict=True)
    if hasattr(request.config, "workerinput"):
        raise pytest.UsageError("One process writes the record: leave -n out, or -n 0.")
    return Recorded(RECORD)


def indexed(cvs: Path, store: Path, model: Recorded, may_lack: float = 0.0) -> Library:
    """The library over an index of the CVs. Raises `NotRecorded` if more than this share of the passages had to be computed."""
    before = model.passages_computed
    report = build_index(cvs, store, Build(model))
    lacked = model.passages_computed - before
    if model.strict and lacked > may_lack * report.passages:
        raise NotRecorded(f"{lacked} of {report.passages} passages are")
    return Library(store, model)


def print_all(papers: tuple[Paper, ...], folder: Path, shift: int = 0) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for i, paper in enumerate(papers):
        PRINTERS[(i + shift) % len(PRINTERS)](paper, folder / f"{paper.stem}.pdf")
    return folder


@pytest.fixture(scope="session")
def dev_pdfs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return print_all(PAPERS, tmp_path_factory.mktemp("cvs"))


@pytest.fixture(scope="session")
def dev_store(library: Library) -> Path:
    return library.generation().folder.parents[1]


@pytest.fixture(scope="session")
def library(dev_pdfs: Path, tmp_path_factory: pytest.TempPathFactory, model: Recorded) -> Library:
    return indexed(dev_pdfs, tmp_path_factory.mktemp("store"), model, PRINTED_ELSEWHERE)
