"""Strangers' CVs and questions, each by somebody who knew nothing of this code: see README.md."""

import json
from pathlib import Path
from typing import Any
from unicodedata import normalize

from rag.evaluation.questions import Asked, Kind
from rag.followup import Said
from rag.library import Library

FOLDER = Path(__file__).parent
FIRST, SECOND = FOLDER / "first", FOLDER / "second"
SHIPPED = FOLDER.parents[2] / "cv_generation" / "data" / "cvs"
CVS = {"a": (FIRST,), "b": (FIRST,), "c": (SECOND,), "d": (SECOND,), "e": (FIRST, SECOND, SHIPPED), "f": (FIRST, SECOND, SHIPPED)}
"""The CVs that each half asks about. Where these are several, each question says which."""
ONLY_SCORED = "df"

_KINDS = {
    "name": Kind.NAME,
    "fact": Kind.FACT,
    "paraphrase": Kind.PARAPHRASE,
    "cross": Kind.CROSS,
    "cross-language": Kind.CROSS,
    "set": Kind.SET,
    "followup": Kind.FOLLOW_UP,
    "follow-up": Kind.FOLLOW_UP,
    "unanswerable": Kind.NOBODY,
}
_NAMED = {"first": FIRST, "second": SECOND, "shipped": SHIPPED}


def questions(half: str, cvs: Path, library: Library) -> list[Asked]:
    """What one half asks about these CVs, with the ids that the library gave to them."""
    ids = {normalize("NFC", Path(cv.file).name): cv.cv_id for cv in library.generation().corpus.cvs}
    lines = [json.loads(line) for line in (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines() if line]
    return [_asked(told, ids) for told in lines if _NAMED.get(told.get("folder"), cvs) == cvs]


def _asked(told: Any, ids: dict[str, str]) -> Asked:
    kind = _KINDS[told["kind"]]
    also: list[str] = told.get("also", [])
    """Who may be shown, and need not be: of everybody who fits, they count neither way."""
    files: list[str] = [*told["expected"], *(also if kind is not Kind.SET else [])]
    right = frozenset(ids[normalize("NFC", file)] for file in files)
    said = tuple(Said(turn["role"], turn["content"]) for turn in told.get("history", ()))
    return Asked(kind, told["question"], right, {}, said)
