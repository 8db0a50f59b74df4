"""The packaged model: what its engine must not be handed is kept from it, threads do not disturb each other, and where it cannot run the next best is taken."""

import threading
from pathlib import Path

import numpy as np
import pytest

from rag.embedded import Embedded
from rag.embedders import choice, packaged_e5, static_words
from rag.embedders.packaged_e5 import PackagedE5
from rag.errors import EmbedderMissing
from rag.indexing import VOCABULARY
from rag.lens import Lens
from rag.occupations import descriptions

needs_e5 = pytest.mark.skipif(not packaged_e5.can_run(), reason="the packaged model has no build for this machine")


@needs_e5
@pytest.mark.parametrize("text", ["", " \n", "\0", "\ud800", "\ufdfa" * 2000, "x" * 10**6, "\U0001f600" * 3000, "日本語" * 2000])
def test_any_text_has_a_vector(text: str) -> None:
    assert np.linalg.norm(PackagedE5().embed_queries([text]), axis=1) == pytest.approx([1.0], abs=1e-3)


@needs_e5
def test_a_nul_does_not_end_a_text() -> None:
    whole, cut = PackagedE5().embed_passages(["nurse\0in Leeds", "nurse"])
    assert not np.allclose(whole, cut, atol=1e-2)


@needs_e5
def test_languages_meet_through_the_lens(tmp_path: Path) -> None:
    model = PackagedE5()
    lens = Lens(Embedded(model, tmp_path, VOCABULARY).vectors(descriptions()))
    passages = model.embed_passages(["Mechanic. Repairs engines and brakes.", "Accountant. Keeps the ledgers.", "Nurse on a ward."])
    questions = model.embed_queries(["¿Quién sabe arreglar coches?", "Wer kann unsere Bücher führen?", "Qui soigne les malades ?"])
    near = lens.through(questions) @ lens.through(passages).T
    assert near.argmax(axis=1).tolist() == [0, 1, 2]


@needs_e5
def test_threads_get_the_vectors_that_one_gets() -> None:
    model, texts = PackagedE5(), ["Nurse in Leeds", "Koch in Berlin"]
    alone = model.embed_passages(texts)
    same: list[bool] = []
    threads = [threading.Thread(target=lambda: same.append(np.array_equal(model.embed_passages(texts), alone))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert same == [True] * 4


def test_without_it_the_next_best_is_taken(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packaged_e5, "can_run", lambda: False)
    with pytest.raises(EmbedderMissing, match="AVX2"):
        PackagedE5()
    assert choice.best_here() == "wordllama"
    monkeypatch.setattr(static_words, "package_folder", lambda: None)
    assert choice.best_here() == "hashed"
