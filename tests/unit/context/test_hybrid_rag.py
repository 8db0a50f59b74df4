"""The door to retrieval over the sample CVs: what becomes a passage, a source, a fingerprint."""

from pathlib import Path

import pytest

from app.domain.chat.errors import NotFound, Unavailable
from app.infrastructure.context.cv_index_place import CvIndexPlace
from app.infrastructure.context.hybrid_rag.door import HybridRag
from tests.processes import SAMPLE_CVS, sample_index
from tests.unit.context.test_follow_ups import HISTORY


@pytest.fixture(scope="module")
def door() -> HybridRag:
    return HybridRag(CvIndexPlace(sample_index(), SAMPLE_CVS, None, "auto"))


def test_passages_and_sources_have_the_same_numbers(door: HybridRag) -> None:
    found = door.search("Who knows Kubernetes?", [])
    assert found.chosen
    assert [passage.n for passage in found.passages] == [source.n for source in found.sources] == [1, 2]
    assert found.passages[0].title.startswith("Marco Ossani · ")
    assert found.sources[0].url == "/api/cvs/001-marco-ossani/pdf#page=2"
    assert "Marco Ossani" not in found.sources[0].snippet


def test_equivalent_questions_share_a_fingerprint_and_leaning_ones_have_none(door: HybridRag) -> None:
    one, other = (door.search(question, []).fingerprint for question in ("Who knows Kubernetes?", "  who knows KUBERNETES"))
    assert one == other is not None
    assert door.search("Who knows Kubernetes?", HISTORY).fingerprint == one
    assert door.search("What did Marco Ossani say about that Kubernetes migration?", HISTORY).fingerprint is None


@pytest.mark.parametrize("question", ["Who has won a Nobel Prize in chemistry?", "¿Quién ha viajado a la Luna?"])
def test_no_evidence_is_no_passages(door: HybridRag, question: str) -> None:
    found = door.search(question, [])
    assert (found.passages, found.sources, found.fingerprint) == ((), (), None)
    assert found.generation


def test_everybody_is_announced_to_the_model(door: HybridRag) -> None:
    found = door.search("Who speaks Italian?", [])
    people = {source.cv_id for source in found.sources}
    assert found.remark.startswith(f"{len(people)} candidates fit the question, and all of them")


def test_ids_are_never_paths(door: HybridRag) -> None:
    for cv_id in ("../001-marco-ossani", "001-marco-ossani.pdf", "", "\0"):
        with pytest.raises(NotFound):
            door.pdf(cv_id)
    assert door.pdf("001-marco-ossani") == SAMPLE_CVS / "001-marco-ossani.pdf"


def test_an_index_of_another_model_is_said_in_one_sentence() -> None:
    other = HybridRag(CvIndexPlace(sample_index(), SAMPLE_CVS, None, "hashed"))
    with pytest.raises(Unavailable, match="built with the embedding model"):
        other.search("Who knows Kubernetes?", [])
    assert "built with the embedding model" in other.reason_to_build()


def test_an_index_of_another_folder_is_built_anew_only_if_the_folder_was_asked_for(tmp_path: Path) -> None:
    assert HybridRag(CvIndexPlace(sample_index(), tmp_path, None, "auto")).reason_to_build() == ""
    assert "CVS_PDF_DIR" in HybridRag(CvIndexPlace(sample_index(), tmp_path, tmp_path, "auto")).reason_to_build()
