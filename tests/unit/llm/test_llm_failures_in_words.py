"""How failures are worded, and how a provider's wish to wait is read."""

import pytest

from app.infrastructure.llm import failures
from app.infrastructure.llm.failures import Endpoint

ENDPOINT = Endpoint("Provider", "some-model", "https://user:hush@example.org:8443/v1", "sk-secret", "SOME_API_KEY", "SOME_BASE_URL")
NOON = 1893499200.0  # Tue, 01 Jan 2030 12:00:00 GMT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": " 2.5 "}, 2.5),
        ({"retry-after": "-3"}, 0.0),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Tue, 01 Jan 2030 12:00:20 GMT"}, 20.0),
        ({"retry-after": "Tue, 01 Jan 2030 11:00:00 GMT"}, 0.0),
        ({"retry-after": "7", "retry-after-ms": "1500"}, 1.5),
    ],
)
def test_reads_every_form_of_retry_after(headers: dict[str, str], seconds: float | None) -> None:
    assert failures.retry_after(headers, now=NOON) == seconds


def test_keeps_secrets_out_of_messages_and_representations() -> None:
    error = failures.answered(ENDPOINT, 401, "Incorrect API key sk-secret given", {"request-id": "req_1"})
    assert "sk-secret" not in error.message
    assert "Incorrect API key …" in error.message
    assert "req_1" in error.message
    assert "sk-secret" not in repr(ENDPOINT)
    assert "hush" not in repr(ENDPOINT) + failures.unreachable(ENDPOINT, "").message


def test_puts_a_long_answer_on_one_short_line() -> None:
    message = failures.answered(ENDPOINT, 500, "<html>\n" + "x" * 5000, {}).message
    assert len(message) < 500
    assert "\n" not in message


def test_believes_a_provider_that_says_not_to_try_again() -> None:
    assert not failures.answered(ENDPOINT, 500, "", {"x-should-retry": "false"}).retryable
    assert not failures.out_of_quota(ENDPOINT, "").retryable


@pytest.mark.parametrize("status", [200, 204, 302])
def test_a_success_that_is_none_is_a_matter_of_protocol(status: int) -> None:
    error = failures.answered(ENDPOINT, status, "", {})
    assert (error.code, error.retryable) == ("provider_protocol", False)
