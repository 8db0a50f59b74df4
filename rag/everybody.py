"""Answers questions about everybody: `who knows X`, `who worked at Y and speaks Z`, `more than N years of W`: ALL candidates who fit.

Each condition is checked on the facts of a CV and on what its passages literally say, in any language the vocabulary knows. Conditions combine
by and, or, not. Nobody fits: the answer is empty, and the caller decides whether likeness will do.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rag.aspects import SECTIONS, Aspect
from rag.concepts import concepts
from rag.corpus import NOW
from rag.dates import months_covered
from rag.evidence import looks_like_name
from rag.expansion import LITERAL
from rag.facts import skill_key
from rag.headings import Section
from rag.opened import Generation
from rag.query import Clause, Joint, Question
from rag.scoring import Scores
from rag.terms import CONCEPT, passage_terms
from rag.words import words

_OWN_SECTION = {Aspect.PROJECTS, Aspect.PUBLISHED, Aspect.AWARDS, Aspect.HOBBIES, Aspect.VOLUNTEERS, Aspect.CERTIFIED}
_STRICT = {Aspect.STUDIES, Aspect.SPEAKS, Aspect.LIVES}
"""Aspects whose section decides, if anybody's says it: who speaks German is not who studied German."""
_MOSTLY_NAMED = 0.5
"""Where so much of a condition are names, each thing by its rarity, they decide."""


@dataclass(slots=True)
class Fit:
    """The CVs that fit a condition, and for each the passages that show it. `years` where years were asked for."""

    passages: dict[int, list[int]] = field(default_factory=dict)
    years: dict[int, float] = field(default_factory=dict)
    by_words: bool = False
    """Found by what passages say, and by no fact about the CV."""

    @property
    def cvs(self) -> set[int]:
        """The numbers of all who fit."""
        return set(self.passages)


def everybody_who(generation: Generation, question: Question, scores: Scores) -> Fit:
    """All who fit all conditions; empty if nobody does."""
    clauses = [_Condition(generation, question, scores, clause) for clause in question.clauses]
    fits: Fit | None = None
    for clause, condition in zip(question.clauses, clauses, strict=True):
        fits = _combine(fits, clause.joint, condition.fit(), generation)
    if fits is None and not question.years:
        return _by_section_alone(generation, question)
    if question.years:
        fits = _with_years(generation, question, scores, fits)
    return fits or Fit()


def _combine(before: Fit | None, joint: Joint, fit: Fit, generation: Generation) -> Fit:
    if joint is Joint.NOT:
        everyone = before or Fit(passages={cv.number: [] for cv in generation.corpus.cvs})
        return Fit({cv: shown for cv, shown in everyone.passages.items() if cv not in fit.passages})
    if before is None:
        return fit
    chosen = before.cvs | fit.cvs if joint is Joint.OR else before.cvs & fit.cvs
    return Fit(
        {
            cv: [*before.passages.get(cv, []), *(p for p in fit.passages.get(cv, []) if p not in before.passages.get(cv, []))]
            for cv in chosen
        }
    )


class _Condition:
    """One clause of the question."""

    def __init__(self, generation: Generation, question: Question, scores: Scores, clause: Clause) -> None:
        self._generation = generation
        self._scores = scores
        self._clause = clause
        self._text = " ".join(question.tokens[i].raw for i in clause.positions)
        self._language = question.language
        self._named = {i for i, thing in enumerate(scores.things) if any(looks_like_name(question, at) for at in thing.positions)}
        wanted = set(clause.positions)
        self._which = [i for i, thing in enumerate(scores.things) if wanted & set(thing.positions)]

    def fit(self) -> Fit:
        """Who meets it."""
        # What only names an aspect ("degree", "company") is no condition while something else is.
        telling = [i for i in self._which if self._scores.weights[i] > 0 and not self._of_aspect(i)] or self._which
        language = self._spoken_language(telling)
        if language:
            return self._shown(self._generation.corpus.speakers_of(language), telling, (Section.LANGUAGES, Section.SKILLS, Section.PROFILE))
        names = self._names(telling)
        known = [i for i in telling if self._scores.things[i].known]
        if names and {*names} <= {*known} and len(telling) - len(known) <= len(names) and self._share(names, known) >= _MOSTLY_NAMED:
            telling = known  # `an SAP module`, where nobody says module; but not `sail a yacht across the Atlantic`
        if any(not self._scores.things[i].known for i in telling):
            return self._by_skill()
        return self._by_passages(telling)

    def _of_aspect(self, thing: int) -> bool:
        return (
            all(position in self._clause.positions for position in self._scores.things[thing].positions) and self._scores.of_aspect[thing]
        )

    def _spoken_language(self, telling: list[int]) -> str:
        """The language asked for, if the clause is about speaking it, or about nothing else."""
        named = [
            concept.name
            for i in telling
            if (concept := concepts().by_name.get(self._scores.things[i].label)) and concept.kind == "language"
        ]
        others = [i for i in telling if self._scores.things[i].label not in named]
        if (
            len(named) == 1
            and not any(self._is_condition(i) for i in others)
            and not {Aspect.STUDIES, Aspect.WORK, Aspect.LIVES} & self._clause.aspects
        ):
            return named[0] if Aspect.SPEAKS in self._clause.aspects or self._generation.corpus.speakers_of(named[0]) else ""
        return ""

    def _is_condition(self, thing: int) -> bool:
        """Beside a language, what the vocabulary has is sought too (`French lawyer`); any other word says how well it is spoken."""
        return (
            thing in self._named
            or not self._scores.things[thing].known
            or any(t.startswith(CONCEPT) for t in self._scores.things[thing].terms)
        )

    def _by_skill(self) -> Fit:
        """A skill that no passage's words show, but the facts know."""
        return self._shown({*self.skills(), *self.alike()}, [], (Section.SKILLS,))

    def skills(self) -> dict[int, int | None]:
        """The CVs that list it as a skill by that name, with the years that they state."""
        keys = {skill_key(self._text, self._language), skill_key(self._text, "en")}
        return self._generation.corpus.years_of_skill(key for key in keys if key)

    def alike(self) -> dict[int, int | None]:
        """The CVs that list a skill which says the same, perhaps in another language, with the years that they state for it."""
        if (self._clause.employer and not self._clause.with_something) or self._clause.aspects & _STRICT:
            return {}
        things = [i for i in self._which if not self._of_aspect(i)] or self._which
        return self._generation.corpus.years_of_listed(self._scores.listed_like(things, self._language))

    def _by_passages(self, telling: list[int]) -> Fit:
        listed = {*self.skills(), *self.alike()}
        if _is_short(self._text) and listed:
            return self._shown(listed, telling, (Section.SKILLS,))  # `R`, `Go`: elsewhere these letters mean other things
        names = self._names(telling)
        named = self._scores.literally(names)  # a name is not translated
        said = self._scores.literally(telling) | (self._scores.mostly(telling) & self._foreign() & named)
        if names and self._share(names, telling) >= _MOSTLY_NAMED:
            said |= named  # `a WSET qualification`: whoever has it may call it something else
        for where in self._places():
            here = said & where
            if here.any():
                return self._of(np.flatnonzero(here), listed)
        if said.any() and not self._clause.by_name:
            return self._of(np.flatnonzero(said), listed)
        if self._clause.by_name:
            return Fit()
        together = np.flatnonzero(self._scores.literally_by_cv(telling)).tolist()
        fit = self._shown({*together, *listed}, telling, ()) if len(telling) > 1 else self._shown(listed, telling, ())
        fit.by_words = not listed
        return fit

    def _names(self, telling: list[int]) -> list[int]:
        """What is written like a name; a place is where something is sought, not what."""
        return [i for i in telling if i in self._named and not self._scores.things[i].is_a("place")]

    def _share(self, some: list[int], telling: list[int]) -> float:
        return float(sum(self._scores.weights[i] for i in some)) / max(float(sum(self._scores.weights[i] for i in telling)), 1e-6)

    def _foreign(self) -> NDArray[np.bool_]:
        """Passages of CVs in another language than the question's: phrases do not survive translation word by word."""
        corpus = self._generation.corpus
        foreign = np.array([cv.language != self._language for cv in corpus.cvs], dtype=np.bool_)
        return foreign[corpus.cv_of] & (not self._clause.employer)

    def _places(self) -> list[NDArray[np.bool_]]:
        """Where the condition has to be met, strictest first; nothing said is anywhere."""
        corpus = self._generation.corpus
        if self._clause.employer:
            return [corpus.in_sections((Section.EXPERIENCE, Section.VOLUNTEERING)) & ~corpus.continued]
        strict = [aspect for aspect in self._clause.aspects if aspect in _STRICT]
        if Aspect.CERTIFIED in self._clause.aspects:
            return []  # `a WSET qualification` stands where its holder thought best
        return [corpus.in_sections({section for aspect in strict for section in SECTIONS[aspect]})] if strict else []

    def _of(self, numbers: NDArray[np.int64], listed: set[int]) -> Fit:
        """The CVs of these passages, those heads first that name it where an employer is sought; and the CVs that list it as a skill."""
        corpus = self._generation.corpus
        by_cv: dict[int, list[int]] = {}
        if self._clause.employer:
            numbers = numbers if self._of_places() else self._in_heads(numbers)
            listed = set()
        elif self._clause.aspects & _STRICT:
            listed = set()
        for number in numbers.tolist():
            by_cv.setdefault(int(corpus.cv_of[number]), []).append(number)
        fit = Fit(
            {
                cv: sorted(numbers, key=lambda n: -float(self._scores.coverage[n] + 0.1 * self._scores.bm25[n]))[:2]
                for cv, numbers in by_cv.items()
            }
        )
        missing = self._shown(listed - fit.cvs, [], (Section.SKILLS,))
        fit.passages.update(missing.passages)
        fit.by_words = not listed
        return fit

    def _of_places(self) -> bool:
        """`Who has worked in Japan?`: a job's head names the firm, and may leave the country to the rest."""
        return all(self._scores.things[i].is_a("place") for i in self._which if not self._of_aspect(i))

    def _in_heads(self, numbers: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those whose head names it; all, if none does."""
        sought = {word for word in words(self._text) if len(word) > 2}
        ideas = {
            term
            for i in self._which
            for term, weight in self._scores.things[i].terms.items()
            if term.startswith(CONCEPT) and weight > LITERAL
        }
        corpus = self._generation.corpus
        read = corpus.read(numbers.tolist())

        def names_it(n: int) -> bool:
            head = read[n].head
            return len(sought & set(words(head))) * 2 >= len(sought) or bool(
                ideas and ideas.intersection(passage_terms(head, corpus.cvs[read[n].cv].language))
            )

        named = [n for n in numbers.tolist() if sought and names_it(n)]
        return np.array(named, dtype=np.int64) if named else numbers

    def _shown(self, cvs: set[int], telling: list[int], sections: tuple[Section, ...]) -> Fit:
        """These CVs, each with the passage that best shows it."""
        corpus = self._generation.corpus
        coverage = self._scores.covering(telling or self._which)
        preferred = corpus.in_sections(sections)
        fit = Fit()
        numbers = corpus.passages_of(cvs)
        for number in numbers[np.argsort(-(coverage[numbers] + 0.3 * preferred[numbers]), kind="stable")].tolist():
            fit.passages.setdefault(int(corpus.cv_of[number]), [number])
        return fit


def _is_short(text: str) -> bool:
    return len(text) <= 2 or text.casefold() in {
        "go",
        "net",
        "c++",
        "c#",
        "swift",
        "rust",
        "word",
        "access",
        "lean",
        "spark",
        "express",
        "spring",
        "julia",
        "dart",
        "chef",
        "less",
        "sage",
    }


def _by_section_alone(generation: Generation, question: Question) -> Fit:
    """`Who has published something?`: everybody with such a section."""
    corpus = generation.corpus
    sections = {section for aspect in question.aspects & _OWN_SECTION for section in SECTIONS[aspect]}
    fit = Fit()
    for number in np.flatnonzero(corpus.in_sections(sections)).tolist() if sections else []:
        fit.passages.setdefault(int(corpus.cv_of[number]), []).append(number)
    return fit


def _with_years(generation: Generation, question: Question, scores: Scores, fits: Fit | None) -> Fit:
    """Those of them with so many years of it; of everybody, if only years were asked for: the whole career counts then."""
    asked = question.years
    assert asked is not None
    condition = next((clause for clause in question.clauses if clause.joint is not Joint.NOT), None)
    chosen = Fit()
    stated = (
        {**_Condition(generation, question, scores, condition).alike(), **_Condition(generation, question, scores, condition).skills()}
        if condition
        else {}
    )
    for cv in sorted(fits.cvs) if fits else range(len(generation.corpus.cvs)):
        years = stated.get(cv)
        if years is None and condition:
            years = _stated_years(generation, cv, scores)
        worked = float(years) if years is not None else years_worked(generation, cv, scores if condition else None)
        if asked.holds(worked):
            chosen.passages[cv] = fits.passages[cv] if fits else _career(generation, cv)
            chosen.years[cv] = worked
    return chosen


def _stated_years(generation: Generation, cv: int, scores: Scores) -> int | None:
    """The years that the CV states for a skill that is what is sought, in the CV's words."""
    telling = [thing for i, thing in enumerate(scores.things) if not scores.of_aspect[i]]
    language = generation.corpus.cvs[cv].language
    found: list[int] = []
    for name, years in generation.corpus.stated_skills(cv) if telling else []:
        terms = set(passage_terms(name, language))
        said = [any(weight >= LITERAL and term in terms for term, weight in thing.terms.items()) for thing in telling]
        if all(said) or (len(said) > 1 and sum(said) * 2 >= len(said) and language != "en"):
            found.append(years)
    return max(found, default=None)


def years_worked(generation: Generation, cv: int, scores: Scores | None) -> float:
    """Years of the entries that speak of what is sought (all entries without `scores`), each month once. Years without months count from mid to mid."""
    corpus = generation.corpus
    numbers = corpus.passages_of((cv,))
    numbers = numbers[corpus.in_sections((Section.EXPERIENCE,))[numbers] & (corpus.first[numbers] >= 0)]
    if scores is not None:
        numbers = numbers[scores.coverage[numbers] >= 0.6]
    return months_covered(_period(generation, int(number)) for number in numbers) / 12


def _period(generation: Generation, number: int) -> tuple[int, int]:
    corpus = generation.corpus
    first, last = int(corpus.first[number]), int(corpus.last[number])
    last = generation.meta.as_of if last >= NOW else last
    if not corpus.precise[number] and last - first > 11:
        first, last = first + 6, last - 6 if int(corpus.last[number]) < NOW else last
    return first, max(first, last)


def _career(generation: Generation, cv: int) -> list[int]:
    """The passages that show how long somebody has worked: the first of the jobs, and the summary."""
    corpus = generation.corpus
    numbers = corpus.passages_of((cv,))
    jobs = numbers[corpus.in_sections((Section.EXPERIENCE,))[numbers]]
    oldest = jobs[np.argsort(corpus.first[jobs])][:1] if len(jobs) else numbers[:1]
    return oldest.tolist()
