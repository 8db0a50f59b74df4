"""DATABASE_URL as people write it, and its one word that is ours."""

import pytest

from app.infrastructure.db.engine import DatabaseUrlError, conninfo, make_engine, parse_url, plain, preparing

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
