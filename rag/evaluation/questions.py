"""Makes the evaluation's questions from profiles: by kind, with who and what is right. The same profiles always give the same questions."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from rag.evaluation import wording
from rag.evaluation.descriptions import PARAPHRASES
from rag.evaluation.truth import Profile, Skill
from rag.followup import Said
from rag.words import fold


class Kind(StrEnum):
    """What a question puts to the test."""

    NAME = "name lookup"
    FACT = "fact lookup"
    PARAPHRASE = "paraphrase"
    CROSS = "cross-language"
    SET = "set"
    FOLLOW_UP = "follow-up"
    NOBODY = "unanswerable"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question. `right` are the ids of the CVs that answer it; `printed` is the text that shows it in each, where one is known."""

    kind: Kind
    text: str
    right: frozenset[str]
    printed: dict[str, tuple[str, ...]]
    history: tuple[Said, ...] = ()


def questions_from(profiles: Sequence[Profile]) -> list[Asked]:
    """All questions that the profiles allow, by kind."""
    makers: tuple[Callable[[Sequence[Profile], Random], Iterator[Asked]], ...] = (
        _names,
        _facts,
        _paraphrases,
        _cross,
        _sets,
        _follow_ups,
        _nobody,
    )
    return [asked for n, make in enumerate(makers) for asked in make(profiles, Random(n))]


def _one(kind: Kind, text: str, profile: Profile, *printed: str, history: tuple[Said, ...] = ()) -> Asked:
    return Asked(kind, text, frozenset({profile.cv_id}), {profile.cv_id: printed}, history)


def _names(profiles: Sequence[Profile], random: Random) -> Iterator[Asked]:
    for n, p in enumerate(profiles):
        language = p.language if p.language in wording.LANGUAGES else "en"
        employer = random.choice(p.experience).employer
        kinds = (
            (wording.STUDIED, tuple(study.institution for study in p.education)),
            (wording.EMAIL, (p.contact.email,)),
            (wording.ROLE_AT, (employer,)),
            (wording.SPEAKS_WHAT, tuple(spoken.name for spoken in p.languages[:1])),
        )
        for words, printed in (kinds[n % 4], kinds[(n + 1) % 4]):
            yield _one(Kind.NAME, words[language].format(name=p.name, employer=employer), p, *printed)


def _facts(profiles: Sequence[Profile], random: Random) -> Iterator[Asked]:
    """Something that only one CV says."""
    for p in profiles:
        others = "\n".join(other.model_dump_json() for other in profiles if other is not p)
        job = random.choice(p.experience)
        if job.employer not in others:
            text = {
                "en": "Who was {r} at {e}?",
                "es": "¿Quién fue {r} en {e}?",
                "de": "Wer war {r} bei {e}?",
                "fr": "Qui a été {r} chez {e} ?",
            }.get(p.language, "Who was {r} at {e}?")
            yield _one(Kind.FACT, text.format(r=job.role, e=job.employer), p, job.employer)
        bullet = random.choice(random.choice(p.experience).bullets)
        if bullet not in others:
            yield _one(
                Kind.FACT,
                f"{ {'en': 'Whose CV says:', 'es': '¿Qué candidato dice esto:', 'de': 'Welcher Kandidat schreibt:', 'fr': 'Quel candidat dit :'}[p.language] } {_middle(bullet)}?",
                p,
                bullet,
            )
        for certification in p.certifications[:1]:
            if certification.name not in others:
                yield _one(Kind.FACT, f"Who holds the certificate {certification.name}?", p, certification.name)


def _middle(text: str) -> str:
    """Some words out of a sentence."""
    words = text.rstrip(".").split()
    return " ".join(words[: max(4, int(len(words) * 0.7))])


def _paraphrases(profiles: Sequence[Profile], random: Random) -> Iterator[Asked]:
    del random
    by_profession: dict[str, set[str]] = defaultdict(set)
    for p in profiles:
        by_profession[p.profession].add(p.cv_id)
    for profession, cvs in sorted(by_profession.items()):
        for text in PARAPHRASES.get(profession, ()):
            yield Asked(Kind.PARAPHRASE, text, frozenset(cvs), {})


def _cross(profiles: Sequence[Profile], random: Random) -> Iterator[Asked]:
    """The question in one language, the CV in another."""
    for n, p in enumerate(profiles):
        foreign = [language for language in wording.LANGUAGES if language != p.language]
        language = foreign[n % len(foreign)]
        words, printed = ((wording.STUDIED, tuple(s.institution for s in p.education)), (wording.NOW, (p.experience[0].employer,)))[n % 2]
        if n % 3 == 0 and (words is wording.STUDIED or p.experience[0].end is None):
            yield _one(Kind.CROSS, words[language].format(name=p.name), p, *printed)
        if p.language != "en":
            apart = [skill for skill in p.skills if fold(skill.name) != fold(skill.canonical)]
            if apart:
                yield _skill_question(Kind.CROSS, "en", random.choice(apart), profiles, random)
        else:
            translated = [
                (s, o)
                for s in p.skills
                for other in profiles
                if other.language == language
                for o in other.skills
                if o.canonical == s.canonical and fold(o.name) != fold(s.name)
            ]
            if translated:
                _, other = random.choice(translated)
                yield _skill_question(Kind.CROSS, language, other, profiles, random)


def _skill_question(kind: Kind, language: str, skill: Skill, profiles: Sequence[Profile], random: Random) -> Asked:
    canonical = skill.canonical
    asked_for = canonical if language == "en" else skill.name
    right = {p.cv_id: tuple(s.name for s in p.skills if s.canonical == canonical) for p in profiles}
    right = {cv: names for cv, names in right.items() if names}
    return Asked(kind, random.choice(wording.KNOWS[language]).format(skill=asked_for), frozenset(right), right)


def _sets(profiles: Sequence[Profile], random: Random) -> Iterator[Asked]:
    by_skill: dict[str, list[str]] = defaultdict(list)
    for p in profiles:
        for skill in p.skills:
            by_skill[skill.canonical].append(p.cv_id)
    shared = sorted(skill for skill, cvs in by_skill.items() if len(cvs) >= 2)
    for skill in random.sample(shared, min(20, len(shared))):
        owner = next(s for p in profiles for s in p.skills if s.canonical == skill)
        yield _skill_question(Kind.SET, "en", owner, profiles, random)
    yield from _set_of_years(profiles, shared, random)
    employers: dict[str, set[str]] = defaultdict(set)
    for p in profiles:
        for job in p.experience:
            employers[job.employer].add(p.cv_id)
    for employer in sorted(e for e, cvs in employers.items() if len(cvs) >= 2)[:12]:
        language = random.choice(wording.LANGUAGES)
        cvs = employers[employer]
        yield Asked(
            Kind.SET, random.choice(wording.WORKED_AT[language]).format(employer=employer), frozenset(cvs), dict.fromkeys(cvs, (employer,))
        )
    speakers: dict[str, set[str]] = defaultdict(set)
    for p in profiles:
        for spoken in p.languages:
            speakers[spoken.code].add(p.cv_id)
    for code in sorted(set(speakers) & set(wording.LANGUAGE_NAMES)):
        language = random.choice(wording.LANGUAGES)
        yield Asked(
            Kind.SET,
            random.choice(wording.SPEAKS[language]).format(language=wording.LANGUAGE_NAMES[code][language]),
            frozenset(speakers[code]),
            {},
        )


def _set_of_years(profiles: Sequence[Profile], shared: Sequence[str], random: Random) -> Iterator[Asked]:
    for skill in shared:
        years = {p.cv_id: s.years for p in profiles for s in p.skills if s.canonical == skill and s.years is not None}
        everyone = {p.cv_id for p in profiles for s in p.skills if s.canonical == skill}
        if len(years) < 2 or set(years) != everyone:
            continue  # where a CV states no years, the truth is not exact
        n = sorted(years.values())[len(years) // 2] - 1
        right = frozenset(cv for cv, stated in years.items() if stated > n)
        if n >= 1 and right:
            yield Asked(Kind.SET, random.choice([wording.YEARS_OF["en"]]).format(n=n, skill=skill), right, {})


def _follow_ups(profiles: Sequence[Profile], random: Random) -> Iterator[Asked]:
    for n, p in enumerate(profiles):
        job = p.experience[0]
        if n % 3 == 2:
            first = (
                Said("user", f"Who was {job.role} at {job.employer}?"),
                Said("assistant", f"{p.name} was {job.role} at {job.employer} [1]."),
            )
            yield _one(Kind.FOLLOW_UP, f"What is {'her' if p.pronoun == 'she' else 'his'} e-mail?", p, p.contact.email, history=first)
            continue
        language = p.language if n % 2 else random.choice(("en", p.language))
        spoken = Said("user", wording.NOW[language].format(name=p.name)), Said("assistant", f"{p.name}: {job.role}, {job.employer} [1].")
        yield _one(
            Kind.FOLLOW_UP,
            wording.FOLLOW_UPS[language].get(p.pronoun, "And where did they study?"),
            p,
            *(s.institution for s in p.education),
            history=spoken,
        )


def _nobody(profiles: Sequence[Profile], random: Random) -> Iterator[Asked]:
    for text in wording.NOBODY:
        yield Asked(Kind.NOBODY, text, frozenset(), {})
    for n, text in enumerate(wording.NOT_IN_A_CV):
        yield Asked(Kind.NOBODY, text.format(name=profiles[n * 3 % len(profiles)].name), frozenset(), {})
    for n, text in enumerate(wording.STRANGERS):
        stranger = (
            wording.STRANGER_NAMES[n] if n % 2 else f"{random.choice(profiles).name.split()[0]} {wording.STRANGER_NAMES[n].split()[1]}"
        )
        yield Asked(Kind.NOBODY, text.format(stranger=stranger), frozenset(), {})
