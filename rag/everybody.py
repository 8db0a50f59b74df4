"""Answers questions about everybody: `who knows X`, `who worked at Y and speaks Z`, `more than N years of W`: ALL candidates who fit.

Each condition is checked on the facts of a CV and on what its passages literally say, in any language the vocabulary knows. Conditions combine
by and, or, not. Nobody fits: the answer is empty, and the caller decides whether likeness will do.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from rag.ages import BornOrAged
from rag.aspects import SECTIONS, Aspect
from rag.careers import Careers
from rag.concepts import concepts
from rag.corpus import NOW
from rag.evidence import looks_like_name
from rag.expansion import LITERAL
from rag.facts import skill_key
from rag.headings import Section
from rag.opened import Generation
from rag.query import Clause, Joint, Question
from rag.scoring import Scores
from rag.tense import When
from rag.terms import CONCEPT, passage_terms
from rag.words import words

_OWN_SECTION = {Aspect.PROJECTS, Aspect.PUBLISHED, Aspect.AWARDS, Aspect.HOBBIES, Aspect.VOLUNTEERS, Aspect.CERTIFIED}
_STRICT = {Aspect.STUDIES, Aspect.SPEAKS, Aspect.LIVES}
"""Aspects whose section decides, if anybody's says it: who speaks German is not who studied German."""
_NO_JOBS = {Section.PROFILE, Section.EDUCATION, Section.LANGUAGES, Section.INTERESTS, Section.REFERENCES}
_MOSTLY_NAMED = 0.5
"""Where so much of a condition are names, each thing by its rarity, they decide."""


@dataclass(slots=True)
class Fit:
    """The CVs that fit a condition, and for each the passages that show it. `years` where years were asked for."""

    passages: dict[int, list[int]] = field(default_factory=dict)
    years: dict[int, float] = field(default_factory=dict)
    by_words: bool = False
    """Found by what passages say, and by no fact about the CV."""
    at_another_time: set[int] = field(default_factory=set)
    """Who still does what others used to do, where that was asked: likeness must not bring them back."""
    in_time: set[int] | None = None
    """Where no CV says what is sought, and a time was asked for, too: those whose years would meet it. Likeness may choose among them."""

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
    if not question.timed:
        return _by_section_alone(generation, question) if fits is None else fits
    condition = next((condition for condition in clauses if condition.wanted), None)
    if condition is None or (fits is not None and fits.cvs):
        return _whose_time_fits(
            generation, question, fits, Careers(generation, scores if condition else None, condition.stated() if condition else {})
        )
    return Fit(in_time=_whose_time_fits(generation, question, None, Careers(generation, None, {})).cvs)


def _whose_time_fits(generation: Generation, question: Question, fits: Fit | None, careers: Careers) -> Fit:
    """Those of them whose birth or work meets the time asked for; of everybody, if nothing else was."""
    if question.years or question.since:
        fits = _long_enough(generation, question, fits, careers)
    return _born(generation, question.born, fits) if question.born else fits or Fit()


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

    @property
    def wanted(self) -> bool:
        """Is it asked for, and not excluded?"""
        return self._clause.joint is not Joint.NOT

    def stated(self) -> dict[int, int | None]:
        """The years that CVs state for it as a skill."""
        return {**self.alike(), **self.skills()}

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
        if self._clause.when is not When.EVER and (fit := self._at_its_time(said)) is not None:
            return fit
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

    def _unread_jobs(self) -> NDArray[np.bool_]:
        """Passages that may be jobs, of CVs none of whose jobs was read: a layout put them under any heading that is not about something else."""
        corpus = self._generation.corpus
        return corpus.of_unread_jobs & ~corpus.in_sections(_NO_JOBS)

    def _at_its_time(self, said: NDArray[np.bool_]) -> Fit | None:
        """Who does it now, or no longer: by a job that lasts, or has ended. What somebody is by profession, or what no job says, a summary says too; where none does, no time is known (None)."""
        corpus = self._generation.corpus
        jobs = corpus.in_sections((Section.EXPERIENCE, Section.VOLUNTEERING)) & (corpus.first >= 0)
        lasting = jobs & (corpus.last >= NOW)
        if self._clause.when is When.NOW:
            undated = corpus.in_sections((Section.EXPERIENCE,)) & (corpus.first < 0)  # a layout may have put the dates elsewhere
            here = said & (lasting | undated | self._unread_jobs())
            headed = said & corpus.in_sections((Section.SUMMARY, Section.PROFILE))
            profession = any(self._scores.things[i].is_a("role") for i in self._which)
            places = [here | headed] if profession else [here, headed]
        else:
            still = np.isin(corpus.cv_of, corpus.cv_of[said & lasting])
            places = [said & jobs & ~lasting & ~still]
        here = next((where for where in places if where.any()), None)
        if here is not None:
            fit = self._of(np.flatnonzero(here), set())
            if self._clause.when is When.OVER:
                fit.at_another_time = {*corpus.cv_of[said & lasting].tolist()}
            return fit
        return Fit() if (said & jobs).any() else None

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
            return [(corpus.in_sections((Section.EXPERIENCE, Section.VOLUNTEERING)) & ~corpus.continued) | self._unread_jobs()]
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
            # Who lists cold chains has experience with them, whoever else's job is called so.
            listed = {*self.skills(), *(self.alike() if len(self._which) > 1 else ())} if self._clause.with_something else set()
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
            if corpus.of_unread_jobs[n]:
                return True
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


def _born(generation: Generation, asked: BornOrAged, fits: Fit | None) -> Fit:
    """Those of them whose CV states a birth or an age that meets it, with the passage that does."""
    stated = {cv: birth for cv, birth in generation.corpus.births().items() if asked.holds(birth, generation.meta.as_of)}
    chosen = Fit(years=fits.years if fits else {})
    for cv in sorted(stated.keys() & fits.cvs if fits else stated.keys()):
        shown = fits.passages[cv] if fits else []
        chosen.passages[cv] = [*_saying(generation, cv, stated[cv].said), *shown]
    return chosen


def _saying(generation: Generation, cv: int, said: str) -> list[int]:
    """The first passage of a CV with these words."""
    sought = set(words(said))
    read = generation.corpus.read(generation.corpus.passages_of((cv,)).tolist())
    return [number for number in sorted(read) if sought <= set(words(read[number].text))][:1]


def _long_enough(generation: Generation, question: Question, fits: Fit | None, careers: Careers) -> Fit:
    """Those of them who have worked so long at it; of everybody, if nothing but time was asked for: the whole career counts then."""
    chosen = Fit()
    for cv in sorted(fits.cvs) if fits is not None else range(len(generation.corpus.cvs)):
        if question.since:
            fitting, worked = careers.lasts_since(cv, question.since), None
        else:
            worked = careers.years(cv)
            fitting = question.years is not None and question.years.holds(worked)
        if fitting:
            chosen.passages[cv] = fits.passages[cv] if fits is not None else careers.shown(cv)
            if worked is not None:
                chosen.years[cv] = worked
    return chosen


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
