"""No text is embedded twice: not in the next build, not after a build that was interrupted, and not where the sample CVs' own vectors lie beside them."""

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from rag.embedded import Embedded, vectors_file
from rag.embedders import packaged_e5
from rag.embedders.hashed import HashedLetters
from rag.embedders.port import Vectors
from rag.indexing import VOCABULARY, Build, build_index
from rag.lens import Lens
from rag.occupations import descriptions
from rag.private_life import sentences

SAMPLES = Path(__file__).parents[2] / "cv_generation" / "data" / "cvs"
OWN = len(descriptions()) + sum(map(len, sentences()))
"""Sentences of our own that every build embeds."""

needs_e5 = pytest.mark.skipif(not packaged_e5.can_run(), reason="the packaged model has no build for this machine")


class Counting(HashedLetters):
    """A model that says what it was asked, and may fail."""

    def __init__(self, fail_after: int = 10**9) -> None:
        self.asked: list[str] = []
        self._fail_after = fail_after

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        if len(self.asked) >= self._fail_after:
            raise ConnectionError
        self.asked.extend(texts)
        return super().embed_passages(texts)


def some_samples(folder: Path, count: int) -> Path:
    folder.mkdir(exist_ok=True)
    for path in sorted(SAMPLES.glob("*.pdf"))[:count]:
        shutil.copy(path, folder)
    return folder


def test_one_more_cv_costs_one_cv(tmp_path: Path) -> None:
    first, second = Counting(), Counting()
    pdfs = some_samples(tmp_path / "pdfs", 3)
    before = build_index(pdfs, tmp_path / "store", Build(first))
    after = build_index(some_samples(pdfs, 4), tmp_path / "store", Build(second))
    assert len(second.asked) == after.passages - before.passages
    assert not set(second.asked) & set(first.asked)


def test_an_interrupted_build_goes_on_where_it_stopped(tmp_path: Path) -> None:
    pdfs, store = some_samples(tmp_path / "pdfs", 8), tmp_path / "store"
    broken, whole = Counting(fail_after=OWN + 40), Counting()
    with pytest.raises(ConnectionError):
        build_index(pdfs, store, Build(broken))
    report = build_index(pdfs, store, Build(whole))
    assert len(broken.asked) > OWN
    assert len(whole.asked) + len(broken.asked) == OWN + report.passages


def test_what_was_carried_over_is_what_the_model_says(tmp_path: Path) -> None:
    model, texts = HashedLetters(), ["a nurse in Leeds", "ein Koch", "a nurse in Leeds"]
    fresh, kept = Embedded(model, tmp_path).vectors(texts), Embedded(model, tmp_path).vectors(texts)
    assert np.array_equal(fresh, kept)
    assert np.allclose(kept, model.embed_passages(texts), atol=1e-3)
    assert vectors_file(tmp_path, model).stat().st_size == 2 * (16 + 2 * model.dimension)


def test_what_no_build_uses_any_more_is_forgotten(tmp_path: Path) -> None:
    model = HashedLetters()
    Embedded(model, tmp_path).vectors(["old", "kept"])
    embedded = Embedded(model, tmp_path)
    embedded.vectors(["kept", "new"])
    embedded.keep_used()
    later = Embedded(model, tmp_path)
    later.vectors(["kept", "new"])
    assert later.computed == 0
    later.vectors(["old"])
    assert later.computed == 1


@pytest.mark.parametrize("damage", ["cut", "zeros"])
def test_a_torn_record_is_computed_again(tmp_path: Path, damage: str) -> None:
    model = HashedLetters()
    Embedded(model, tmp_path).vectors(["first", "second"])
    path = vectors_file(tmp_path, model)
    data = path.read_bytes()
    path.write_bytes(data[:-100] if damage == "cut" else data[:-400] + bytes(400))
    embedded = Embedded(model, tmp_path)
    assert np.allclose(embedded.vectors(["first", "second"]), model.embed_passages(["first", "second"]), atol=1e-3)
    assert embedded.computed == 1
    assert Embedded(model, tmp_path).vectors(["second"]).any()


@needs_e5
def test_the_sample_cvs_come_with_their_vectors(tmp_path: Path) -> None:
    """All are used and none is missing: after a change of the CVs, of how they are cut or of the vocabulary, `make vectors` writes them anew."""
    model = packaged_e5.PackagedE5()
    report = build_index(SAMPLES, tmp_path, Build(model))
    assert not vectors_file(tmp_path, model).exists(), "the model had to be asked: run `make vectors`"
    record = 16 + 2 * model.dimension
    shipped = vectors_file(SAMPLES, model).stat().st_size // record
    assert report.passages - 5 <= shipped <= report.passages, "vectors lie there that nothing uses: run `make vectors`"
    assert vectors_file(VOCABULARY, model).stat().st_size // record == OWN


@needs_e5
def test_shipped_vectors_are_what_the_model_says(tmp_path: Path) -> None:
    model, some = packaged_e5.PackagedE5(), list(descriptions())[::40]
    shipped = Embedded(model, tmp_path, VOCABULARY)
    assert np.sum(shipped.vectors(some) * model.embed_passages(some), axis=1).min() > 0.999
    assert shipped.computed == 0


def test_a_lens_gives_unit_vectors_and_leaves_nothing_as_nothing() -> None:
    lens = Lens(HashedLetters().embed_passages(descriptions()))
    seen = lens.through(HashedLetters().embed_passages(["a nurse on a ward", ""]))
    assert np.linalg.norm(seen, axis=1) == pytest.approx([1, 0], abs=1e-5)
    assert lens.dimension == seen.shape[1] < HashedLetters.dimension
