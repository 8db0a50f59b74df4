"""Forty-four CVs and 270 questions by somebody who knew nothing of this code: see README.md."""

import json
from pathlib import Path
from typing import Any
from unicodedata import normalize

from rag.evaluation.questions import Asked, Kind
from rag.followup import Said
from rag.library import Library

FOLDER = Path(__file__).parent
CVS = FOLDER / "cvs"

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
    """One half, `a` or `b`, with the ids that the library gave to the CVs."""
    ids = {normalize("NFC", Path(cv.file).name): cv.cv_id for cv in library.generation().corpus.cvs}
    lines = (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_asked(json.loads(line), ids) for line in lines if line]


def _asked(told: Any, ids: dict[str, str]) -> Asked:
    right = frozenset(ids[normalize("NFC", file)] for file in told["expected"])
    said = tuple(Said(turn["role"], turn["content"]) for turn in told.get("history", ()))
    return Asked(_KINDS[told["kind"]], told["question"], right, {}, said)
