"""Writes CVs without a model: a career's skeleton, dressed with the phrases of the content banks.

Promises: the same brief gives the same profile, byte for byte; years stated for a skill are those of the positions that used it; a product
named in the text is one of the person's skills; no phrase is used twice in a CV, and CVs that share a bank begin at different places in it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from random import Random
from re import sub

from cv_generation.banks import Bank, Craft, SkillName, Words, bank, crafts
from cv_generation.banks.phrases import Voice
from cv_generation.briefs import Brief
from cv_generation.profiles import (
    Certification,
    Education,
    Experience,
    Level,
    Profile,
    Project,
    Provenance,
    Skill,
    SpokenLanguage,
    month_number,
    month_text,
    worked_months,
)
from cv_generation.writer.career import Career, Position, draw_career

_NEEDS_SENIORITY = "+ "
_COLLEGE_SECTORS = {"trade", "hospitality"}


class OfflineWriter:
    """The `ProfileWriter` that needs no key and no network."""

    def provenance(self, brief: Brief) -> Provenance:
        """See `ProfileWriter.provenance`."""
        return Provenance(writer="offline", seed=brief.seed, number=brief.number)

    async def write(self, brief: Brief) -> Profile:
        """See `ProfileWriter.write`. Needs nothing but the brief, and has no retries to make."""
        return compose(brief)


def compose(brief: Brief) -> Profile:
    """The profile that belongs to the brief."""
    return _Author(brief).profile()


@dataclass(frozen=True, slots=True)
class _Held:
    """A position with the employer and the skills it was held with."""

    position: Position
    employer: str
    city: str
    tools: tuple[SkillName, ...]


class _Author:
    """One person's CV in the making."""

    def __init__(self, brief: Brief) -> None:
        self._brief = brief
        self._dice = Random(f"{brief.seed}:cv:{brief.number}")
        self._voice = Voice(self._dice, brief.pronoun)
        self._bank: Bank = bank(brief.language)
        self._craft: Craft = crafts()[brief.profession]
        self._words: Words = self._bank.words[brief.profession]
        self._career: Career = draw_career(brief.seniority, brief.angle, brief.as_of, self._dice)
        places = [entry.split(", ") for entry in self._bank.cities]
        self._cities = [city for city, country in places if country == brief.location.country]
        self._skills = self._choose_skills()
        self._phrases = list(self._deal_phrases())

    def profile(self) -> Profile:
        brief = self._brief
        held = self._hold_positions()
        experience = self._experience(held)
        months = worked_months(experience, brief.as_of)
        focus = self._dice.choice(self._words.focus)
        skills = self._stated_skills(experience)
        return Profile(
            cv_id=brief.cv_id,
            language=brief.language,
            name=brief.name,
            pronoun=brief.pronoun,
            profession=brief.profession,
            seniority=brief.seniority,
            headline=self._headline(focus),
            contact=brief.contact,
            location=brief.location,
            as_of=brief.as_of,
            summary=self._summary(months, focus, skills, held),
            experience=experience,
            education=self._education(),
            skills=skills,
            languages=self._languages(),
            certifications=self._certifications(months),
            projects=self._projects(held),
            presentation=brief.presentation,
            provenance=Provenance(writer="offline", seed=brief.seed, number=brief.number),
        )

    # the work

    def _choose_skills(self) -> tuple[SkillName, ...]:
        known = self._craft.skills_in(self._brief.language)
        return tuple(self._dice.sample(known, self._dice.randint(6, min(9, len(known)))))

    def _hold_positions(self) -> list[_Held]:
        """Employers, cities and skills of the positions. Skills gather with time, and each is used somewhere."""
        held: list[_Held] = []
        positions = self._career.positions
        main = [position for position in positions if not position.side_work]
        for position in positions:
            stays = position.promoted and bool(held)
            employer = held[-1].employer if stays else self._employer(position, {one.employer for one in held})
            city = held[-1].city if stays else self._dice.choice(self._cities)
            if position is main[-1] or position.side_work:
                city = self._brief.location.city
            if stays and city != held[-1].city:
                employer = self._employer(position, {one.employer for one in held})
            held.append(_Held(position, employer, city, self._used_skills(position, main)))
        return held

    def _employer(self, position: Position, taken: set[str]) -> str:
        """An invented one, new to this person; some work for a group that hires every profession and appears in many CVs."""
        if position.side_work:
            return self._bank.self_employed
        while True:
            phrase = self._dice.choice(self._bank.groups if self._dice.random() < 0.15 else self._bank.employers[self._craft.sector])
            employer = self._voice.say(phrase, self._proper_names())
            if employer not in taken:
                return employer

    def _proper_names(self) -> dict[str, str]:
        surname, other = self._dice.sample(self._bank.surnames, 2)
        return {"place": self._dice.choice(self._bank.places), "surname": surname, "surname2": other, "field": self._words.field}

    def _used_skills(self, position: Position, main: Sequence[Position]) -> tuple[SkillName, ...]:
        if position.side_work:
            return self._skills[:3]
        place = main.index(position)
        known = len(self._skills) * (place + 1) // len(main)
        newest = self._skills[len(self._skills) * place // len(main) : known]
        older = self._skills[: len(self._skills) * place // len(main)]
        kept = self._dice.sample(older, min(len(older), 3))
        return tuple(skill for skill in self._skills if skill in newest or skill in kept)

    def _experience(self, held: Sequence[_Held]) -> tuple[Experience, ...]:
        return tuple(
            Experience(
                employer=one.employer,
                role=self._title(one.position.level),
                city=one.city,
                start=month_text(one.position.start),
                end=None if one.position.end is None else month_text(one.position.end),
                concurrent=one.position.side_work,
                bullets=tuple(bullets),
                technologies=tuple(skill.name for skill in one.tools),
            )
            for one, bullets in zip(held, self._share_out(held), strict=True)
        )

    def _title(self, level: int) -> str:
        return self._voice.say(self._words.ladder[level])

    # the phrases

    def _deal_phrases(self) -> Iterator[str]:
        """The profession's phrases and the shared ones in this CV's own order: three of the first for one of the second."""
        brief = self._brief
        own = _cut(self._words.bullets, f"{brief.seed}:{brief.profession}:{brief.language}", brief.occurrence * 5)
        shared = _cut(self._bank.shared.bullets, f"{brief.seed}:shared:{brief.language}", brief.earlier_in_language * 3)
        for place, other in enumerate(shared):
            yield from own[place * 3 : place * 3 + 3]
            yield other

    def _share_out(self, held: Sequence[_Held]) -> list[list[str]]:
        """Two bullets for each position, the oldest first, since fewest phrases fit a beginner; then more for the latest ones."""
        shares = [list(self._bullets(one, wanted=2)) for one in held]
        for place, (one, share) in enumerate(zip(reversed(held), reversed(shares), strict=True)):
            if not one.position.side_work:
                share.extend(self._bullets(one, wanted=self._dice.randint(1, 2) if place < 2 else self._dice.randint(0, 1)))
        return shares

    def _bullets(self, held: _Held, wanted: int) -> Iterator[str]:
        """Up to `wanted` phrases that fit the position, each taken out of the CV's stock."""
        products = [skill.name for skill in held.tools if skill.is_tool]
        fitting = [phrase for phrase in self._phrases if _fits(phrase, held.position.level, has_products=bool(products))]
        for phrase in fitting[:wanted]:
            self._phrases.remove(phrase)
            fields = {"tool": self._dice.choice(products)} if products else {}
            yield _sentence_case(self._voice.say(phrase.removeprefix(_NEEDS_SENIORITY), fields))

    def _headline(self, focus: str) -> str:
        title = self._title(self._career_level())
        return f"{title} · {focus}" if self._dice.random() < 0.5 else title

    def _career_level(self) -> int:
        return max(position.level for position in self._career.positions)

    def _summary(self, months: int, focus: str, skills: Sequence[Skill], held: Sequence[_Held]) -> str:
        """Two phrases: who this is, and with what; the second is made of the person's own facts."""
        shared = self._bank.shared
        latest = max((one for one in held if not one.position.side_work), key=lambda one: one.position.start)
        fields = {
            "title": self._title(self._career_level()),
            "role": self._title(latest.position.level),
            "employer": latest.employer,
            "years": self._years_in_words(months),
            "focus": focus,
            "field": self._words.field,
            "skills": _enumerated([skill.name for skill in skills[:3]], shared.conjunction),
        }
        opening = _cut(shared.summary, f"{self._brief.seed}:summary:{self._brief.language}", self._brief.earlier_in_language)[0]
        return _sentence_case(" ".join(self._voice.say(phrase, fields) for phrase in (opening, self._dice.choice(shared.closing))))

    def _years_in_words(self, months: int) -> str:
        years, rest = divmod(months, 12)
        if years < 2:
            return self._bank.fresh_years[years]
        phrase = self._dice.choice(self._bank.many_years) if rest else self._bank.many_years[0]
        return self._voice.say(phrase, {"n": str(years)})

    # the rest

    def _education(self) -> tuple[Education, ...]:
        schools = self._bank.colleges if self._craft.sector in _COLLEGE_SECTORS else self._bank.universities
        first = self._dice.randrange(2)
        entries = [
            Education(
                institution=self._voice.say(
                    self._dice.choice(self._bank.universities if study.advanced else schools), self._proper_names()
                ),
                degree=self._words.degrees[2 if study.advanced else first],
                city=self._dice.choice(self._cities),
                start_year=study.start_year,
                end_year=study.end_year,
                note=self._voice.say(self._dice.choice(self._bank.thesis), self._proper_names()) if self._dice.random() < 0.5 else None,
            )
            for study in self._career.studies
        ]
        return tuple(reversed(entries))

    def _stated_skills(self, experience: Sequence[Experience]) -> tuple[Skill, ...]:
        """Most used first. Where the CV states years, they are the full years of the positions that used the skill."""

        def months(skill: SkillName) -> int:
            return worked_months((entry for entry in experience if skill.name in entry.technologies), self._brief.as_of)

        return tuple(
            Skill(name=skill.name, canonical=skill.canonical, years=(months(skill) // 12 or None) if self._brief.states_years else None)
            for skill in sorted(self._skills, key=months, reverse=True)
        )

    def _languages(self) -> tuple[SpokenLanguage, ...]:
        """The mother tongue, the CV's language, and one or two learned ones."""
        mother = self._brief.mother_tongue if self._brief.mother_tongue in self._bank.spoken else str(self._brief.language)
        levels = {mother: Level.NATIVE}
        if mother != self._brief.language:
            levels[str(self._brief.language)] = self._dice.choice((Level.C1, Level.C2))
        others = [code for code in self._bank.spoken if code not in levels]
        for code in self._dice.sample(others, self._dice.choice((0, 1, 1, 2))):
            levels[code] = self._dice.choice((Level.A2, Level.B1, Level.B2, Level.B2, Level.C1))
        return tuple(SpokenLanguage(name=self._bank.spoken[code], code=code, level=level) for code, level in levels.items())

    def _certifications(self, months: int) -> tuple[Certification, ...]:
        this_year = int(self._brief.as_of[:4])
        chosen = self._dice.sample(self._words.certs, self._dice.choice((0, 1, 1, min(2, len(self._words.certs)))))
        dated = [(self._dice.randint(this_year - min(months // 12, 9), this_year), *entry.split(" :: ")) for entry in chosen]
        return tuple(Certification(name=name, issuer=issuer, year=year) for year, name, issuer in sorted(dated, reverse=True))

    def _projects(self, held: Sequence[_Held]) -> tuple[Project, ...]:
        """Told by the first person of a profession and language only: a project is too particular to have happened twice."""
        if self._brief.occurrence or self._dice.random() < 0.35:
            return ()
        one = held[self._dice.randrange(len(held))]
        last = one.position.end if one.position.end is not None else month_number(self._brief.as_of)
        name, description = self._dice.choice(self._words.projects).split(" :: ")
        return (
            Project(
                name=name,
                description=_sentence_case(self._voice.say(description)),
                year=self._dice.randint(one.position.start, last) // 12,
                technologies=tuple(skill.name for skill in self._dice.sample(one.tools, min(2, len(one.tools)))),
            ),
        )


def _fits(phrase: str, level: int, *, has_products: bool) -> bool:
    return (level > 0 or not phrase.startswith(_NEEDS_SENIORITY)) and (has_products or "<tool>" not in phrase)


def _cut(phrases: Sequence[str], shuffle: str, start: int) -> list[str]:
    """The phrases in the order of the shuffle, beginning at `start`."""
    order = Random(shuffle).sample(phrases, len(phrases))
    start %= len(order)
    return list(chain(order[start:], order[:start]))


def _sentence_case(text: str) -> str:
    """A capital at the beginning and after each full stop."""
    return sub(r"(^|[.!?] )(\w)", lambda match: match[1] + match[2].upper(), text)


def _enumerated(names: Sequence[str], conjunction: str) -> str:
    """`a, b and c`. Spanish says "e" for "y" before the sound of an i."""
    last = "e" if conjunction == "y" and names[-1].lower().startswith(("i", "hi")) else conjunction
    return f"{', '.join(names[:-1])} {last} {names[-1]}"
