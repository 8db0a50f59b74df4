"""What a search is worth, by kind of question. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from rag.evaluation.questions import Asked, Kind
from rag.evaluation.truth import Printed
from rag.retrieval import Found


@dataclass(frozen=True, slots=True)
class Answered:
    """A question and what was found for it."""

    asked: Asked
    found: Found

    @property
    def rank(self) -> int:
        """The place of the first passage of a right CV, from 1; 0 if there is none."""
        return next((n for n, hit in enumerate(self.found.hits, start=1) if hit.cv_id in self.asked.right), 0)

    def page_is_right(self, printed: dict[str, Printed]) -> bool | None:
        """Is the first right CV's first passage on a page that shows it? None where no page is known."""
        hit = next((hit for hit in self.found.hits if hit.cv_id in self.asked.right), None)
        if hit is None or hit.cv_id not in printed:
            return None
        pages = frozenset[int]().union(*(printed[hit.cv_id].pages_with(text) for text in self.asked.printed.get(hit.cv_id, ())))
        return hit.page in pages if pages else None


@dataclass(frozen=True, slots=True)
class Score:
    """The averages of one kind; None where a measure does not apply."""

    questions: int
    recall_1: float | None = None
    recall_3: float | None = None
    recall_5: float | None = None
    mrr: float | None = None
    set_recall: float | None = None
    set_precision: float | None = None
    page: float | None = None
    refused: float | None = None
    """Of unanswerable questions the share that was refused; of others, the share that was wrongly refused."""


def score(answers: Sequence[Answered], printed: dict[str, Printed]) -> dict[Kind, Score]:
    """The scores of each kind that was asked."""
    return {kind: _score(kind, of_kind, printed) for kind in Kind if (of_kind := [a for a in answers if a.asked.kind is kind])}


def _score(kind: Kind, answers: Sequence[Answered], printed: dict[str, Printed]) -> Score:
    refused = _mean([not a.found.answerable for a in answers])
    if kind is Kind.NOBODY:
        return Score(len(answers), refused=refused)
    ranks = [a.rank for a in answers]
    pages = [right for a in answers if (right := a.page_is_right(printed)) is not None]
    sets = [(a.asked.right, {hit.cv_id for hit in a.found.hits}) for a in answers] if kind is Kind.SET else []
    return Score(
        questions=len(answers),
        recall_1=_mean([0 < rank <= 1 for rank in ranks]),
        recall_3=_mean([0 < rank <= 3 for rank in ranks]),
        recall_5=_mean([0 < rank <= 5 for rank in ranks]),
        mrr=_mean([1 / rank if rank else 0.0 for rank in ranks]),
        set_recall=_mean([len(right & found) / len(right) for right, found in sets]) if sets else None,
        set_precision=_mean([len(right & found) / len(found) if found else 0.0 for right, found in sets]) if sets else None,
        page=_mean(pages) if pages else None,
        refused=refused,
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
