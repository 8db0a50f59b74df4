"""The window of a real process and its provider: what was sent is recorded, and no conversation can make a thread useless."""

from typing import Any

import httpx

from tests.e2e.conversation import ask
from tests.e2e.fleet import server, start
from tests.processes import Processes
from tests.providers.running import RunningProviders
from tests.reader import Reader
from tests.talk import new_thread, run

SPEED = "tokens=5"


async def _answered(client: httpx.AsyncClient, url: str, thread_id: str, directives: str, words: int = 0) -> dict[str, Any]:
    asked = await ask(client, url, f"{directives} {SPEED}]] {'word ' * words}[[{directives} {SPEED}", thread_id)
    await Reader(client, asked.run_id).read(url)
    return await run(client, url, asked.run_id)


async def test_a_long_conversation_is_cut_to_the_models_window_and_recorded(processes: Processes, client: httpx.AsyncClient) -> None:
    [only] = await start(processes, server(LLM_CONTEXT_TOKENS="5000", LLM_MAX_TOKENS="500"))
    thread_id = await new_thread(client, only.url, assistant="resume")
    runs = [await _answered(client, only.url, thread_id, f"id=n{n}", words=500) for n in range(8)]
    assert {one["status"] for one in runs} == {"done"}
    records = [one["prompt"] for one in runs]
    assert [record["turns_sent"] + record["turns_left_out"] for record in records] == [2 * n for n in range(8)]
    assert records[1]["turns_left_out"] == 0
    assert records[-1]["turns_left_out"] > 0
    assert all(record["estimated_tokens"] <= 4500 and record["window_tokens"] == 5000 for record in records)
    assert all((record["passages_sent"], record["passages_left_out"]) == (1, 0) for record in records), "the resume is never left out"


async def test_a_question_that_is_too_long_says_the_limit_and_the_thread_goes_on(processes: Processes, client: httpx.AsyncClient) -> None:
    [only] = await start(processes, server(LLM_CONTEXT_TOKENS="4000", LLM_MAX_TOKENS="500"))
    thread_id = await new_thread(client, only.url, assistant="resume")
    giant = await _answered(client, only.url, thread_id, "id=giant", words=6000)
    assert (giant["status"], giant["error"]["code"], giant["error"]["retryable"]) == ("failed", "context_too_long", False)
    assert " 3500 " in giant["error"]["message"]
    after = await _answered(client, only.url, thread_id, "id=after")
    assert after["status"] == "done"
    assert after["prompt"]["turns_left_out"] == 1


async def test_a_window_that_was_believed_too_large_is_found_out_within_the_run(
    processes: Processes, providers: RunningProviders, client: httpx.AsyncClient
) -> None:
    """The provider takes fewer tokens than the settings say: it refuses, and gets a shorter prompt at once."""
    [only] = await start(processes, server(LLM_CONTEXT_TOKENS="100000", LLM_MODEL="fake-window-3500"))
    thread_id = await new_thread(client, only.url, assistant="resume")
    runs = [await _answered(client, only.url, thread_id, f"id=n{n}", words=600) for n in range(6)]
    assert [one["status"] for one in runs] == ["done"] * 6
    assert not runs[0]["prompt"]["refused_once"]
    assert runs[-1]["prompt"]["refused_once"]
    assert runs[-1]["prompt"]["turns_left_out"] > 0
    assert sum(record.status == 400 for record in providers.requests) == sum(one["prompt"]["refused_once"] for one in runs)


async def test_near_the_limit_claude_counts_itself_and_the_resume_is_cached(
    processes: Processes, providers: RunningProviders, client: httpx.AsyncClient
) -> None:
    claude = {"LLM_PROVIDER": "anthropic", "ANTHROPIC_API_KEY": "sk-x", "ANTHROPIC_BASE_URL": providers.url, "LLM_MODEL": "claude-fake"}
    [only] = await start(processes, server(LLM_CONTEXT_TOKENS="6000", LLM_MAX_TOKENS="500", **claude))
    thread_id = await new_thread(client, only.url, assistant="resume")
    runs = [await _answered(client, only.url, thread_id, f"id=n{n}", words=900) for n in range(5)]
    assert [one["status"] for one in runs] == ["done"] * 5
    counted = [one["prompt"]["counted_tokens"] for one in runs]
    assert counted[0] is None, "far from the limit nobody is asked"
    assert counted[-1] is not None
    assert providers.counts == sum(number is not None for number in counted)
    first, *others = [one["usage"] for one in runs]
    assert first["cache_written_tokens"] > 300
    assert all(usage["cached_input_tokens"] == first["cache_written_tokens"] for usage in others)
    assert all(usage["cache_written_tokens"] == 0 for usage in others)
