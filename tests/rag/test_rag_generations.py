"""The store: built beside, swapped at once, followed by whoever has it open; and one clear sentence for everything that is wrong with it."""

import json
import subprocess
import sys
from pathlib import Path
from threading import Event, Thread

import pytest

from rag import library as library_module
from rag.chunk import Chunk
from rag.contextual import CvView, PassageView, chunks_by_model
from rag.embedders import packaged_e5
from rag.embedders.hashed import HashedLetters
from rag.errors import IndexMismatch, NoCvs, NoIndex
from rag.generation import current_folder
from rag.headings import Section
from rag.indexing import Build, Progress, build_index, cv_ids
from rag.library import Library
from tests.rag.conftest import print_all
from tests.rag.dev_set import PAPERS
from tests.rag.recorded import Recorded


@pytest.fixture
def built(tmp_path: Path, model: Recorded) -> tuple[Path, Path]:
    pdfs, store = print_all(PAPERS[:2], tmp_path / "cvs"), tmp_path / "store"
    build_index(pdfs, store, Build(model))
    return pdfs, store


def test_an_open_library_takes_over_a_new_generation_and_a_search_in_flight_keeps_its_own(
    built: tuple[Path, Path], model: Recorded
) -> None:
    pdfs, store = built
    library = Library(store, model)
    first = library.search("Who knows Kubernetes?").generation
    in_flight = library.generation()
    print_all(PAPERS[:4], pdfs)
    report = build_index(pdfs, store, Build(model))
    assert library.search("Who speaks Japanese?").hits[0].cv_id == "cv-lefevre"
    assert library.search("Who speaks Japanese?").generation == report.generation != first
    assert len(in_flight.corpus.read([0])) == 1  # its files are still open, though they may be gone from the folder


READ_ONCE = """
import sys
from pathlib import Path
from rag.library import Library

def read_once():
    modules = [module for name, module in sys.modules.items() if name.startswith("rag.")]
    known = {value for module in modules for value in vars(module).values() if hasattr(value, "cache_info")}
    tables = [value for value in known if value.cache_info().maxsize is None]
    return {f"{table.__module__}.{table.__name__}": table.cache_info().misses for table in tables}

library = Library(Path(sys.argv[1]))
library.generation()
before = read_once()
assert any(before.values()), before
for question in ("Who can weld pipes?", "Where did Magdalena Svobodova study?", "¿Quién conduce trenes?", "Wer ist Facharzt oder Zugfuhrer?", "Who fixed enginnes?"):
    library.search(question)
after = read_once()
assert before == after, {name for name in after if before.get(name) != after[name]}
"""


@pytest.mark.skipif(not packaged_e5.can_run(), reason="the index is of the packaged model, which has no build for this machine")
def test_whatever_is_read_once_is_read_when_the_index_is_opened(built: tuple[Path, Path]) -> None:
    _, store = built
    seen = subprocess.run([sys.executable, "-c", READ_ONCE, str(store)], capture_output=True, text=True, check=False)
    assert seen.returncode == 0, seen.stderr


def test_searches_never_fail_while_the_index_is_rebuilt(built: tuple[Path, Path], model: Recorded) -> None:
    pdfs, store = built
    library, done, failures = Library(store, model), Event(), list[BaseException]()

    def ask() -> None:
        while not done.is_set():
            try:
                assert library.search("Who knows Kubernetes?").hits
            except BaseException as error:  # noqa: BLE001 - collected for the assertion below
                failures.append(error)
                return

    threads = [Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(4):
        build_index(pdfs, store, Build(model))
    done.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len([folder for folder in (store / "generations").iterdir() if not folder.name.startswith(".")]) == 2


def test_two_builds_while_a_generation_is_being_opened_are_no_damage(
    built: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, model: Recorded
) -> None:
    """The second takes the files away that the opening has not read yet."""
    pdfs, store = built
    builds = iter(range(2))

    def slow(store: Path) -> Path:
        folder = current_folder(store)
        for _ in builds:
            build_index(pdfs, store, Build(model))
        return folder

    monkeypatch.setattr(library_module, "current_folder", slow)
    assert Library(store, model).search("Who knows Kubernetes?").hits
    assert next(builds, None) is None


def test_a_failed_build_leaves_the_store_as_it_was(built: tuple[Path, Path], tmp_path: Path, model: Recorded) -> None:
    _, store = built
    before = Library(store, model).generation().meta.generation
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "a.pdf").write_bytes(b"nothing")
    with pytest.raises(NoCvs, match="None of the 1 PDFs"):
        build_index(broken, store, Build(model))
    assert Library(store, model).generation().meta.generation == before
    assert not [folder for folder in (store / "generations").iterdir() if folder.name.startswith(".")]


def test_broken_files_are_reported_by_name_and_the_rest_is_indexed(tmp_path: Path, model: Recorded) -> None:
    pdfs = print_all(PAPERS[:1], tmp_path / "cvs")
    (pdfs / "sub").mkdir()
    (pdfs / "sub" / "cut off.pdf").write_bytes(b"%PDF-1.7 and then nothing")
    (pdfs / "notes.txt").write_text("not a CV")
    steps: list[Progress] = []
    report = build_index(pdfs, tmp_path / "store", Build(model, progress=steps.append))
    assert report.cvs == 1
    assert [file for file, _ in report.skipped] == ["sub/cut off.pdf"]
    assert [step.done for step in steps] == [1, 2]
    assert Library(tmp_path / "store", model).generation().corpus.skipped() == list(report.skipped)


def test_many_files_are_read_by_child_processes_in_order(tmp_path: Path, model: Recorded) -> None:
    pdfs = print_all(PAPERS, tmp_path / "cvs")
    alone = build_index(pdfs, tmp_path / "a", Build(model, workers=1))
    together = build_index(pdfs, tmp_path / "b", Build(model, workers=2))
    assert alone.passages == together.passages
    assert Library(tmp_path / "a", model).generation().corpus.cvs == Library(tmp_path / "b", model).generation().corpus.cvs


def test_what_is_wrong_is_one_sentence(built: tuple[Path, Path], tmp_path: Path, model: Recorded) -> None:
    _, store = built
    with pytest.raises(NoIndex, match="There is no index at"):
        Library(tmp_path / "nowhere", model).search("x")
    with pytest.raises(IndexMismatch, match="built with the embedding model"):
        Library(store, HashedLetters()).search("x")
    with pytest.raises(NoCvs, match="There is no folder"):
        build_index(tmp_path / "nowhere", store, Build(model))
    (tmp_path / "hollow").mkdir()
    with pytest.raises(NoCvs, match="There are no PDFs in"):
        build_index(tmp_path / "hollow", store, Build(model))


def test_a_damaged_generation_does_not_stop_a_library_that_serves(built: tuple[Path, Path], model: Recorded) -> None:
    pdfs, store = built
    library = Library(store, model)
    serving = library.search("Who knows Kubernetes?").generation
    newest = build_index(pdfs, store, Build(model))
    (newest.folder / "vectors.faiss").write_bytes(b"damaged")
    assert library.search("Who knows Kubernetes?").generation == serving
    assert "damaged" in library.problem
    with pytest.raises(NoIndex, match="damaged"):
        Library(store, model).search("x")
    meta = json.loads((newest.folder / "meta.json").read_text())
    (newest.folder / "meta.json").write_text(json.dumps({**meta, "format": 0}))
    with pytest.raises(IndexMismatch, match="format 0"):
        Library(store, model).search("x")


def test_another_model_indexes_and_answers(built: tuple[Path, Path], tmp_path: Path) -> None:
    pdfs, _ = built
    build_index(pdfs, tmp_path / "hashed", Build(HashedLetters()))
    assert Library(tmp_path / "hashed", "hashed").search("¿Quién sabe de Kubernetes?").hits[0].cv_id == "okafor"


def test_ids_are_unique_and_lasting(tmp_path: Path) -> None:
    files = [tmp_path / "a" / "cv.pdf", tmp_path / "b" / "cv.pdf", tmp_path / "jo.pdf"]
    assert cv_ids(tmp_path, files) == ["a--cv", "b--cv", "jo"]


def test_a_model_may_name_passages_but_not_write_them() -> None:
    class Reader:
        def read(self, passages: object) -> CvView:
            return CvView(
                passages=(PassageView(number=1, section=Section.EXPERIENCE, employer="Acme", role="Cook", context="Her first job."),)
            )

    class Broken:
        def read(self, passages: object) -> CvView:
            raise ValueError

    chunk = Chunk(section=Section.OTHER, heading="", page=1, text="Cooked for Acme.")
    (seen,) = chunks_by_model([chunk], Reader())
    assert (seen.section, seen.text) == (Section.EXPERIENCE, chunk.text)
    assert "Acme" in seen.header("Jo")
    assert chunks_by_model([chunk], Broken()) == (chunk,)
