"""Names that people know from the projects this began as: settings, make targets, services of the compose file. They mean here what they meant there."""

import subprocess
from pathlib import Path

import pytest
import yaml
from pydantic import SecretStr

from app.settings import Provider, load_settings
from tests.processes import ROOT


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


SETTINGS = {
    "LLM_PROVIDER": "anthropic",
    "ANTHROPIC_API_KEY": "a",
    "GEMINI_API_KEY": "g",
    "OPENROUTER_API_KEY": "o",
    "LLM_MODEL": "some/model:free",
    "LLM_TIMEOUT": "61.5",
    "DATABASE_URL": "postgresql+asyncpg://chatbot:secret@postgres:5432/chatbot",
    "DATABASE_POOL_SIZE": "6",
    "RESUME_PATH": "data/resume.json",
    "LOG_LEVEL": "WARNING",
    "DEBUG": "false",
    "HOST": "0.0.0.0",
    "PORT": "8001",
    "DATA_DIR": "elsewhere",
    "ANTHROPIC_BASE_URL": "http://a",
    "GEMINI_BASE_URL": "http://g",
    "OPENROUTER_BASE_URL": "http://o",
    "LLM_BASE_URL": "http://l",
}
"""The values differ from every default."""

TARGETS = {
    "up": "docker compose up --build",
    "down": "docker compose down",
    "gen-all": "cv_generation all",
    "rag-rebuild": "chatbot index",
    "dataset": "cv_generation all",
}


@pytest.mark.parametrize("spell", [str, str.lower], ids=["as written", "in small letters"])
def test_settings_mean_what_they_say(monkeypatch: pytest.MonkeyPatch, spell: type[str]) -> None:
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    Path(".env").write_text("".join(f"{spell(name)}={value}\n" for name, value in SETTINGS.items()) + "SOMETHING_ELSE=1\n")
    settings = load_settings()
    for name, value in SETTINGS.items():
        read = getattr(settings, name.lower())
        shown = read.get_secret_value() if isinstance(read, SecretStr) else str(read)
        assert shown.lower() == value.lower(), name
    assert settings.provider is Provider.ANTHROPIC


@pytest.mark.parametrize("target", TARGETS)
def test_make_knows_the_targets(target: str) -> None:
    done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=True)
    assert TARGETS[target] in done.stdout


def test_the_database_in_containers_is_found_under_its_name() -> None:
    """docker compose exec postgres psql -U chatbot -d chatbot; the page on 5173 and 8000."""
    services = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
    assert services["postgres"]["environment"]["POSTGRES_USER"] == services["postgres"]["environment"]["POSTGRES_DB"] == "chatbot"
    assert any("8000" in port for port in services["api"]["ports"])
    assert any("5173" in port for port in services["api"]["ports"])
    assert services["api"]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
