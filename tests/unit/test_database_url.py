"""DATABASE_URL as people write it, and what is said of one that cannot be used."""

import pytest

from app.infrastructure.db.engine import DatabaseUrlError, conninfo, make_engine, parse_url, plain, preparing


@pytest.mark.parametrize(
    "scheme", ["postgres", "postgresql", "postgresql+psycopg", "postgresql+asyncpg", "postgresql+psycopg2"], ids=lambda scheme: scheme
)
def test_every_spelling_of_postgres_means_the_same(scheme: str) -> None:
    url = parse_url(f"{scheme}://ada:p%40ss@db.example:6432/chat?sslmode=require")
    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.password, url.host, url.port, url.database) == ("ada", "p@ss", "db.example", 6432, "chat")
    assert conninfo(url) == "postgresql://ada:p%40ss@db.example:6432/chat?sslmode=require"


@pytest.mark.parametrize(
    ("text", "word"), [("mysql://u@h/d", "'mysql'"), ("sqlite:///chat.db", "'sqlite'"), ("localhost:5432", "not a URL"), ("", "not a URL")]
)
def test_what_cannot_be_used_is_told_without_the_password(text: str, word: str) -> None:
    with pytest.raises(DatabaseUrlError, match=word):
        parse_url(text)


def test_a_wrong_url_is_not_repeated() -> None:
    with pytest.raises(DatabaseUrlError) as refused:
        parse_url("mysql://ada:secret@h/d")
    assert "secret" not in str(refused.value)


UNPREPARED = "postgres://ada:secret@db.example.com:6432/chat?sslmode=require&prepared_statements=off"


def test_without_prepared_statements_nothing_else_changes() -> None:
    url = parse_url(UNPREPARED)
    assert preparing(url) == {"prepare_threshold": None}, "psycopg then never prepares"
    assert conninfo(url) == "postgresql://ada:secret@db.example.com:6432/chat?sslmode=require"
    assert plain(url).query == {"sslmode": "require"}
    assert make_engine(url, 1).url == plain(url)


def test_statements_are_prepared_unless_told_otherwise() -> None:
    url = parse_url("postgresql://db.example.com/chat")
    assert preparing(url) == {}
    assert plain(url) == url


def test_another_word_stops_the_start() -> None:
    with pytest.raises(DatabaseUrlError, match="only prepared_statements=off is known"):
        parse_url("postgresql://db.example.com/chat?prepared_statements=maybe")
