"""`chatbot index --contextual`: the model says what passages are about, and may fail without costing a CV."""

import json
import shutil
from pathlib import Path

import pytest

from app.domain.chat.errors import ModelError
from app.infrastructure.context.contextual_index import build_with_model
from app.infrastructure.context.cv_index_place import CvIndexPlace
from app.infrastructure.context.first_index import BuildFailed
from app.infrastructure.context.hybrid_rag.door import HybridRag
from tests.processes import SAMPLE_CVS
from tests.unit.context.test_follow_ups import Says

VIEW = json.dumps(
    {"passages": [{"number": 1, "section": "experience", "employer": "Zebra Works", "role": "Keeper", "context": "The first job."}]}
)


@pytest.fixture
def place(tmp_path: Path) -> CvIndexPlace:
    folder = tmp_path / "cvs"
    folder.mkdir()
    shutil.copy(next(SAMPLE_CVS.glob("001-*.pdf")), folder)
    return CvIndexPlace(tmp_path / "store", folder, folder, "auto")


@pytest.mark.parametrize(
    ("says", "asked", "found"),
    [
        (Says(f"Here it is:\n```json\n{VIEW}\n```"), 1, True),
        (Says("no JSON"), 2, False),  # asked once more with the complaint, then the rules' view stands
        (Says(ModelError("provider_overloaded", "Too busy.", retryable=True)), 1, False),
    ],
)
async def test_the_model_s_view_goes_into_the_headers(place: CvIndexPlace, says: Says, asked: int, found: bool) -> None:
    lines: list[str] = []
    await build_with_model(place, says, lines.append)
    assert lines[-1].startswith("1 CVs, ")
    assert len(says.asked) == asked
    titles = [passage.title for passage in HybridRag(place).search("What does Marco Ossani do at Zebra Works?", []).passages]
    assert any("Zebra Works" in title for title in titles) is found


async def test_an_empty_folder_is_one_sentence(place: CvIndexPlace, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    with pytest.raises(BuildFailed, match="There are no PDFs"):
        await build_with_model(CvIndexPlace(place.store, tmp_path / "none", None, "auto"), Says("x"), lambda _: None)
