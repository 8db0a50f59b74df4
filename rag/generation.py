"""A generation of the index: one complete, unchanging build, in a folder of its own.

    store/
      CURRENT              the name of the generation to search: one line, replaced by one atomic rename
      generations/<id>/    meta.json  corpus.sqlite  terms/  vectors.faiss  occupations.npy (`lens.py`)  private_life.npz (`private_life.py`)

A build happens beside (`generations/.building-…`), is opened and checked, gets its final name, and only then `CURRENT` points to it. Readers of the older
generation keep their open files; the one before the current stays on disk, older ones go.
"""

import json
import os
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.errors import IndexMismatch, NoIndex

FORMAT = 8
"""Of the files in a generation; another number means: build again."""


@dataclass(frozen=True, slots=True)
class Meta:
    """What a generation is. `as_of` is the month (counted from year 0) that `present` meant when it was built."""

    generation: str
    format: int
    embedder: str
    dimension: int
    pdf_dir: str
    built_at: str
    as_of: int
    cvs: int
    passages: int
    skipped: int

    def write(self, folder: Path) -> None:
        """Writes `meta.json`: the last file of a build."""
        (folder / "meta.json").write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")


def read_meta(folder: Path) -> Meta:
    """Raises `NoIndex` or `IndexMismatch`."""
    try:
        known = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        found = known.get("format")
        if found == FORMAT:
            return Meta(**known)
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise NoIndex(f"The index at {folder} is damaged: build it again with `make rag-rebuild`.") from error
    raise IndexMismatch(
        f"The index at {folder} has format {found}, this version reads format {FORMAT}: build it again with `make rag-rebuild`."
    )


def current_folder(store: Path) -> Path:
    """The folder of the generation that new searches use. Raises `NoIndex`."""
    try:
        name = (store / "CURRENT").read_text(encoding="utf-8").strip()
    except OSError as error:
        raise NoIndex(f"There is no index at {store}: build it with `make rag-rebuild`.") from error
    folder = store / "generations" / name
    if not name or not folder.is_dir():
        raise NoIndex(f"The index at {store} is damaged: build it again with `make rag-rebuild`.")
    return folder


def current_name(store: Path) -> str:
    """The name of that generation; empty if there is none."""
    try:
        return (store / "CURRENT").read_text(encoding="utf-8").strip()
    except OSError:
        return ""


def new_build_folder(store: Path, generation: str) -> Path:
    """A folder for a build under way, which no reader looks into."""
    folder = store / "generations" / f".building-{generation}"
    folder.mkdir(parents=True)
    return folder


def publish(store: Path, building: Path, generation: str) -> Path:
    """Makes the finished build the current generation."""
    folder = store / "generations" / generation
    building.rename(folder)
    before = current_name(store)
    pointer = store / f".CURRENT-{generation}"
    with pointer.open("w", encoding="utf-8") as file:
        file.write(generation + "\n")
        file.flush()
        os.fsync(file.fileno())
    pointer.replace(store / "CURRENT")
    _forget(store, keep={generation, before})
    return folder


def _forget(store: Path, keep: set[str]) -> None:
    """Removes older generations. Builds under way elsewhere are left alone."""
    for folder in (store / "generations").iterdir():
        if folder.name not in keep and not folder.name.startswith("."):
            shutil.rmtree(folder, ignore_errors=True)
