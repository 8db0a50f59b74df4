"""The dataset's folder: what is there, what belongs to it, and how files come into it.

Every file appears whole or not at all: it is written beside under a hidden name and renamed. Nothing else records progress; a run that was
killed at any moment is resumed by looking at the files themselves.
"""

import os
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkstemp

from pydantic import ValidationError

from cv_generation.briefs import Brief
from cv_generation.profiles import Profile, Provenance

_UNFINISHED = ".unfinished-"


class Shelf:
    """The folder of JSON and PDF files, two a person."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def prepare(self) -> None:
        """Make the folder, and clear away what a killed run left unfinished."""
        self.folder.mkdir(parents=True, exist_ok=True)
        for left in self.folder.glob(f"{_UNFINISHED}*"):
            left.unlink(missing_ok=True)

    def json_path(self, cv_id: str) -> Path:
        """Where the profile is, or would be."""
        return self.folder / f"{cv_id}.json"

    def pdf_path(self, cv_id: str) -> Path:
        """Where the PDF is, or would be."""
        return self.folder / f"{cv_id}.pdf"

    def read(self, cv_id: str) -> Profile | None:
        """The profile, or None if there is none or the file isn't one."""
        try:
            return Profile.model_validate_json(self.json_path(cv_id).read_bytes())
        except (FileNotFoundError, ValidationError):
            return None

    def holds(self, brief: Brief, provenance: Provenance) -> Profile | None:
        """The profile, if this writer would write it from this brief. How it looks may differ: that needs no new text."""
        profile = self.read(brief.cv_id)
        if profile is None or profile.provenance != provenance:
            return None
        asked = (brief.language, brief.profession, brief.as_of)
        return profile if (profile.language, profile.profession, profile.as_of) == asked else None

    def save(self, profile: Profile) -> None:
        """Write the profile in place of an older one, whole or not at all."""
        with self.incoming(self.json_path(profile.cv_id)) as unfinished:
            unfinished.write_text(profile.to_json(), encoding="utf-8", newline="\n")

    def save_html(self, cv_id: str, page: str) -> None:
        """Write the page of a CV, in place of an older one, whole or not at all."""
        with self.incoming(self._html_path(cv_id)) as unfinished:
            unfinished.write_text(page, encoding="utf-8", newline="\n")

    def _html_path(self, cv_id: str) -> Path:
        return self.folder / f"{cv_id}.html"

    def has_pdf_of(self, cv_id: str, identifier: str) -> bool:
        """True if the PDF was made from the page with this fingerprint, and is complete."""
        try:
            content = self.pdf_path(cv_id).read_bytes()
        except FileNotFoundError:
            return False
        return content.rstrip().endswith(b"%%EOF") and identifier.encode() in content

    @contextmanager
    def incoming(self, target: Path) -> Generator[Path]:
        """A path to write to; what stands there replaces `target` in one step, or vanishes if the block raises."""
        handle, name = mkstemp(prefix=_UNFINISHED, suffix=target.suffix, dir=self.folder)
        os.close(handle)
        unfinished = Path(name)
        try:
            yield unfinished
            unfinished.chmod(0o644)
            unfinished.replace(target)
        finally:
            unfinished.unlink(missing_ok=True)

    def profiles(self) -> list[Profile]:
        """Every profile in the folder, by id."""
        found = (self.read(path.stem) for path in sorted(self.folder.glob("*.json")))
        return [profile for profile in found if profile is not None]

    def strangers(self, cv_ids: Iterable[str]) -> list[str]:
        """Profiles in the folder that are none of these: another seed's, most likely."""
        known = set(cv_ids)
        return [profile.cv_id for profile in self.profiles() if profile.cv_id not in known]

    def remove(self, cv_id: str) -> None:
        """Remove profile, PDF and page; what is not there is no error."""
        for path in (self.json_path(cv_id), self.pdf_path(cv_id), self._html_path(cv_id)):
            path.unlink(missing_ok=True)
