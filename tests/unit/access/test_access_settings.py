"""Settings of access and limits: what follows from few of them, and what stops the start."""

import pytest

from app.settings import SettingsError, load_settings


def test_on_this_machine_nothing_is_asked_and_nothing_limited() -> None:
    settings = load_settings()
    assert settings.auth_mode == "off"
    assert (settings.address_rate, settings.user_rate, settings.runs_of_a_user, settings.tokens_of_a_user) == (None, None, None, None)
    assert settings.hosts == {"localhost", "127.0.0.1", "[::1]"}


def test_open_to_others_addresses_are_limited_and_any_host_is_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOST", "0.0.0.0")
    settings = load_settings()
    assert settings.address_rate == "1200/minute"
    assert settings.hosts == frozenset()
    monkeypatch.setenv("ALLOWED_HOSTS", "Chat.Example.com, other.example.com")
    assert load_settings().hosts == {"chat.example.com", "other.example.com"}


def test_with_access_on_users_are_limited_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_MODE", "api_key")
    settings = load_settings()
    assert (settings.user_rate, settings.runs_of_a_user, settings.tokens_of_a_user) == ("600/minute", 20, 2_000_000)
    for name, value in {"RATE_LIMIT_USER": "off", "USER_RUNS": "0", "USER_TOKENS_PER_DAY": "0", "RATE_LIMIT_ADDRESS": "5/second"}.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert (settings.address_rate, settings.user_rate, settings.runs_of_a_user, settings.tokens_of_a_user) == ("5/second", None, None, None)


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"AUTH_MODE": "on"}, ["AUTH_MODE"]),
        ({"AUTH_MODE": "jwt"}, ["JWT_ISSUER", "JWT_AUDIENCE"]),
        ({"AUTH_MODE": "jwt", "JWT_ISSUER": "https://id.example.com"}, ["JWT_AUDIENCE"]),
        ({"OIDC_CLIENT_ID": "page"}, ["OIDC_CLIENT_ID", "AUTH_MODE=jwt"]),
        ({"OIDC_CLIENT_ID": "page", "AUTH_MODE": "api_key"}, ["OIDC_CLIENT_ID", "AUTH_MODE=jwt"]),
        ({"OIDC_CLIENT_SECRET": "x"}, ["OIDC_CLIENT_SECRET", "OIDC_CLIENT_ID"]),
        ({"OIDC_SCOPES": "profile email"}, ["OIDC_SCOPES"]),
        ({"PUBLIC_URL": "https://chat.example.com/"}, ["PUBLIC_URL"]),
        ({"PUBLIC_URL": "chat.example.com"}, ["PUBLIC_URL"]),
        ({"JWT_ALGORITHMS": "RS256,HS256"}, ["JWT_ALGORITHMS", "HS256"]),
        ({"JWT_ALGORITHMS": "none"}, ["JWT_ALGORITHMS", "none"]),
        ({"JWT_ALGORITHMS": "rs256"}, ["JWT_ALGORITHMS", "rs256"]),
        ({"CORS_ORIGINS": "https://app.example.com/"}, ["CORS_ORIGINS", "https://app.example.com"]),
        ({"CORS_ORIGINS": "app.example.com"}, ["CORS_ORIGINS"]),
        ({"CORS_ORIGINS": "null"}, ["CORS_ORIGINS"]),
        ({"TRUSTED_PROXIES": "everybody"}, ["TRUSTED_PROXIES", "10.0.0.0/8"]),
        ({"TRUSTED_PROXIES": "*"}, ["TRUSTED_PROXIES"]),
        ({"RATE_LIMIT_USER": "many"}, ["RATE_LIMIT_USER"]),
        ({"RATE_LIMIT_ADDRESS": "0/minute"}, ["RATE_LIMIT_ADDRESS"]),
        ({"USER_RUNS": "-1"}, ["USER_RUNS"]),
        ({"RATE_LIMIT_STORE": "redis"}, ["RATE_LIMIT_STORE"]),
    ],
)
def test_what_is_wrong_stops_the_start(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], words: list[str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as refused:
        load_settings()
    for word in words:
        assert word in str(refused.value)
