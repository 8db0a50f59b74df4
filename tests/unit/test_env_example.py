"""`.env_ex` lists every setting with its default and its description, and nothing else. After a change: `chatbot env > .env_ex`."""

from pathlib import Path

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from app.cli import cli
from app.settings import SECTIONS, Settings, env_example, load_settings

FILE = Path(__file__).parents[2] / ".env_ex"


def _listed() -> dict[str, tuple[str, str]]:
    """Name to value and the line before."""
    lines = FILE.read_text().splitlines()
    assignments = [(number, *line.split("=", 1)) for number, line in enumerate(lines) if line and not line.startswith("#")]
    return {name: (value, lines[number - 1]) for number, name, value in assignments}


def test_the_file_is_what_the_command_prints() -> None:
    assert FILE.read_text() == env_example() == CliRunner().invoke(cli, ["env"]).output


def test_it_lists_every_setting_once_and_nothing_else() -> None:
    names = [line.split("=")[0] for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    assert names == [name.upper() for name in Settings.model_fields]


@pytest.mark.parametrize("name", Settings.model_fields)
def test_a_setting_stands_with_its_description(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert _listed()[name.upper()][1] == f"# {description}"


def test_as_it_stands_it_means_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    assert load_settings(env_file=FILE) == load_settings(env_file=None)


def test_no_secret_has_a_value() -> None:
    secrets = [name.upper() for name, field in Settings.model_fields.items() if SecretStr in getattr(field.annotation, "__args__", ())]
    assert {"DATABASE_URL", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "LLM_API_KEY"} <= set(secrets)
    assert [_listed()[name][0] for name in secrets] == [""] * len(secrets)


def test_sections_begin_at_settings_that_exist() -> None:
    assert SECTIONS.keys() <= Settings.model_fields.keys()
