"""What every adapter makes of a healthy provider, through its real SDK and a real socket."""

import json

import pytest

from app.application.ports import LanguageModel
from app.infrastructure.llm import streaming
from app.infrastructure.llm.streaming import Timeouts
from tests.integration.llm.conftest import Make
from tests.providers import adapters
from tests.providers.adapters import KEY, listen, prompt
from tests.providers.running import RunningProviders
from tests.providers.script import expected_text


async def test_gives_the_text_in_pieces_then_one_completion_with_the_counts(make: Make) -> None:
    question = "Who? [[tokens=100 cached=3]]"
    heard = await listen(make(), prompt(question))
    assert heard.text == expected_text(question)
    assert len(heard.pieces) == 100
    [completion] = heard.completions
    assert completion.finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.output_tokens == 100
    assert completion.usage.cached_input_tokens == 3
    assert (completion.usage.input_tokens or 0) > 3


@pytest.mark.parametrize("wire", ["split=1", "split=2 crlf", "crlf", "slow_drip=0", "chunk=7"])
async def test_does_not_care_how_the_bytes_are_cut(make: Make, wire: str) -> None:
    question = f"Who? [[tokens=110 {wire}]]"
    heard = await listen(make(), prompt(question))
    assert heard.text == expected_text(question)
    assert all(heard.pieces)


async def test_passes_on_a_huge_token(make: Make) -> None:
    question = "Who? [[tokens=2 huge=300000]]"
    assert (await listen(make(), prompt(question))).text == expected_text(question)


async def test_says_when_the_answer_is_cut_short(make: Make) -> None:
    [completion] = (await listen(make(), prompt("Who? [[finish=length]]"))).completions
    assert completion.finish_reason == "length"


async def test_lives_without_counts(make: Make) -> None:
    [completion] = (await listen(make(), prompt("Who? [[usage=none]]"))).completions
    assert (completion.finish_reason, completion.usage) == ("stop", None)


async def test_keeps_the_models_thoughts_to_itself_and_takes_them_for_a_sign_of_life(make: Make) -> None:
    question = "Who? [[thinking=6 tokens=3]]"
    model = make(timeouts=Timeouts(connect=2, first_token=0.25, between_tokens=2))
    assert (await listen(model, prompt(question))).text == expected_text(question)


async def test_sends_the_whole_conversation(make: Make, providers: RunningProviders) -> None:
    await listen(make(max_output_tokens=77), prompt("And then? [[tokens=1]]", "Hello", "Good day", system="Be brief."))
    body = json.dumps(providers.requests[-1].body)
    for text in ("Be brief.", "Hello", "Good day", "And then?", "77"):
        assert text in body


async def test_goes_on_from_a_partial_answer_as_the_provider_does(make: Make) -> None:
    question = "Who? [[tokens=50]]"
    full = expected_text(question)
    heard = await listen(make(), prompt(question, partial=full[:137]))
    assert full[:137] + heard.text == full


async def test_uses_its_connection_again(make: Make, providers: RunningProviders) -> None:
    model = make()
    for _ in range(3):
        await listen(model, prompt("Who? [[tokens=2]]"))
    assert len({request.client for request in providers.requests}) == 1


async def test_ends_soon_when_a_finished_answer_lingers(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "SETTLE", 0.1)
    question = "Who? [[tokens=5 fault=linger]]"
    heard = await listen(make(), prompt(question))
    assert heard.text == expected_text(question)
    assert heard.completions[0].finish_reason == "stop"


def test_names_itself(make: Make, name: str) -> None:
    model = make(model="some-model")
    assert (model.provider, model.model, model.continues_exactly) == (name, "some-model", False)
    assert KEY not in repr(model)


async def test_claude_may_cache_the_system_prompt(providers: RunningProviders) -> None:
    await _ask("anthropic", providers, "Who?")
    assert providers.requests[-1].body["system"][0]["cache_control"] == {"type": "ephemeral"}


async def test_a_stream_without_done_is_complete_when_it_says_why_it_ends(providers: RunningProviders) -> None:
    await _ask("openai_compatible", providers, "Who? [[done=missing]]")


async def test_a_server_that_needs_no_key_gets_none(providers: RunningProviders) -> None:
    model = adapters.make("openai_compatible", providers.url, api_key="")
    await _ask_and_close(model, "Who?")
    assert not providers.requests[-1].has_key


async def _ask(name: str, providers: RunningProviders, question: str) -> None:
    await _ask_and_close(adapters.make(name, providers.url), question)


async def _ask_and_close(model: LanguageModel, question: str) -> None:
    heard = await listen(model, prompt(question))
    assert heard.text == expected_text(question)
    await model.close()
