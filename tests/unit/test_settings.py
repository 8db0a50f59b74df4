"""Settings: defaults that work, and one sentence for everything that can be wrong, which says what to do and never a secret."""

from pathlib import Path

import pytest

from app.settings import DEFAULT_MODELS, LogFormat, Provider, Settings, SettingsError, load_settings

SECRET = "sk-secret-0123456789"


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def complaint(monkeypatch: pytest.MonkeyPatch, **environment: str) -> str:
    """What loading says about an environment that is wrong."""
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refusal:
        load_settings()
    return str(refusal.value)


def test_with_nothing_set_everything_has_a_default_and_answers_come_from_offline() -> None:
    settings = load_settings()
    assert (settings.provider, settings.model) == (Provider.OFFLINE, DEFAULT_MODELS[Provider.OFFLINE])
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path(".data"))
    assert settings.database_url is None


def test_an_empty_value_means_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "LLM_PROVIDER", "DATABASE_URL", "ANTHROPIC_API_KEY"):
        monkeypatch.setenv(name, "")
    settings = load_settings()
    assert (settings.port, settings.provider, settings.database_url) == (8000, Provider.OFFLINE, None)


@pytest.mark.parametrize(
    ("name", "provider"),
    [("ANTHROPIC_API_KEY", Provider.ANTHROPIC), ("GEMINI_API_KEY", Provider.GOOGLE), ("OPENROUTER_API_KEY", Provider.OPENROUTER)],
)
def test_a_key_alone_chooses_its_provider_and_a_model(monkeypatch: pytest.MonkeyPatch, name: str, provider: Provider) -> None:
    monkeypatch.setenv(name, SECRET)
    settings = load_settings()
    assert (settings.provider, settings.model) == (provider, DEFAULT_MODELS[provider])
    monkeypatch.setenv("LLM_PROVIDER", "offline")
    monkeypatch.setenv("LLM_MODEL", "mine")
    assert (load_settings().provider, load_settings().model) == (Provider.OFFLINE, "mine")


def test_the_environment_wins_over_the_file_and_the_command_line_over_both(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("PORT=1\nHOST=a\nLOG_FORMAT=json\nUNKNOWN=1\n")
    monkeypatch.setenv("PORT", "2")
    settings = load_settings(overrides={"host": "b"})
    assert (settings.port, settings.host, settings.log_format) == (2, "b", LogFormat.JSON)
    assert load_settings(env_file=None).host == "127.0.0.1"


def test_debug_is_a_log_level(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().effective_log_level == "INFO"
    monkeypatch.setenv("DEBUG", "true")
    assert load_settings().effective_log_level == "DEBUG"


@pytest.mark.parametrize(
    ("provider", "name"),
    [
        ("anthropic", "ANTHROPIC_API_KEY"),
        ("google", "GEMINI_API_KEY"),
        ("openrouter", "OPENROUTER_API_KEY"),
        ("openai_compatible", "LLM_BASE_URL"),
    ],
)
def test_a_provider_without_what_it_needs_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch, provider: str, name: str) -> None:
    assert complaint(monkeypatch, LLM_PROVIDER=provider) == (
        f"LLM_PROVIDER={provider} needs {name}: set it in the environment or in .env, or choose LLM_PROVIDER=offline."
    )


def test_a_compatible_server_needs_a_model(monkeypatch: pytest.MonkeyPatch) -> None:
    said = complaint(monkeypatch, LLM_PROVIDER="openai_compatible", LLM_BASE_URL="http://localhost:1/v1")
    assert said == "LLM_PROVIDER=openai_compatible needs LLM_MODEL: the name of a model that the server at LLM_BASE_URL has."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "70000"),
        ("PORT", SECRET),
        ("LOG_LEVEL", SECRET),
        ("LOG_FORMAT", SECRET),
        ("DEBUG", SECRET),
        ("LLM_PROVIDER", SECRET),
        ("DATABASE_POOL_SIZE", "1"),
        ("LLM_TIMEOUT", "0"),
        ("RUN_LEASE", "0.1"),
        ("RUN_SLOTS", "-1"),
        ("STREAM_HEARTBEAT", "11"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_its_setting_and_not_its_value(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    said = complaint(monkeypatch, **{name: value})
    assert said.startswith(f"{name}: ")
    assert said.endswith(".")
    assert "\n" not in said
    assert SECRET not in said


@pytest.mark.parametrize("address", ["notaurl", "localhost:11434/v1", "ftp://example.com", "https://", "http:///v1"])
def test_an_address_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for name in ("ANTHROPIC_BASE_URL", "GEMINI_BASE_URL", "OPENROUTER_BASE_URL", "LLM_BASE_URL", "JWT_JWKS_URL"):
        with monkeypatch.context() as attempt:
            said = complaint(attempt, **{name: address})
        assert said == f"{name} is no address of a server: write it like https://example.com/v1, with http:// or https://."
    monkeypatch.setenv("LLM_BASE_URL", "http://[::1]:11434/v1")
    assert load_settings().llm_base_url == "http://[::1]:11434/v1"


def test_no_secret_is_said_whatever_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "GEMINI_API_KEY", "OPENROUTER_API_KEY", "LLM_API_KEY", "DATABASE_URL"):
        monkeypatch.setenv(name, SECRET)
    assert SECRET not in complaint(monkeypatch, LLM_PROVIDER="openai_compatible")
    assert SECRET not in complaint(monkeypatch, LLM_PROVIDER="anthropic", PORT="x")
    monkeypatch.delenv("PORT")
    assert SECRET not in repr(load_settings())


@pytest.mark.parametrize("name", ["DATA_DIR", "CVS_PDF_DIR", "RAG_STORE", "RESUME_PATH"])
def test_a_home_folder_in_an_env_file_is_found(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    env_file = tmp_path / "settings.env"
    env_file.write_text(f"{name}=~/kept here\n")
    assert getattr(load_settings(env_file), name.lower()) == tmp_path / "kept here"


def test_the_home_of_nobody_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "write the whole path" in complaint(monkeypatch, DATA_DIR="~no-such-user-here/data")
