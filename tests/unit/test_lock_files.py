"""The lock files install the same packages everywhere: they name the public index and nothing of the machine that wrote them."""

import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[2]
PUBLIC_HOSTS = {"pypi.org", "files.pythonhosted.org"}


def test_uv_lock_names_the_public_index_only() -> None:
    addresses: list[str] = re.findall(r'"([a-z+]+://[^"]+)"', (ROOT / "uv.lock").read_text())
    assert len(addresses) > 500, "this test does not find the addresses any more"
    assert {urlsplit(address).hostname for address in addresses} == PUBLIC_HOSTS
    assert {urlsplit(address).scheme for address in addresses} == {"https"}


def test_uv_lock_has_no_local_sources() -> None:
    sources = {kind for package in _locked() for kind in package["source"]}
    assert sources == {"registry", "editable"}, "a package comes from a folder, a file or a repository"


def test_requirements_lock_names_no_address_and_pins_every_file() -> None:
    text = (ROOT / "requirements.lock").read_text()
    requirements = [entry for entry in _joined(text) if not entry.startswith("#")]
    assert "://" not in text
    assert [entry for entry in requirements if "--hash=sha256:" not in entry] == []
    assert [entry for entry in requirements if entry.startswith("-")] == [], "an option instead of a package"


def test_requirements_lock_is_in_step_with_uv_lock() -> None:
    """Every package in it has the version and the files of uv.lock: `make lock` writes both."""
    locked = {package["name"]: package for package in _locked()}
    for entry in _joined((ROOT / "requirements.lock").read_text()):
        if entry.startswith("#"):
            continue
        name, version = re.match(r"([\w.-]+)==([^\s;\\]+)", entry).groups()  # pyright: ignore[reportOptionalMemberAccess]
        assert locked[name]["version"] == version
        assert set(re.findall(r"sha256:[0-9a-f]{64}", entry)) == _hashes(locked[name]), name


def test_requirements_lock_is_complete() -> None:
    """What the product needs, directly or not, is in it."""
    locked = {package["name"]: package for package in _locked()}
    written = {entry.split("==")[0] for entry in _joined((ROOT / "requirements.lock").read_text()) if not entry.startswith("#")}
    needed: set[str] = set()
    waiting = [("chatbot-sse-api", "")]
    while waiting:
        name, extra = waiting.pop()
        package = locked[name]
        dependencies = package.get("optional-dependencies", {}).get(extra, []) if extra else package.get("dependencies", [])
        for dependency in dependencies:
            more = [(dependency["name"], part) for part in ("", *dependency.get("extra", []))]
            waiting += [item for item in more if f"{item[0]}[{item[1]}]" not in needed]
            needed |= {f"{item[0]}[{item[1]}]" for item in more}
    assert {name.partition("[")[0] for name in needed} == written


def test_uv_lock_fits_pyproject() -> None:
    """Who changes the dependencies runs `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    (product,) = [package for package in _locked() if "editable" in package["source"]]
    extras = [requirement for extra in project["project"]["optional-dependencies"].values() for requirement in extra]
    wanted = {_name(requirement) for requirement in [*project["project"]["dependencies"], *extras]}
    assert {entry["name"] for entry in product["metadata"]["requires-dist"]} == wanted
    wanted = {_name(requirement) for requirement in project["dependency-groups"]["dev"]}
    assert {entry["name"] for entry in product["metadata"]["requires-dev"]["dev"]} == wanted


def test_no_file_names_a_package_index_of_a_machine() -> None:
    """No tracked file sets up an index: neither a folder nor another host's."""
    found = [
        f"{path}: {line.strip()}"
        for path in _tracked()
        if path != Path(__file__)
        for line in _lines(path)
        if re.search(r"(--(extra-)?index-url|--find-links|_INDEX(_URL)?=|(extra-)?index-url *=|find-links *=)", line)
        and re.search(r"(file|https?)://", line)
        and not re.search(r"https://pypi\.org/", line)
    ]
    assert found == []
    assert [str(path) for path in _tracked() if path.name in {"pip.conf", "uv.toml", ".pypirc", "pip.ini"}] == []


def _locked() -> list[dict[str, Any]]:
    return tomllib.loads((ROOT / "uv.lock").read_text())["package"]


def _hashes(package: dict[str, Any]) -> set[str]:
    files = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
    return {file["hash"] for file in files}


def _joined(text: str) -> list[str]:
    """One entry a requirement, its continuation lines included."""
    entries = re.sub(r"\\\n\s*", " ", text).splitlines()
    return [entry for entry in entries if entry.strip() and not entry.startswith((" ", "\t"))]


def _name(requirement: str) -> str:
    found = re.match(r"[\w.-]+", requirement)
    assert found is not None
    return found[0].lower().replace("_", "-")


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and name != "uv.lock"]


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text().splitlines()
    except (UnicodeDecodeError, FileNotFoundError):
        return []
