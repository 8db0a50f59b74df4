"""Runs the evaluation: all questions, through each ranking. The whole pipeline reads and rewrites questions; only the ranking differs."""

from dataclasses import dataclass
from pathlib import Path

from rag.evaluation.metrics import Answered, Score, score
from rag.evaluation.questions import Kind, questions_from
from rag.evaluation.truth import Printed, read_printed, read_profiles
from rag.library import Library
from rag.ranking import Mode


@dataclass(frozen=True, slots=True)
class Outcome:
    """Scores by ranking and kind, and all answers."""

    embedder: str
    scores: dict[Mode, dict[Kind, Score]]
    answers: dict[Mode, list[Answered]]
    printed: dict[str, Printed]


def run(library: Library, profiles_dir: Path, pdf_dir: Path) -> Outcome:
    """Asks every question through every ranking, and scores the answers. Raises `RagError`."""
    profiles = read_profiles(profiles_dir)
    printed = read_printed(pdf_dir, profiles)
    questions = questions_from([profile for profile in profiles if profile.cv_id in printed])
    answers = {mode: [Answered(asked, library.search(asked.text, asked.history, mode=mode)) for asked in questions] for mode in Mode}
    scores = {mode: score(answered, printed) for mode, answered in answers.items()}
    return Outcome(library.embedder.name, scores, answers, printed)
