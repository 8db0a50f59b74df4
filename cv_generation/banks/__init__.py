"""The hand-made content that the offline writer builds careers from, read from the TOML files beside this one.

`professions.toml` says what a profession is in every language (its skills, the kind of employer); `en.toml` and the others hold the words:
titles, places, employers, and phrases in the grammar of `phrases.py`. A bank that misses something is refused when it is read.
"""

import tomllib
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, model_validator

from cv_generation.profiles import Language


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SkillName(_Entry):
    """A skill in one language. `is_tool`: a product or method that is called the same everywhere."""

    canonical: str
    name: str
    is_tool: bool


class Craft(_Entry):
    """A profession, whatever the language. A skill is one string, or its names in English, Spanish, German and French."""

    sector: str
    skills: tuple[str | tuple[str, str, str, str], ...] = Field(min_length=8)

    def skills_in(self, language: Language) -> tuple[SkillName, ...]:
        """The profession's skills in the order of the file, named as a CV in that language names them."""
        place = list(Language).index(language)
        return tuple(
            SkillName(canonical=skill, name=skill, is_tool=True)
            if isinstance(skill, str)
            else SkillName(canonical=skill[0], name=skill[place], is_tool=False)
            for skill in self.skills
        )


class Words(_Entry):
    """What a profession's CVs say in one language. `titles` rise from junior to lead; `certs` and `projects` are `name :: rest`."""

    titles: str
    field: str
    degrees: tuple[str, str, str]
    focus: tuple[str, ...] = Field(min_length=2)
    certs: tuple[str, ...]
    projects: tuple[str, ...]
    bullets: tuple[str, ...] = Field(min_length=9)

    @property
    def ladder(self) -> tuple[str, ...]:
        """The four titles, lowest first."""
        return tuple(title.strip() for title in self.titles.split(";"))

    @model_validator(mode="after")
    def _has_four_titles(self) -> "Words":
        if len(self.ladder) != 4:
            raise ValueError(f"four titles are needed, from junior to lead: {self.titles}")
        return self


class Shared(_Entry):
    """Phrases that fit any profession. A summary is one of `summary` and one of `closing`, the latter made of the person's own facts."""

    conjunction: str = Field(alias="and")
    closing: tuple[str, ...]
    summary: tuple[str, ...]
    bullets: tuple[str, ...]


class Bank(_Entry):
    """One language."""

    places: tuple[str, ...]
    surnames: tuple[str, ...]
    cities: tuple[str, ...]
    universities: tuple[str, ...]
    colleges: tuple[str, ...]
    groups: tuple[str, ...]
    self_employed: str
    thesis: tuple[str, ...]
    fresh_years: tuple[str, str]
    many_years: tuple[str, ...]
    spoken: dict[str, str]
    employers: dict[str, tuple[str, ...]]
    shared: Shared
    words: dict[str, Words]


def _read(name: str) -> dict[str, object]:
    return tomllib.loads(files("cv_generation.banks").joinpath(name).read_text(encoding="utf-8"))


@cache
def crafts() -> dict[str, Craft]:
    """Every profession by its key, in a fixed order."""
    return {key: Craft.model_validate(entry) for key, entry in _read("professions.toml").items()}


@cache
def bank(language: Language) -> Bank:
    """The words of a language. Every profession has some, every sector has employers."""
    raw = _read(f"{language}.toml")
    words = {key: raw.pop(key) for key in crafts()}
    return Bank.model_validate({**raw, "words": words})
