"""The evaluation itself: a small truth, printed by hand, scored by kind."""

import json
from pathlib import Path
from typing import Any

from rag.evaluation.questions import Kind
from rag.evaluation.run import run
from rag.evaluation.tables import misses, scores_as_json, table_of
from rag.ranking import Mode
from tests.rag.conftest import PRINTED_ELSEWHERE, indexed
from tests.rag.papers import Job, Paper, print_word
from tests.rag.recorded import Recorded

PEOPLE = (
    ("001-ada-brandt", "Ada Brandt", "Mill & Moor Ltd", "weaving", "Uni North"),
    ("002-ben-cole", "Ben Cole", "Quarry Lane Ltd", "glazing", "Uni South"),
)


def profile(cv_id: str, name: str, employer: str, skill: str, school: str) -> dict[str, Any]:
    return {
        "cv_id": cv_id, "language": "en", "name": name, "pronoun": "she", "profession": "none", "headline": "Maker", "as_of": "2024-01", "summary": "Makes things.",
        "contact": {"email": f"{cv_id}@example.org", "phone": "+44 20 7946 0000"}, "location": {"city": "Leeds", "country": "UK"},
        "experience": [{"employer": employer, "role": "Maker", "start": "2019-01", "end": None, "bullets": [f"Taught {skill} to apprentices"]}],
        "education": [{"institution": school, "degree": "BA Craft", "start_year": 2015, "end_year": 2018}],
        "skills": [{"name": skill, "canonical": skill, "years": 5}, {"name": "drawing", "canonical": "drawing", "years": None}],
        "languages": [{"name": "English", "code": "en", "level": "native"}],
    }  # fmt: skip


def test_scores_by_kind(tmp_path: Path, model: Recorded) -> None:
    for cv_id, name, employer, skill, school in PEOPLE:
        (tmp_path / f"{cv_id}.json").write_text(json.dumps(profile(cv_id, name, employer, skill, school)))
        job = Job("Maker", employer, "Leeds", "01/2019 – present", (f"Taught {skill} to apprentices",))
        study = Job("BA Craft", school, "Leeds", "2015 – 2018", ())
        contact = (f"{cv_id}@example.org", "+44 20 7946 0000", "Leeds")
        print_word(
            Paper(cv_id, name, "Maker", contact, "Makes things.", (job,), (study,), (skill, "drawing"), ("English: native",)),
            tmp_path / f"{cv_id}.pdf",
        )
    outcome = run(indexed(tmp_path, tmp_path / "store", model, PRINTED_ELSEWHERE), tmp_path, tmp_path)
    fused = outcome.scores[Mode.FUSED]
    assert fused[Kind.NAME].recall_1 == 1.0
    assert fused[Kind.NAME].page == 1.0
    assert fused[Kind.FOLLOW_UP].recall_3 == 1.0
    assert fused[Kind.SET].set_recall == 1.0
    assert (fused[Kind.NOBODY].refused or 0) >= 0.9
    assert set(scores_as_json(outcome)["modes"]) == {"fused", "bm25", "dense"}
    assert table_of(outcome).count("| name lookup |") == 3
    assert all(line.startswith("[") for line in misses(outcome))
