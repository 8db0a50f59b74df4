"""What a CV says, as values: the truth that a rendered PDF shows and that the retrieval evaluation scores against.

A profile is one JSON file. Everything that the PDF prints comes from here, word for word, and nothing here is left out of the PDF, except what
the date style hides: a CV with the date style `years` prints no months. `Profile` refuses an incoherent career: an end before its start,
two main jobs at once, skills older than the career, work in the future. `docs/profile.md` beside this package describes the JSON.

Read by both writers (which make profiles), the renderer, and `rag eval`.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
YearMonth = Annotated[str, StringConstraints(pattern=r"^(19|20)\d\d-(0[1-9]|1[0-2])$")]
"""`2019-03`. Compares in time order as a string."""

Pronoun = Literal["she", "he"]
Year = Annotated[int, Field(ge=1950, le=2100)]


class Language(StrEnum):
    """The language a CV is written in."""

    ENGLISH = "en"
    SPANISH = "es"
    GERMAN = "de"
    FRENCH = "fr"


class Seniority(StrEnum):
    """How far a career has come, lowest first: whoever needs a number takes the place in this list."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"
    LEAD = "lead"


class DateStyle(StrEnum):
    """How the PDF prints months."""

    LONG = "long"  # March 2019 to June 2021
    SHORT = "short"  # Mar 2019 to Jun 2021
    NUMERIC = "numeric"  # 03/2019 to 06/2021
    ISO = "iso"  # 2019-03 to 2021-06
    YEARS = "years"  # 2019 to 2021


class Level(StrEnum):
    """The Common European Framework's levels, and a mother tongue."""

    NATIVE = "native"
    C2 = "C2"
    C1 = "C1"
    B2 = "B2"
    B1 = "B1"
    A2 = "A2"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Contact(_Value):
    """Ways to reach the person: made up, see `contacts.py`."""

    email: Text
    phone: Text
    website: Text | None = None


class Location(_Value):
    """Where the person lives, spelled in the CV's language."""

    city: Text
    country: Text


class Experience(_Value):
    """One position. `end` is None while it lasts. `concurrent` marks what was held beside another job, such as freelance work."""

    employer: Text
    role: Text
    city: Text
    start: YearMonth
    end: YearMonth | None
    concurrent: bool = False
    bullets: tuple[Text, ...] = Field(min_length=1)
    technologies: tuple[Text, ...] = Field(description="Skills used in this position, named as in `skills`.")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"{self.role} at {self.employer} ends ({self.end}) before it starts ({self.start})")
        return self


class Education(_Value):
    """One qualification. Studies may run beside work: they are never counted as a clash."""

    institution: Text
    degree: Text = Field(description="The qualification with its subject, as printed.")
    city: Text
    start_year: Year
    end_year: Year
    note: Text | None = Field(default=None, description="Thesis, grade or focus.")

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end_year < self.start_year:
            raise ValueError(f"{self.degree} ends ({self.end_year}) before it starts ({self.start_year})")
        return self


class Skill(_Value):
    """`name` is what the PDF prints; `canonical` the English name, the same in every language. `years` is None where the CV states none."""

    name: Text
    canonical: Text
    years: int | None = Field(default=None, ge=1, le=50)


class SpokenLanguage(_Value):
    """`name` in the CV's language, `code` in ISO 639-1."""

    name: Text
    code: Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
    level: Level


class Certification(_Value):
    """A certificate: its name, who issued it, and the year of that."""

    name: Text
    issuer: Text
    year: Year


class Project(_Value):
    """A piece of work worth a line of its own; `technologies` are named as in `skills`."""

    name: Text
    description: Text
    year: Year
    technologies: tuple[Text, ...] = ()


class Presentation(_Value):
    """How the CV looks; nothing of it changes what it says."""

    template: Text
    date_style: DateStyle
    photo: bool
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")]
    paper: Literal["A4", "letter"] = "A4"


class Provenance(_Value):
    """Who wrote it, and from what. Enough to tell whether a file still is what a run would write."""

    writer: Literal["offline", "llm"]
    seed: int
    number: int = Field(ge=1)
    writer_model: str | None = None
    stylist_model: str | None = None


def _newest_first(entries: tuple[Experience, ...]) -> tuple[Experience, ...]:
    return tuple(sorted(entries, key=lambda entry: (entry.end or "9999-12", entry.start), reverse=True))


class Profile(_Value):
    """One person's CV. `cv_id` is also the stem of its JSON and PDF files; `as_of` the month in which it was written."""

    format: Literal[1] = 1
    cv_id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    language: Language
    name: Text
    pronoun: Pronoun
    profession: Text = Field(description="Key of the profession, in English, the same in every language.")
    seniority: Seniority
    headline: Text
    contact: Contact
    location: Location
    as_of: YearMonth
    summary: Text
    experience: Annotated[tuple[Experience, ...], AfterValidator(_newest_first)] = Field(min_length=1)
    education: tuple[Education, ...] = Field(min_length=1)
    skills: tuple[Skill, ...] = Field(min_length=3)
    languages: tuple[SpokenLanguage, ...] = Field(min_length=1)
    certifications: tuple[Certification, ...] = ()
    projects: tuple[Project, ...] = ()
    presentation: Presentation
    provenance: Provenance

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        faults = [*_clashes(self.experience), *_from_the_future(self), *_impossible_skills(self)]
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def career_months(self) -> int:
        """Months worked, each counted once."""
        return worked_months(self.experience, self.as_of)

    def to_json(self) -> str:
        """The file's text: the same profile always gives the same bytes."""
        return self.model_dump_json(indent=2) + "\n"


def month_number(month: YearMonth) -> int:
    """Months since year 0: `2019-03` and `2019-04` are neighbours."""
    year, number = month.split("-")
    return int(year) * 12 + int(number) - 1


def month_text(number: int) -> YearMonth:
    """The inverse of `month_number`."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def worked_months(entries: Iterable[Experience], as_of: YearMonth) -> int:
    """Months covered by any of the entries, both ends included, each month once."""
    covered: set[int] = set()
    for entry in entries:
        covered.update(range(month_number(entry.start), month_number(entry.end or as_of) + 1))
    return len(covered)


def _clashes(entries: Sequence[Experience]) -> list[str]:
    """Main jobs may touch in one month (leaving and starting), not more."""
    main = sorted((entry for entry in entries if not entry.concurrent), key=lambda entry: entry.start)
    return [
        f"{earlier.role} at {earlier.employer} ({earlier.start} to {earlier.end or 'today'}) overlaps {later.role} at {later.employer} from {later.start}"
        for earlier, later in pairwise(main)
        if (earlier.end or "9999-12") > later.start
    ]


def _from_the_future(profile: Profile) -> list[str]:
    this_year = int(profile.as_of[:4])
    work = [entry.role for entry in profile.experience if max(entry.start, entry.end or "") > profile.as_of]
    dated = [item.name for item in (*profile.certifications, *profile.projects) if item.year > this_year]
    return [f"{what} lies after {profile.as_of}, the month of the CV" for what in (*work, *dated)]


def _impossible_skills(profile: Profile) -> list[str]:
    longest = profile.career_months // 12 + 1
    return [
        f"{skill.name}: {skill.years} years, but the career has {longest} at most"
        for skill in profile.skills
        if (skill.years or 0) > longest
    ]
