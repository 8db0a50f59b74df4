"""One search, from the question to the passages that the model gets. Shared by the CLI and the API; synchronous, safe in threads.

read the question → expand its words → score every passage → everybody who fits, or the best → is it evidence? → pack by candidate
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rag.concepts import in_english
from rag.corpus import CvRow, Passage
from rag.embedders.port import Embedder, Vectors
from rag.everybody import Fit, everybody_who
from rag.evidence import ENGLISH, MULTILINGUAL, is_evidence, looks_like_name
from rag.expansion import Sought, narrowly, sought_in
from rag.opened import Generation
from rag.private_life import STAND_IN
from rag.query import Question, read_question
from rag.ranking import Mode, Ranked, rank
from rag.scoring import Scores

TOP_K = 5
_NEAR_BEST, _NEARER = 0.45, 0.25
"""So much of the best one's score another candidate must have to be shown, and so much more if the best says all that is asked."""
_NEAR_THOSE_WHO_FIT = -0.5
"""Who is ranked so near whoever says what is asked word for word is shown, too."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One source. `text` is what the model gets; `n` is the number it cites."""

    n: int
    cv_id: str
    file: str
    candidate: str
    page: int
    section: str
    text: str
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """The outcome of a search. Without evidence, `hits` is empty. `candidates` counts everybody who fits, where that was asked.

    `searched` is the question as it was searched, after rewriting. `generation` names the index that answered.
    """

    generation: str
    searched: str
    answerable: bool
    hits: tuple[Hit, ...]
    everybody: bool = False
    candidates: int = 0


def search(generation: Generation, embedder: Embedder, text: str, top_k: int = TOP_K, mode: Mode = Mode.FUSED) -> Found:
    """Searches one generation for a question that needs no history."""
    question = read_question(text, generation.names, generation.lexical.frequency)
    asked = _Asked(embedder, question)
    scores = Scores(generation, question, _things(generation, question), lambda: generation.lens.through(asked.vector[None])[0])
    fit = (
        everybody_who(generation, question, scores) if mode is Mode.FUSED and question.everybody and not question.people.stranger else Fit()
    )
    if fit.cvs and (alike := _by_likeness(generation, question, scores, fit)):
        return Found(generation.meta.generation, text, answerable=True, hits=_hits(generation, alike))
    if fit.cvs:
        hits = _hits(generation, _of_everybody(generation, scores, fit), fit)
        return Found(generation.meta.generation, text, answerable=True, hits=hits, everybody=True, candidates=len(fit.cvs))
    ranked = rank(generation, question, scores, mode)
    if mode is Mode.FUSED and question.everybody and question.timed:
        ranked = [r for r in ranked if int(generation.corpus.cv_of[r.passage]) in (fit.in_time or ())]  # facts decide about times

    scale = MULTILINGUAL if embedder.multilingual else ENGLISH

    def how_private() -> float:
        return generation.private_life.likeness(asked.vector)

    if mode is Mode.FUSED and not (ranked and is_evidence(question, scores, ranked, scale, how_private)):
        return Found(generation.meta.generation, text, answerable=False, hits=())
    return Found(
        generation.meta.generation, text, answerable=bool(ranked), hits=_hits(generation, _packed(generation, question, ranked, top_k))
    )


class _Asked:
    """The question as the model sees it. The model is asked once, and not before its answer is needed."""

    def __init__(self, embedder: Embedder, question: Question) -> None:
        self._embedder = embedder
        self._question = question

    @cached_property
    def vector(self) -> Vectors:
        """As the model gives it. Of a question about somebody named the name is left out: it says nothing about what is sought."""
        question = self._question
        if question.people.cvs:
            text = question.with_names_as(STAND_IN)
            text = text if self._embedder.multilingual else in_english(text, question.language)
        elif self._embedder.multilingual:
            text = question.text
        else:
            told = " ".join(token.raw for i, token in enumerate(question.tokens) if i in question.telling) or question.text
            text = in_english(told, question.language)
        return self._embedder.embed_queries([text])[0]


def _things(generation: Generation, question: Question) -> list[Sought]:
    things = sought_in(question.tokens, question.telling, question.read_in, generation.lexical)
    return narrowly(things) if question.people.cvs else things


def _packed(generation: Generation, question: Question, ranked: Sequence[Ranked], top_k: int) -> list[Ranked]:
    """The passages to show, a candidate's together, candidates by their best.

    About named people, each gets an equal share. Otherwise every candidate who comes near the best gets one passage before anyone gets two.
    """
    by_cv: dict[int, list[Ranked]] = defaultdict(list)
    for r in ranked:
        by_cv[int(generation.corpus.cv_of[r.passage])].append(r)
    order = list(by_cv)
    if ranked and not question.people.cvs:
        floor = (_NEAR_BEST + _NEARER * min(1.0, ranked[0].coverage)) * ranked[0].score
        order = [cv for cv in order if by_cv[cv][0].score >= floor] or order[:1]
    order = order[:top_k]
    chosen: dict[int, list[Ranked]] = {cv: [] for cv in order}
    depth = 0
    while sum(map(len, chosen.values())) < top_k and any(len(by_cv[cv]) > depth for cv in order):
        for cv in order:
            if len(by_cv[cv]) > depth and sum(map(len, chosen.values())) < top_k:
                chosen[cv].append(by_cv[cv][depth])
        depth += 1
    return [r for cv in order for r in chosen[cv]]


def _by_likeness(generation: Generation, question: Question, scores: Scores, fit: Fit) -> list[Ranked]:
    """For a description, whose words somebody may say by chance: those who fit, and those ranked near them or above, the best first; empty for any other question.

    `Who drives trains?` is said word for word by whoever drives an ambulance and trains volunteers. The train driver's CV may say neither.
    """
    if not fit.by_words or not _is_description(question, scores):
        return []
    best: dict[int, Ranked] = {}
    for r in rank(generation, question, scores):
        best.setdefault(int(generation.corpus.cv_of[r.passage]), r)
    least = max((best[cv].score for cv in fit.cvs if cv in best), default=0.0) + _NEAR_THOSE_WHO_FIT
    near = {cv: r for cv, r in best.items() if cv not in fit.cvs and cv not in fit.at_another_time and r.score > least}
    fitting = {cv: passages[0] for cv, passages in _by_cv(generation, _of_everybody(generation, scores, fit)).items()}
    order = {cv: best[cv].score if cv in best else 0.0 for cv in (*near, *fitting)}
    return [{**near, **fitting}[cv] for cv in sorted(order, key=lambda cv: -order[cv])]


def _by_cv(generation: Generation, ranked: Iterable[Ranked]) -> dict[int, list[Ranked]]:
    found: dict[int, list[Ranked]] = defaultdict(list)
    for r in ranked:
        found[int(generation.corpus.cv_of[r.passage])].append(r)
    return found


def _is_description(question: Question, scores: Scores) -> bool:
    """Ordinary words, and no name among them, be it of a place or a language, which German writes like any noun."""
    things = [thing for i, thing in enumerate(scores.things) if not scores.of_aspect[i]]
    named = any(looks_like_name(question, i) for thing in things for i in thing.positions)
    known = any(thing.is_a("place") or thing.is_a("language") for thing in things)
    return bool(things) and len(question.clauses) == 1 and not named and not known


def _of_everybody(generation: Generation, scores: Scores, fit: Fit) -> list[Ranked]:
    """For each who fits, what shows it; the best first."""
    shown = {cv: passages or _first_passage(generation, cv) for cv, passages in fit.passages.items()}

    def of(number: int) -> Ranked:
        coverage = float(scores.coverage[number])
        return Ranked(number, coverage + 0.02 * float(scores.bm25[number]), coverage, 0.0)

    ranked = {cv: [of(number) for number in passages[:2]] for cv, passages in shown.items()}
    best = sorted(ranked, key=lambda cv: (-fit.years.get(cv, 0.0), -max(r.score for r in ranked[cv])))
    return [r for cv in best for r in ranked[cv]]


def _first_passage(generation: Generation, cv: int) -> list[int]:
    return generation.corpus.passages_of((cv,))[:1].tolist()


def _hits(generation: Generation, ranked: Sequence[Ranked], fit: Fit | None = None) -> tuple[Hit, ...]:
    read = generation.corpus.read([r.passage for r in ranked])
    top = max((r.score for r in ranked), default=1.0) or 1.0
    return tuple(
        _hit(n, generation.corpus.cvs[read[r.passage].cv], read[r.passage], r.score / max(top, 1e-6), fit)
        for n, r in enumerate(ranked, start=1)
    )


def _hit(n: int, cv: CvRow, passage: Passage, score: float, fit: Fit | None) -> Hit:
    years = fit.years.get(cv.number) if fit else None
    counted = "" if years is None else f"\n(counted from this CV: {years:.1f} years)"
    return Hit(
        n=n,
        cv_id=cv.cv_id,
        file=cv.file,
        candidate=cv.name,
        page=passage.page,
        section=passage.section.value,
        text=f"{passage.header}{counted}\n{passage.text}",
        score=round(float(np.clip(score, 0.0, 1.0)), 4),
    )
