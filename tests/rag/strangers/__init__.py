"""Two strangers' CVs and questions, each by somebody who knew nothing of this code: see README.md."""

import json
from pathlib import Path
from typing import Any
from unicodedata import normalize

from rag.evaluation.questions import Asked, Kind
from rag.followup import Said
from rag.library import Library

FOLDER = Path(__file__).parent
FIRST, SECOND = FOLDER / "first", FOLDER / "second"
CVS = {"a": FIRST, "b": FIRST, "c": SECOND, "d": SECOND}
"""The CVs that each half asks about."""
ONLY_SCORED = "d"

_KINDS = {
    "name": Kind.NAME,
    "fact": Kind.FACT,
    "paraphrase": Kind.PARAPHRASE,
    "cross": Kind.CROSS,
    "set": Kind.SET,
    "followup": Kind.FOLLOW_UP,
    "unanswerable": Kind.NOBODY,
}


def questions(half: str, library: Library) -> list[Asked]:
    """One half, with the ids that the library gave to the CVs."""
    ids = {normalize("NFC", Path(cv.file).name): cv.cv_id for cv in library.generation().corpus.cvs}
    lines = (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_asked(json.loads(line), ids) for line in lines if line]


def _asked(told: Any, ids: dict[str, str]) -> Asked:
    kind = _KINDS[told["kind"]]
    also: list[str] = told.get("also", [])
    """Who may be shown, and need not be: of everybody who fits, they count neither way."""
    files: list[str] = [*told["expected"], *(also if kind is not Kind.SET else [])]
    right = frozenset(ids[normalize("NFC", file)] for file in files)
    said = tuple(Said(turn["role"], turn["content"]) for turn in told.get("history", ()))
    return Asked(kind, told["question"], right, {}, said)
