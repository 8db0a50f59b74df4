"""python3 scripts/release_notes.py v1.2.0: prints the changelog's section of a version, for the notes of its release.

Refuses a tag that is not the version of pyproject.toml, or whose section is missing or empty. Called by the release workflow, before anything is built; needs
nothing but Python.
"""

import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


class NoRelease(Exception):
    """What is wrong, in a sentence."""


def notes(tag: str, version: str, changelog: str) -> str:
    """The section `## 1.2.0` (a date may follow) of the changelog, without its heading. Raises `NoRelease`."""
    if tag != f"v{version}":
        raise NoRelease(f"The tag is {tag}, but pyproject.toml says version = {version!r}: tag v{version}, or change one of them.")
    sections = re.split(r"(?m)^## (.+)$", changelog)
    for heading, text in zip(sections[1::2], sections[2::2], strict=True):
        if heading.split()[0] == version and text.strip():
            return text.strip() + "\n"
    raise NoRelease(f"CHANGELOG.md has nothing under '## {version}': rename 'Unreleased', and say what is new.")


def main() -> None:
    """Print the notes, or say what is missing and end with status 1."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        print(notes(sys.argv[1], project["version"], (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")), end="")
    except NoRelease as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
