"""What a release rests on: one version, and notes out of the changelog. That the workflow is sound: `make lint` (zizmor)."""

import re
import subprocess
import sys
import tomllib
from importlib.metadata import version

import pytest

from scripts.release_notes import NoRelease, notes
from tests.processes import ROOT

CHANGELOG = "# Changelog\n\n## Unreleased\n\n* soon\n\n## 1.2.0 (2026-12-01)\n\n### New\n\n* this\n\n## 1.1.0\n\n## 1.0.0\n\n* that\n"


def test_the_notes_are_the_versions_section() -> None:
    assert notes("v1.2.0", "1.2.0", CHANGELOG) == "### New\n\n* this\n"
    assert notes("v1.0.0", "1.0.0", CHANGELOG) == "* that\n"


@pytest.mark.parametrize(
    ("tag", "named", "words"),
    [
        ("v1.3.0", "1.2.0", ["v1.3.0", "'1.2.0'"]),
        ("1.2.0", "1.2.0", ["tag v1.2.0"]),
        ("v1.1.0", "1.1.0", ["nothing under", "1.1.0"]),
        ("v2.0.0", "2.0.0", ["nothing under", "Unreleased"]),
    ],
)
def test_a_release_that_is_not_ready_is_refused(tag: str, named: str, words: list[str]) -> None:
    with pytest.raises(NoRelease) as refused:
        notes(tag, named, CHANGELOG)
    for word in words:
        assert word in str(refused.value)


def test_the_version_stands_in_one_place() -> None:
    named = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert version("chatbot-sse-api") == named
    shown = subprocess.run([sys.executable, "-m", "app", "--version"], cwd=ROOT, check=True, capture_output=True, text=True)
    assert shown.stdout == f"{named}\n"


def test_actions_are_pinned_to_commits_and_say_which_version_that_is() -> None:
    used = [line for file in (ROOT / ".github" / "workflows").glob("*.yml") for line in file.read_text().splitlines() if "uses:" in line]
    assert used
    for line in used:
        assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line
