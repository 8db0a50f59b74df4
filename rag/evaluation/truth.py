"""The truth that questions are made from and scored against: the generator's profiles, read leniently, and the pages their text is printed on.

`rag` does not know the generator. It knows the JSON that it writes, as documented there, and takes from it what questions need.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from rag.errors import NoCvs
from rag.words import fold


class _Read(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Contact(_Read):
    """How the person can be reached."""

    email: str
    phone: str


class Location(_Read):
    """Where the person lives."""

    city: str
    country: str


class Job(_Read):
    """One employment; without an end it lasts."""

    employer: str
    role: str
    city: str = ""
    start: str
    end: str | None = None
    bullets: tuple[str, ...] = ()
    technologies: tuple[str, ...] = ()


class Study(_Read):
    """One degree, by years."""

    institution: str
    degree: str
    start_year: int
    end_year: int


class Skill(_Read):
    """A skill as printed, and its name in English (`canonical`), by which languages are compared."""

    name: str
    canonical: str
    years: int | None = None


class Spoken(_Read):
    """A language that the person speaks."""

    name: str
    code: str
    level: str


class Certification(_Read):
    """A certificate."""

    name: str
    issuer: str
    year: int


class Project(_Read):
    """A project."""

    name: str
    description: str = ""


class Profile(_Read):
    """One person."""

    cv_id: str
    language: str
    name: str
    pronoun: str = "they"
    profession: str = ""
    headline: str = ""
    contact: Contact
    location: Location
    as_of: str
    summary: str = ""
    experience: tuple[Job, ...]
    education: tuple[Study, ...]
    skills: tuple[Skill, ...]
    languages: tuple[Spoken, ...]
    certifications: tuple[Certification, ...] = ()
    projects: tuple[Project, ...] = ()

    @property
    def career_years(self) -> float:
        """Years worked, each month once."""
        months: set[int] = set()
        for job in self.experience:
            months.update(range(_month(job.start), _month(job.end or self.as_of) + 1))
        return len(months) / 12


def _month(text: str) -> int:
    year, month = text.split("-")
    return int(year) * 12 + int(month) - 1


@dataclass(frozen=True, slots=True)
class Printed:
    """A CV's pages as printed, reduced so that line breaks, hyphenation and case do not matter."""

    pages: tuple[str, ...]

    def pages_with(self, text: str) -> frozenset[int]:
        """The pages that say it."""
        sought = _reduced(text)
        return frozenset(n for n, page in enumerate(self.pages, start=1) if sought and sought in page)


def _reduced(text: str) -> str:
    return re.sub(r"[\W_]+", "", fold(text))


def read_profiles(folder: Path) -> list[Profile]:
    """All profiles in the folder, by id. Raises `NoCvs` if there are none."""
    profiles = sorted(_profiles(folder), key=lambda profile: profile.cv_id)
    if not profiles:
        raise NoCvs(f"There are no profiles (JSON) in {folder}: generate the dataset with `make gen-all`.")
    return profiles


def _profiles(folder: Path) -> Iterator[Profile]:
    for path in sorted(folder.rglob("*.json")):
        try:
            yield Profile.model_validate_json(path.read_bytes())
        except ValidationError:
            continue  # other JSON may lie beside the profiles


def read_printed(pdf_dir: Path, profiles: Sequence[Profile]) -> dict[str, Printed]:
    """The printed pages of each profile, read plainly, without the reading order that is under test."""
    pdfium: Any = import_module("pypdfium2")
    printed: dict[str, Printed] = {}
    paths = {path.stem: path for path in pdf_dir.rglob("*.pdf")}
    for profile in profiles:
        if path := paths.get(profile.cv_id):
            document = pdfium.PdfDocument(path)
            printed[profile.cv_id] = Printed(tuple(_reduced(page.get_textpage().get_text_range()) for page in document))
            document.close()
    return printed
