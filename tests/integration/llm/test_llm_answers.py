"""What every adapter makes of a healthy provider, through its real SDK and a real socket."""

import json
import sys

import pytest

from app.application.ports import LanguageModel, Passage, Prompt, TokenCounter, Turn
from app.domain.chat.entities import Role
from app.domain.chat.errors import ModelError
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


async def test_what_is_the_same_for_every_question_is_cached_by_claude_and_counted(providers: RunningProviders) -> None:
    steady = Prompt("Here is the resume: " + "word " * 500, (Turn(Role.USER, "Who?"),), "Who?", passages=(Passage(1, "Ada", "…"),))
    model = adapters.make("anthropic", providers.url)
    usages = [(await listen(model, steady)).completions[0].usage for _ in range(3)]
    await model.close()
    assert providers.requests[-1].body["system"][-1]["cache_control"] == {"type": "ephemeral"}
    assert all(usage is not None for usage in usages)
    first, second, third = (usage for usage in usages if usage is not None)
    assert first.cache_written_tokens is not None
    assert first.cache_written_tokens > 500
    assert first.cached_input_tokens == 0
    assert second == third
    assert (second.cache_written_tokens, second.cached_input_tokens) == (0, first.cache_written_tokens)
    assert second.input_tokens == first.input_tokens, "all input is counted, wherever it came from"


async def test_what_changes_with_the_question_is_not_written_into_a_cache(providers: RunningProviders) -> None:
    picked = Prompt("Here are passages.", (Turn(Role.USER, "Who?"),), "Who?", passages=(Passage(1, "Ada", "…"),), chosen=True)
    for asked in (picked, prompt("Who?")):
        model = adapters.make("anthropic", providers.url)
        await listen(model, asked)
        await model.close()
        assert "cache_control" not in json.dumps(providers.requests[-1].body)


async def test_openrouter_is_told_what_claude_may_cache_and_others_cache_by_themselves(providers: RunningProviders) -> None:
    steady = Prompt("The resume.", (Turn(Role.USER, "Who?"),), "Who?", passages=(Passage(1, "Ada", "…"),))
    for name, model_name, told in (
        ("openrouter", "anthropic/claude-sonnet-5.5", True),
        ("openrouter", "meta-llama/llama-3.3-70b-instruct", False),
        ("openai_compatible", "gpt-5", False),
    ):
        model = adapters.make(name, providers.url, model=model_name)
        await listen(model, steady)
        await model.close()
        sent = providers.requests[-1].body["messages"][0]
        assert sent["role"] == "system"
        marked = [{"type": "text", "text": "The resume.", "cache_control": {"type": "ephemeral"}}]
        assert sent["content"] == (marked if told else "The resume.")


async def test_a_prompt_that_does_not_fit_is_told_apart_from_other_refusals(make: Make) -> None:
    with pytest.raises(ModelError) as refused:
        await listen(make(model="tiny-window-50"), prompt("word " * 100))
    assert (refused.value.code, refused.value.retryable) == ("context_too_long", False)
    assert "tiny-window-50" in refused.value.message
    assert "LLM_CONTEXT_TOKENS" in refused.value.message


@pytest.mark.parametrize("name", ["anthropic", "google"])
async def test_the_providers_own_counter(make: Make, providers: RunningProviders) -> None:
    model = make()
    assert isinstance(model, TokenCounter)
    short, long = [await model.count_tokens(prompt("word " * words, system="Be brief.")) for words in (10, 200)]
    assert short is not None
    assert long is not None
    assert long - short == 190
    assert not providers.requests, "counting asks nothing of the model"


@pytest.mark.parametrize("name", ["anthropic", "google"])
async def test_a_counter_that_fails_or_is_slow_is_done_without(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, away = make(model="uncountable"), make(url="http://127.0.0.1:9")
    for model in (broken, away):
        assert isinstance(model, TokenCounter)
        assert await model.count_tokens(prompt("Who?")) is None
    healthy = make()
    assert isinstance(healthy, TokenCounter)
    monkeypatch.setattr(sys.modules[type(healthy).__module__], "COUNT_SECONDS", 0.0)
    assert await healthy.count_tokens(prompt("Who?")) is None


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
