"""What a provider does wrong, seen by a client of the whole product: the right code, the text so far, `done`, and all of it after a reload."""

import asyncio
from dataclasses import dataclass

import httpx

from tests.e2e.conversation import Asked, answer, ask_all, assert_kept
from tests.e2e.fleet import Fleet
from tests.providers.script import expected_text
from tests.reader import Reader, Seen


@dataclass(frozen=True)
class Fault:
    """Directives, the error's code (empty: the answer comes in spite of them), tokens kept, requests made."""

    directives: str
    code: str = ""
    tokens: int = 0
    requests: int = 1
    retryable: bool = True


FAULTS = (
    Fault("fault=429 retry_after=60", "provider_rate_limited"),
    Fault("fault=429 times=1 retry_after=1", requests=2),
    Fault("fault=429 retry_after=0.1", "provider_rate_limited", requests=4),
    Fault("fault=529 retry_after=0.1", "provider_overloaded", requests=4),
    Fault("fault=503 times=2 retry_after=0.1", requests=3),
    Fault("fault=500 retry_after=0.1", "provider_unavailable", requests=4),
    Fault("fault=drop after=20", "provider_interrupted", tokens=20),
    Fault("fault=drop times=1", requests=2),
    Fault("fault=truncate after=20", "provider_interrupted", tokens=20),
    Fault("fault=error_event after=20", "provider_interrupted", tokens=20),
    Fault("fault=garbage after=20", "provider_protocol", tokens=20),
    Fault("fault=hang after=20", "provider_timeout", tokens=20),
    Fault("fault=auth", "provider_auth", retryable=False),
    Fault("fault=404", "provider_bad_request", retryable=False),
    Fault("fault=refusal", "provider_refused", retryable=False),
    Fault("fault=html", "provider_protocol", retryable=False),
    Fault("slow_drip=0.002"),
    Fault("crlf split=3"),
    Fault("huge=200000"),
    Fault("fault=linger"),
)


async def test_every_fault_ends_the_run_with_its_code_and_keeps_the_text(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask_all(client, fleet.urls, [fault.directives for fault in FAULTS])
    seen = await asyncio.gather(*(Reader(client, one.run_id).read_to_the_end(*fleet.urls) for one in asked))
    for fault, one, reader in zip(FAULTS, asked, seen, strict=True):
        if fault.code:
            await _assert_failed(fleet, client, one, reader, fault)
        else:
            await assert_kept(client, fleet.first.url, one, reader)
        assert len(one.requests(fleet.providers)) == fault.requests, fault


async def _assert_failed(fleet: Fleet, client: httpx.AsyncClient, asked: Asked, seen: Seen, fault: Fault) -> None:
    text = expected_text(asked.question, fault.tokens)
    kept = await assert_kept(client, fleet.first.url, asked, seen, text=text, status="failed")
    error = seen.frames[-2]
    assert (error.event, error.data["code"], error.data["retryable"]) == ("error", fault.code, fault.retryable), fault
    assert error.data["message"]
    stored = await answer(client, fleet.second.url, asked)
    assert stored["error"] == kept["error"] == error.data
