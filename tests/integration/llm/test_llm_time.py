"""The limits on waiting, and how fast a provider's connection is closed when nobody wants the answer any more."""

import asyncio
import time
from collections.abc import AsyncGenerator

import httpx
import pytest

from app.application.ports import Completion, LanguageModel
from app.domain.chat.errors import ModelError
from app.infrastructure.llm.streaming import Retries, Timeouts
from tests.integration.llm.conftest import Make
from tests.providers.adapters import Heard, listen, prompt
from tests.providers.running import RunningProviders
from tests.providers.script import expected_text
from tests.providers.server import Recorded

AT_ONCE = 0.1
SHORT = Timeouts(connect=0.15, first_token=0.15, between_tokens=0.15)


@pytest.mark.parametrize("fault", ["silent", "hang"])
async def test_gives_up_on_a_provider_that_does_not_begin(make: Make, providers: RunningProviders, fault: str) -> None:
    error = await _too_slow(make(timeouts=SHORT), f"Who? [[fault={fault}]]")
    assert "did not begin" in error.message
    await providers.until(_hung_up)


async def test_tries_again_when_a_provider_does_not_begin(make: Make, providers: RunningProviders) -> None:
    question = "Who? [[fault=hang times=1]]"
    heard = await listen(make(timeouts=SHORT, retries=Retries(base=0.01)), prompt(question))
    assert heard.text == expected_text(question)
    assert len(providers.requests) == 2


async def test_gives_up_on_a_provider_that_stops(make: Make, providers: RunningProviders) -> None:
    heard = Heard()
    question = "Who? [[fault=hang after=3]]"
    error = await _too_slow(make(timeouts=SHORT, retries=Retries()), question, heard)
    assert "stopped in the middle" in error.message
    assert heard.text == expected_text(question, 3)
    assert len(providers.requests) == 1
    await providers.until(_hung_up)


async def test_an_answer_that_waits_for_a_word_has_its_last_token_only_then(make: Make, providers: RunningProviders) -> None:
    question = "Who? [[tokens=300 rate=100 until=seen]]"
    text, said = "", 0.0
    async for piece in make().stream(prompt(question)):
        if not isinstance(piece, Completion):
            text += piece
            if text == expected_text(question, 20):
                assert providers.requests[0].finished is None
                said = time.monotonic()
                async with httpx.AsyncClient() as client:
                    await client.post(f"{providers.url}/__go/seen")
    assert text == expected_text(question)
    assert time.monotonic() - said < 1.5  # 280 tokens at their rate take 2.8 s


@pytest.mark.parametrize("name", ["anthropic", "openrouter", "openai_compatible"], indirect=True)
async def test_heartbeats_are_no_answer(make: Make) -> None:
    await _too_slow(make(timeouts=SHORT), "Who? [[pings=40]]")


async def test_a_slow_reader_is_not_the_providers_fault(make: Make) -> None:
    question = "Who? [[tokens=6 rate=100]]"
    text = ""
    async for piece in make(timeouts=SHORT).stream(prompt(question)):
        if not isinstance(piece, Completion):
            text += piece
            await asyncio.sleep(0.2)
    assert text == expected_text(question)


@pytest.mark.parametrize(
    ("directive", "taken"),
    [("fault=silent", 0), ("fault=hang", 0), ("fault=hang after=3", 3), ("rate=20 tokens=400", 3)],
    ids=["before headers", "before the first token", "between tokens", "while tokens come"],
)
async def test_cancelling_the_reader_hangs_up_at_once(make: Make, providers: RunningProviders, directive: str, taken: int) -> None:
    heard = Heard()
    reader = asyncio.ensure_future(listen(make(), prompt(f"Who? [[{directive}]]"), heard))
    await providers.until(bool)
    await _heard(heard, taken)
    await asyncio.sleep(0.05)
    cancelled = time.monotonic()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    await _hangs_up_at_once(providers, cancelled)


async def test_closing_the_stream_hangs_up_at_once(make: Make, providers: RunningProviders) -> None:
    stream = make().stream(prompt("Who? [[rate=50 tokens=400]]"))
    await _take(stream, 3)
    closed = time.monotonic()
    await stream.aclose()
    await _hangs_up_at_once(providers, closed)


async def test_dropping_one_stream_leaves_the_others_alone(make: Make, providers: RunningProviders) -> None:
    model = make()
    question = "Who? [[rate=200 tokens=60]]"
    whole = asyncio.ensure_future(listen(model, prompt(question)))
    for _ in range(5):
        stream = model.stream(prompt("Who? [[rate=50 tokens=400]]"))
        await _take(stream, 2)
        await stream.aclose()
    assert (await whole).text == expected_text(question)


async def test_cancelling_between_two_tries_makes_no_third(make: Make, providers: RunningProviders) -> None:
    waiting = asyncio.Event()

    async def sleep(seconds: float) -> None:
        waiting.set()
        await asyncio.sleep(seconds)

    reader = asyncio.ensure_future(listen(make(retries=Retries(base=60, sleep=sleep)), prompt("Who? [[fault=503]]")))
    await waiting.wait()
    cancelled = time.monotonic()
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    assert time.monotonic() - cancelled < AT_ONCE
    assert [request.status for request in providers.requests] == [503]


async def test_cancelling_while_connecting_hangs_up_at_once(make: Make) -> None:
    """The connection is there, but TLS is not: the server says nothing."""
    connected, hung_up = asyncio.Event(), asyncio.Event()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        hung_up.set()
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        reader = asyncio.ensure_future(listen(make(url=url), prompt("Who?")))
        await connected.wait()
        await asyncio.sleep(0.05)
        reader.cancel()
        async with asyncio.timeout(AT_ONCE):
            await hung_up.wait()
        with pytest.raises(asyncio.CancelledError):
            await reader


async def test_connecting_has_a_limit_of_its_own(make: Make) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(accept, "127.0.0.1", 0) as server:
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        error = await _too_slow(make(url=url, timeouts=Timeouts(connect=0.1, first_token=5)), "Who?")
    assert "did not take the connection" in error.message


async def _too_slow(model: LanguageModel, question: str, heard: Heard | None = None) -> ModelError:
    with pytest.raises(ModelError) as raised:
        await listen(model, prompt(question), heard)
    assert (raised.value.code, raised.value.retryable) == ("provider_timeout", True)
    return raised.value


async def _take(stream: AsyncGenerator[str | Completion, None], pieces: int) -> None:
    for _ in range(pieces):
        await anext(stream)


async def _heard(heard: Heard, pieces: int) -> None:
    async with asyncio.timeout(5):
        while len(heard.pieces) < pieces:  # noqa: ASYNC110 - what is heard makes no sound of its own
            await asyncio.sleep(0.005)


def _hung_up(requests: list[Recorded]) -> bool:
    return bool(requests) and all(request.disconnected is not None for request in requests)


async def _hangs_up_at_once(providers: RunningProviders, since: float) -> None:
    await providers.until(_hung_up, within=2)
    [request] = providers.requests
    assert request.disconnected is not None
    assert request.disconnected - since < AT_ONCE
