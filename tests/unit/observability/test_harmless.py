"""Nothing that anybody writes leaves its line of the log, or its field; secrets by name stay out. Both formats, through the real configuration."""

import json
import logging
from collections.abc import Generator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app.infrastructure.observability.harmless import LONGEST, escaped
from app.infrastructure.observability.logs import configure

ATTACKS = ["a\r\n2026-11-21 [error] forged", "\x1b[2K\x1b[1A hidden", "\u2028two", "\x9b31m", "\u202eturned", "nul\x00", "half \ud800"]


@pytest.fixture(autouse=True)
def _own_logging() -> Generator[None]:  # pyright: ignore[reportUnusedFunction] - pytest calls it
    """The test session's handlers come back."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    yield
    root.handlers[:] = before
    root.setLevel(level)
    structlog.reset_defaults()


@given(st.text(alphabet=st.characters()))
def test_an_escaped_text_is_one_printable_line(text: str) -> None:
    safe = escaped(text)
    assert len(f"{safe}|".splitlines()) == 1
    assert not any(ord(character) < 32 or 127 <= ord(character) < 160 for character in safe)
    safe.encode()


@pytest.mark.parametrize("json_format", [True, False])
@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_stays_in_its_line(capsys: pytest.CaptureFixture[str], attack: str, json_format: bool) -> None:
    configure("INFO", json=json_format)
    structlog.get_logger("ours").info("A thing happened", field=attack, nested={"a": [attack]})
    logging.getLogger("theirs").warning("A library says %s", attack)
    written = capsys.readouterr().err
    assert len(written.splitlines()) == 2
    assert not any(character in written for character in "\r\x1b\x00\x9b\u2028\u202e\ud800")
    if json_format:
        assert [json.loads(line)["level"] for line in written.splitlines()] == ["info", "warning"]


@pytest.mark.parametrize("json_format", [True, False])
def test_a_message_of_an_exception_cannot_pass_for_a_line(capsys: pytest.CaptureFixture[str], json_format: bool) -> None:
    configure("INFO", json=json_format)
    structlog.get_logger("ours").error("It failed", exc_info=ValueError("bad\n2026-11-21T00:00:00Z [info     ] all is well"))
    text = capsys.readouterr().err
    written = text.splitlines()
    assert "ValueError: bad" in text
    assert [line for line in written if line.startswith("2026-11-21T00:00:00Z [info")] == []
    assert len(written) == 1 if json_format else all(line.startswith("  | ") for line in written[1:])


@pytest.mark.parametrize(
    "name", ["api_key", "llm_api_key", "authorization", "Authorization", "password", "ticket", "access_token", "cookie"]
)
def test_a_field_that_is_named_like_a_secret_is_not_shown(capsys: pytest.CaptureFixture[str], name: str) -> None:
    configure("INFO", json=True)
    structlog.get_logger("ours").info("Hello", **{name: "s3cr3t", "output_tokens": 5})
    written = capsys.readouterr().err
    assert "s3cr3t" not in written
    assert json.loads(written)["output_tokens"] == 5


def test_a_long_text_is_cut() -> None:
    assert len(escaped("x" * 1_000_000)) < LONGEST + 50
