"""Builds a generation of the index from a folder of PDFs.

Files are read in child processes, passages flow through in batches, and what stays in memory is term numbers and half-precision vectors: a
gigabyte of CVs does not need a gigabyte of memory. A file that cannot be read is reported and skipped; a child process that dies takes
one file with it. The old generation serves until the new one is complete and has been opened once.

Called by the CLI; the API only reads.
"""

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory

from rag.chunk import Chunk
from rag.concepts import in_english
from rag.contextual import CvReader, chunks_by_model
from rag.corpus import CorpusWriter
from rag.cv import Cv, read_cv
from rag.dense import DenseWriter
from rag.embedded import Embedded, vectors_file
from rag.embedders.port import Embedder
from rag.errors import NoCvs, UnreadablePdf
from rag.facts import Facts
from rag.generation import FORMAT, Meta, new_build_folder, publish
from rag.lens import Lens
from rag.lexical import LexicalWriter
from rag.occupations import descriptions
from rag.opened import Generation
from rag.private_life import PrivateLife, sentences
from rag.terms import passage_terms
from rag.words import language_of

_BATCH = 32
"""Passages that are embedded together; a build that is interrupted loses no more."""
_ALONE = 24
"""Up to so many files, starting child processes costs more than it saves."""


@dataclass(frozen=True, slots=True)
class Progress:
    """After each file: how many of how many, its path in the folder, and why it was skipped, if it was."""

    done: int
    total: int
    file: str
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What a build did."""

    generation: str
    folder: Path
    cvs: int
    passages: int
    skipped: tuple[tuple[str, str], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Build:
    """How to build. `reader` is the language model's view of a CV, where one is wanted; `workers` are child processes."""

    embedder: Embedder
    reader: CvReader | None = None
    workers: int = 0
    progress: Callable[[Progress], None] = field(default=lambda _: None)


VOCABULARY = Path(__file__).parent / "vocabulary"
"""Holds the vectors of its own sentences by the default model: the occupations' descriptions, and what people ask about somebody."""


def ship_vectors(pdf_dir: Path, embedder: Embedder) -> None:
    """Writes what an index of these CVs needs of the model: the passages' vectors beside the PDFs, the vocabulary's into the vocabulary. Raises `NoCvs`."""
    for folder, write in ((VOCABULARY, _embed_vocabulary), (pdf_dir, _embed_passages)):
        vectors_file(folder, embedder).unlink(missing_ok=True)
        with TemporaryDirectory(prefix="rag-vectors-") as beside:
            write(pdf_dir, Path(beside), embedder)
            shutil.copyfile(vectors_file(Path(beside), embedder), vectors_file(folder, embedder))


def _embed_vocabulary(_: Path, store: Path, embedder: Embedder) -> None:
    Embedded(embedder, store).vectors([*descriptions(), *chain(*sentences())])


def _embed_passages(pdf_dir: Path, store: Path, embedder: Embedder) -> None:
    build_index(pdf_dir, store, Build(embedder))


def build_index(pdf_dir: Path, store: Path, build: Build) -> Report:
    """Indexes every PDF under `pdf_dir` and makes the result current. Raises `NoCvs` if there is none that can be read; the store is untouched then."""
    started = datetime.now(UTC)
    files = pdf_files(pdf_dir)
    generation = f"{started:%Y%m%dT%H%M%S}-{token_hex(3)}"
    folder = new_build_folder(store, generation)
    try:
        embedded = Embedded(build.embedder, store, pdf_dir, VOCABULARY)
        writer = _Writer(folder, build.embedder, embedded)
        skipped = _read_all(pdf_dir, files, writer, build)
        if not writer.cvs:
            raise NoCvs(f"None of the {len(files)} PDFs in {pdf_dir} could be read; the first: {skipped[0][0]}: {skipped[0][1]}.")
        writer.finish(skipped)
        meta = Meta(
            generation=generation,
            format=FORMAT,
            embedder=build.embedder.name,
            dimension=build.embedder.dimension,
            pdf_dir=str(pdf_dir.resolve()),
            built_at=started.isoformat(timespec="seconds"),
            as_of=started.year * 12 + started.month - 1,
            cvs=writer.cvs,
            passages=writer.passages,
            skipped=len(skipped),
        )
        meta.write(folder)
        Generation(folder).check()
        folder = publish(store, folder, generation)
        embedded.keep_used()
    finally:
        if folder.name.startswith("."):
            shutil.rmtree(folder, ignore_errors=True)
    seconds = (datetime.now(UTC) - started).total_seconds()
    return Report(generation, folder, writer.cvs, writer.passages, tuple(skipped), seconds)


def pdf_files(pdf_dir: Path) -> list[Path]:
    """The PDFs of a folder and its subfolders, in a fixed order. Raises `NoCvs`."""
    if not pdf_dir.is_dir():
        raise NoCvs(f"There is no folder {pdf_dir}.")
    files = sorted(
        path for path in pdf_dir.rglob("*") if path.suffix.lower() == ".pdf" and path.is_file() and not path.name.startswith(".")
    )
    if not files:
        raise NoCvs(f"There are no PDFs in {pdf_dir}.")
    return files


def cv_ids(pdf_dir: Path, files: Sequence[Path]) -> list[str]:
    """Each file's id: its name without the ending, with its folders where two files share it, and numbered where even that is shared."""
    stems = [path.stem for path in files]
    taken: set[str] = set()
    ids: list[str] = []
    for path, stem in zip(files, stems, strict=True):
        wanted = stem if stems.count(stem) == 1 else "--".join(path.relative_to(pdf_dir).with_suffix("").parts)
        unique, n = wanted, 2
        while unique in taken:
            unique, n = f"{wanted}-{n}", n + 1
        taken.add(unique)
        ids.append(unique)
    return ids


def _read_all(pdf_dir: Path, files: Sequence[Path], writer: "_Writer", build: Build) -> list[tuple[str, str]]:
    skipped: list[tuple[str, str]] = []
    ids = cv_ids(pdf_dir, files)
    workers = build.workers or (1 if len(files) <= _ALONE else min(4, os.cpu_count() or 1))
    results = _in_order(files, workers) if workers > 1 else ((path, _read(path)) for path in files)
    for done, ((path, result), cv_id) in enumerate(zip(results, ids, strict=True), start=1):
        name = path.relative_to(pdf_dir).as_posix()
        reason = ""
        if isinstance(result, Cv):
            writer.add(cv_id, name, _with_model(result, build.reader))
        else:
            reason = result
            skipped.append((name, reason))
        build.progress(Progress(done=done, total=len(files), file=name, skipped=reason))
    return skipped


def _read(path: Path) -> Cv | str:
    """The CV, or why it cannot be read. Nothing that a file contains may stop a build of thousands."""
    try:
        return read_cv(path)
    except UnreadablePdf as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 - a surprise in one file is reported by its name
        return f"reading it failed ({type(error).__name__}: {error})"


def _in_order(files: Sequence[Path], workers: int) -> Iterator[tuple[Path, Cv | str]]:
    """Reads in child processes, a bounded number of files ahead, and yields in the order of the files."""
    waiting = iter(files)
    ahead: list[tuple[Path, Future[Cv | str]]] = []
    pool = _pool(workers)
    try:
        while True:
            ahead.extend((path, pool.submit(_read, path)) for path in islice(waiting, workers * 8 - len(ahead)))
            if not ahead:
                return
            path, future = ahead.pop(0)
            try:
                result = future.result()
            except BrokenProcessPool:
                pool.shutdown(wait=False, cancel_futures=True)
                result = _read_apart(path)
                pool = _pool(workers)
                ahead = [(other, pool.submit(_read, other)) for other, _ in ahead]
            yield path, result
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _pool(workers: int) -> ProcessPoolExecutor:
    return ProcessPoolExecutor(max_workers=workers, mp_context=get_context("spawn"))


def _read_apart(path: Path) -> Cv | str:
    """Reads one file in a process of its own: it may be the one that kills."""
    with _pool(1) as pool:
        future = pool.submit(_read, path)
        wait([future], return_when=FIRST_COMPLETED)
        try:
            return future.result()
        except BrokenProcessPool:
            return "reading it crashed the PDF reader"


def _with_model(cv: Cv, reader: CvReader | None) -> Cv:
    return cv if reader is None else replace(cv, chunks=chunks_by_model(cv.chunks, reader))


class _Writer:
    """Everything a generation consists of, written as the CVs come in."""

    def __init__(self, folder: Path, embedder: Embedder, embedded: Embedded) -> None:
        self._folder = folder
        self._embedder = embedder
        self._embedded = embedded
        self._corpus = CorpusWriter(folder / "corpus.sqlite")
        self._lexical = LexicalWriter()
        self._lens = Lens(embedded.vectors(descriptions()))
        self._private_life = PrivateLife(*map(embedded.vectors, sentences()))
        self._dense = DenseWriter(self._lens.dimension)
        self._to_embed: list[str] = []
        self.cvs = 0
        self.passages = 0

    def add(self, cv_id: str, file: str, cv: Cv) -> None:
        self._corpus.add(cv_id, file, cv.pages, cv.facts, cv.chunks)
        for chunk in cv.chunks:
            self._add_chunk(chunk, cv.facts)
        self.cvs += 1
        self.passages += len(cv.chunks)

    def _add_chunk(self, chunk: Chunk, facts: Facts) -> None:
        language = language_of(chunk.text, default=facts.language) if len(chunk.text) > 300 else facts.language
        text = f"{chunk.header('')}\n{chunk.text}"
        self._lexical.add(passage_terms(chunk.text if chunk.denies else text, language))
        self._to_embed.append(text if self._embedder.multilingual else in_english(text, language))
        if len(self._to_embed) >= _BATCH:
            self._embed()

    def _embed(self) -> None:
        if self._to_embed:
            self._dense.add(self._lens.through(self._embedded.vectors(self._to_embed)))
            self._to_embed = []

    def finish(self, skipped: Iterable[tuple[str, str]]) -> None:
        self._embed()
        for file, reason in skipped:
            self._corpus.skip(file, reason)
        self._corpus.close()
        self._lexical.write(self._folder / "terms")
        self._dense.write(self._folder / "vectors.faiss")
        self._lens.write(self._folder / "occupations.npy")
        self._private_life.write(self._folder / "private_life.npz")
