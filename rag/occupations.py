"""What people do for a living: some two hundred occupations, written field by field after ISCO-08 (`vocabulary/occupations.txt`), each with what it does.

They are what CVs and questions are compared by: see `lens.py`.
"""

from functools import cache
from importlib.resources import files


@cache
def descriptions() -> tuple[str, ...]:
    """For each occupation its names and what it does, in one text, in the vocabulary's order."""
    text = files("rag.vocabulary").joinpath("occupations.txt").read_text(encoding="utf-8")
    return tuple(_described(line) for line in text.splitlines() if line.strip() and not line.startswith("#"))


def _described(line: str) -> str:
    names, does = line.split("|")
    return f"{', '.join(name.strip() for name in names.split(';'))}: {does.strip()}"
