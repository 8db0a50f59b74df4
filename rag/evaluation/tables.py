"""The evaluation's outcome as a Markdown table, as JSON, and as a list of what was missed."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from rag.evaluation.metrics import Score
from rag.evaluation.questions import Kind
from rag.evaluation.run import Outcome
from rag.ranking import Mode

_HEAD = ("kind", "questions", "R@1", "R@3", "R@5", "MRR", "set recall", "set precision", "page", "refused")


def table_of(outcome: Outcome) -> str:
    """One Markdown table for each ranking."""
    parts = [f"Embedding model: {outcome.embedder}"]
    for mode, scores in outcome.scores.items():
        rows = [_row(kind.value, score) for kind, score in scores.items()]
        parts.append("\n".join([f"**{mode.value}**", "", _line(_HEAD), _line(["---"] * len(_HEAD)), *map(_line, rows)]))
    return "\n\n".join(parts)


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _row(kind: str, score: Score) -> list[str]:
    shares = (score.recall_1, score.recall_3, score.recall_5, score.mrr, score.set_recall, score.set_precision, score.page, score.refused)
    return [kind, str(score.questions), *("–" if share is None else f"{share:.3f}" for share in shares)]


def scores_as_json(outcome: Outcome) -> dict[str, Any]:
    """The same numbers as plain values: `{"embedder", "modes": {mode: {kind: score}}}`."""
    return {
        "embedder": outcome.embedder,
        "questions": sum(score.questions for score in outcome.scores[Mode.FUSED].values()),
        "modes": {mode.value: {kind.value: asdict(score) for kind, score in scores.items()} for mode, scores in outcome.scores.items()},
    }


def misses(outcome: Outcome) -> Iterator[str]:
    """Every question that the fused ranking missed: no right CV among the first three, a set that is not whole, a wrong page, a wrong refusal or none."""
    for answered in outcome.answers[Mode.FUSED]:
        asked, found = answered.asked, answered.found
        hits = [f"{hit.cv_id}:{hit.section}:{hit.page}" for hit in found.hits[:6]]
        if asked.kind is Kind.NOBODY:
            wrong = "answered" if found.answerable else ""
        elif asked.kind is Kind.SET and (lacking := asked.right - {hit.cv_id for hit in found.hits}):
            wrong = f"lacks {sorted(lacking)}"
        elif not 0 < answered.rank <= 3:
            wrong = "refused" if not found.answerable else f"rank {answered.rank}, right {sorted(asked.right)[:3]}"
        else:
            wrong = "wrong page" if answered.page_is_right(outcome.printed) is False else ""
        if wrong:
            yield f"[{asked.kind.value}] {asked.text} ({found.searched if found.searched != asked.text else ''}) — {wrong} — {hits}"
