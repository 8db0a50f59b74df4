"""English words near each other in meaning: `lorry` and `truck`, `taught` and `instructor`, `fish` and `tuna`. For ranking only, never as evidence.

What people call a thing is seldom what a CV calls it. The table (`vocabulary/related.txt.gz`) is derived from WordNet 3.0, by `scripts/related_words.py`; its licence
stands at its head. Called by `likeness.py` and `spelling.py`. Loaded once a process, when first asked.
"""

import gzip
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from importlib.resources import files

from rag.concepts import concepts
from rag.terms import concept_term
from rag.words import stem

_SENSES = 4
_SAME, _MADE, _NARROWER, _ALIKE, _WIDER = 0.8, 0.64, 0.6, 0.6, 0.45
_RARER_SENSE, _FURTHER, _WIDE = 0.15, 0.85, 0.7
"""What each rarer sense of a word loses; what each further step down takes; what an everyday concept is worth beside a word."""
_DEPTH, _TOO_WIDE = 2, 400
_DIGITS = "0123456789"
_ENDINGS = (
    ("ies", "y"), ("ches", "ch"), ("shes", "sh"), ("xes", "x"), ("ves", "f"), ("sses", "ss"), ("s", ""),
    ("ing", ""), ("ing", "e"), ("ed", ""), ("ed", "e"),
)  # fmt: skip


class Thesaurus:
    """The table, opened. A sense is its line's number; lines are read apart only when they are asked for."""

    def __init__(self, text: str) -> None:
        self._irregular: dict[str, str] = {}
        self._senses: list[str] = []
        self._of_word: dict[str, list[tuple[int, int]]] = {}
        self._narrower: dict[int, list[int]] = {}
        for line in text.splitlines():
            if line.startswith("="):
                form, base = line[1:].split()
                self._irregular[form] = base
            elif not line.startswith("#"):
                self._add(line)

    def _add(self, line: str) -> None:
        number = len(self._senses)
        self._senses.append(line)
        for word in line.partition("|")[0].split():
            bare = word.rstrip(_DIGITS)
            self._of_word.setdefault(bare, []).append((int(word[len(bare) :] or 0), number))
        for wider in self._linked(number, 1):
            self._narrower.setdefault(wider, []).append(number)

    def _linked(self, sense: int, column: int) -> Iterator[int]:
        columns = self._senses[sense].split("|")
        steps = columns[column] if column < len(columns) else ""
        return (sense - int(step) for step in steps.split(",") if step)

    def _said(self, sense: int) -> list[str]:
        return [word.rstrip(_DIGITS) for word in self._senses[sense].partition("|")[0].split()]

    def related(self, word: str) -> dict[str, float]:
        """The words near a folded word, itself included, each with how near, from 0 to 1. Empty if the word is not known."""
        found: dict[str, float] = {}
        for form in self._forms(word):
            for rank, sense in self._of_word[form]:
                for weight, near in self._around(sense):
                    for said in self._said(near):
                        found[said] = max(found.get(said, 0.0), weight * (1 - _RARER_SENSE * rank))
        return found

    def knows(self, word: str) -> bool:
        """Is this an English word, or a form of one?"""
        return bool(self._forms(word))

    def _forms(self, word: str) -> set[str]:
        """The words that this one may be a form of: a participle may be a noun, too."""
        bases = {word, self._irregular.get(word, word)}
        for ending, instead in _ENDINGS:
            if word.endswith(ending):
                base = word.removesuffix(ending)
                bases.add(base + instead)
                if len(base) > len(ending) and base[-2:-1] == base[-1]:
                    bases.add(base[:-1])  # running, run
        return {base for base in bases if base in self._of_word}

    def _around(self, sense: int) -> Iterator[tuple[float, int]]:
        yield _SAME, sense
        for column, weight in ((1, _WIDER), (2, _ALIKE), (3, _MADE)):
            yield from ((weight, near) for near in self._linked(sense, column))
        weight, level = _NARROWER, [sense]
        for _ in range(_DEPTH):
            level = [narrower for near in level for narrower in self._narrower.get(near, ())]
            if len(level) > _TOO_WIDE:
                return  # `person`, `change`: whatever lies below says nothing
            yield from ((weight, near) for near in level)
            weight *= _FURTHER


@cache
def thesaurus() -> Thesaurus:
    """The shipped table."""
    packed = files("rag.vocabulary").joinpath("related.txt.gz").read_bytes()
    return Thesaurus(gzip.decompress(packed).decode("utf-8"))


@lru_cache(maxsize=4096)
def related_terms(word: str) -> tuple[tuple[str, float], ...]:
    """The terms that passages are indexed under of all words related to an English one: their stems, and the concepts that carry them to other languages."""
    found: dict[str, float] = {}
    for said, weight in thesaurus().related(word).items():
        for term, worth in _terms_of(said.split("-")):
            found[term] = max(found.get(term, 0.0), weight * worth)
    return tuple(found.items())


def _terms_of(said: list[str]) -> Iterable[tuple[str, float]]:
    if len(said) == 1:
        yield stem(said[0], "en"), 1.0
    known = concepts()
    for mention in known.mentions(said, ("en",)):
        if mention.end - mention.start == len(said):
            yield concept_term(mention.concept), _WIDE if known.by_name[mention.concept].wide else 1.0
