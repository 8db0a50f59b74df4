"""The command line: what a user asks for, what is refused, and with which exit status."""

import json
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from cv_generation.cli import cli
from cv_generation.production import Outcome
from cv_generation.profiles import Profile
from cv_generation.progress import summarize


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


@pytest.fixture
def folder(tmp_path: Path) -> str:
    return str(tmp_path / "cvs")


def stems(folder: str, suffix: str) -> list[str]:
    return sorted(path.stem for path in Path(folder).glob(f"*{suffix}"))


def test_a_cv_comes_as_a_page_too(folder: str) -> None:
    assert run("profiles", "-n", "3", "--out", folder)[0] == 0
    assert run("html", "--out", folder, "--only", "2")[0] == 0
    assert stems(folder, ".html") == [stems(folder, ".json")[1]]
    assert run("html", "--out", folder)[0] == 0
    assert stems(folder, ".html") == stems(folder, ".json")
    for cv_id in stems(folder, ".json"):
        page = Path(folder, f"{cv_id}.html").read_text()
        assert page.startswith("<!doctype html>")
        assert Profile.model_validate_json(Path(folder, f"{cv_id}.json").read_text()).name in page


@pytest.mark.usefixtures("pdf_renderer")
def test_profiles_then_render_then_list(folder: str) -> None:
    assert run("profiles", "-n", "3", "--out", folder)[0] == 0
    assert len(stems(folder, ".json")) == 3
    assert json.loads(run("list", "--out", folder, "--json")[1])[0]["pdf"] == "missing"
    assert run("render", "--out", folder, "--only", "2")[0] == 0
    assert stems(folder, ".pdf") == [stems(folder, ".json")[1]]
    assert run("render", "--out", folder)[0] == 0
    rows = json.loads(run("list", "--out", folder, "--json")[1])
    assert [row["pdf"] for row in rows] == ["ready"] * 3
    assert "3 CVs in" in run("list", "--out", folder)[1]


def test_wishes_reach_the_profiles(folder: str) -> None:
    asked = ("--language", "fr", "--template", "cards", "--profession", "nurse", "--profession", "chef", "--seed", "5", "-n", "4")
    assert run("profiles", *asked, "--out", folder)[0] == 0
    made = [Profile.model_validate_json(path.read_bytes()) for path in Path(folder).glob("*.json")]
    assert {(one.language, one.presentation.template, one.provenance.seed) for one in made} == {("fr", "cards", 5)}
    assert {one.profession for one in made} == {"nurse", "chef"}


def test_only_picks_by_number_or_part_of_the_name(folder: str) -> None:
    run("profiles", "-n", "5", "--out", folder)
    everyone = stems(folder, ".json")
    for path in Path(folder).iterdir():
        path.unlink()
    assert run("profiles", "-n", "5", "--only", "4", "--only", everyone[1][4:], "--out", folder)[0] == 0
    assert stems(folder, ".json") == [everyone[1], everyone[3]]


def test_other_datasets_are_pointed_out_and_pruned(folder: str) -> None:
    run("profiles", "-n", "3", "--seed", "8", "--out", folder)
    assert run("profiles", "-n", "3", "--out", folder)[0] == 0
    assert len(stems(folder, ".json")) == 6
    run("profiles", "-n", "3", "--prune", "--out", folder)
    assert len(stems(folder, ".json")) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("all", "--template", "gothic"),
        ("all", "--profession", "astronaut"),
        ("all", "--language", "la"),
        ("all", "--count", "0"),
        ("all", "--only", "nobody"),
        ("all", "--writer", "llm"),
        ("render",),
    ],
)
def test_wrong_wishes_are_refused_with_status_2(folder: str, arguments: tuple[str, ...]) -> None:
    assert run(*arguments, "--out", folder)[0] == 2
    assert not stems(folder, "")


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert run("all", "--out", str(tmp_path / "file" / "cvs"))[0] == 2


@pytest.mark.usefixtures("pdf_renderer")
def test_failures_end_with_status_1(folder: str) -> None:
    assert run("profiles", "-n", "2", "--out", folder)[0] == 0
    path = next(Path(folder).glob("001-*.json"))
    path.write_text(path.read_text().replace('"template": "', '"template": "x'))
    assert run("render", "--out", folder)[0] == 1
    assert len(stems(folder, ".pdf")) == 1


def test_what_a_model_or_a_path_is_called_stays_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    outcome = Outcome()
    outcome.failures["001-x"] = "maker:x: said [bold] and [/nothing]"
    summarize(Console(stderr=True), outcome)
    assert "maker:x: said [bold] and [/nothing]" in capsys.readouterr().err
