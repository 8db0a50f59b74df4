"""What every adapter makes of a provider that fails: which error, what was said before it, and whether it tried again."""

import socket
from email.utils import formatdate

import pytest

from app.domain.chat.errors import ModelError
from app.infrastructure.llm.streaming import Retries
from tests.integration.llm.conftest import Make
from tests.providers import adapters
from tests.providers.adapters import KEY, Heard, Naps, listen, prompt
from tests.providers.running import RunningProviders
from tests.providers.script import expected_text

KEY_SETTINGS = {
    "anthropic": "ANTHROPIC_API_KEY",
    "google": "GEMINI_API_KEY",
    "openrouter": "OPENROUTER_API_KEY",
    "openai_compatible": "LLM_API_KEY",
}


@pytest.fixture
def naps() -> Naps:
    return Naps()


@pytest.fixture
def patient(naps: Naps) -> Retries:
    """Three retries that take no time."""
    return Retries(sleep=naps.sleep, jitter=lambda: 0.5)


async def test_a_refused_key_says_which_setting_to_look_at(make: Make, name: str) -> None:
    error = await _error(make(api_key="refused-key"), "Who?")
    assert (error.code, error.retryable) == ("provider_auth", False)
    assert KEY_SETTINGS[name] in error.message


async def test_no_error_repeats_the_key(make: Make) -> None:
    secret = "refused-0123456789"
    error = await _error(make(api_key=secret), "Who?")
    assert secret not in f"{error!r} {error.message} {error.__cause__!r}"


async def test_an_unknown_model_is_named(make: Make) -> None:
    error = await _error(make(model="missing-model"), "Who?")
    assert (error.code, error.retryable) == ("provider_bad_request", False)
    assert "missing-model" in error.message
    assert "LLM_MODEL" in error.message


@pytest.mark.parametrize(
    ("status", "code", "retryable"),
    [
        (400, "provider_bad_request", False),
        (402, "provider_auth", False),
        (403, "provider_auth", False),
        (413, "context_too_long", False),
        (429, "provider_rate_limited", True),
        (500, "provider_unavailable", True),
        (502, "provider_unavailable", True),
        (503, "provider_overloaded", True),
        (504, "provider_timeout", True),
        (529, "provider_overloaded", True),
    ],
)
async def test_each_status_has_its_code_and_is_tried_again_if_that_can_help(
    make: Make, providers: RunningProviders, patient: Retries, naps: Naps, status: int, code: str, retryable: bool
) -> None:
    error = await _error(make(retries=patient), f"Who? [[fault={status}]]")
    assert (error.code, error.retryable) == (code, retryable)
    assert len(providers.requests) == (4 if retryable else 1)
    assert naps.taken == ([1, 2, 4] if retryable else [])


@pytest.mark.parametrize("fault", ["429", "503", "529", "drop", "truncate", "empty", "error_event"])
async def test_what_fails_before_the_first_token_is_tried_again(
    make: Make, providers: RunningProviders, patient: Retries, fault: str
) -> None:
    question = f"Who? [[tokens=20 fault={fault} times=2 id={fault}]]"
    if fault == "truncate":
        question = f"Who? [[tokens=0 fault={fault} times=3]]"
    heard = await listen(make(retries=patient), prompt(question))
    assert heard.text == expected_text(question)
    assert len(providers.requests) == (4 if fault == "truncate" else 3)


async def test_waits_as_long_as_the_provider_asks(make: Make, patient: Retries, naps: Naps) -> None:
    await listen(make(retries=patient), prompt("Who? [[fault=429 times=1 retry_after=7]]"))
    assert naps.taken == [pytest.approx(7.35)]


async def test_understands_a_date_to_wait_for(providers: RunningProviders, patient: Retries, naps: Naps) -> None:
    assert formatdate(usegmt=True).endswith("GMT")
    for name in ("anthropic", "openrouter"):
        model = adapters.make(name, providers.url, retries=patient)
        await listen(model, prompt(f"Who? [[fault=429 times=1 retry_after=date:20 id={name}]]"))
        await model.close()
    assert all(17 <= nap <= 22 for nap in naps.taken)
    assert len(naps.taken) == 2


async def test_does_not_sit_out_a_long_wait_but_passes_it_on(make: Make, providers: RunningProviders, patient: Retries) -> None:
    error = await _error(make(retries=patient), "Who? [[fault=429 retry_after=3600]]")
    assert (error.code, error.retryable, error.retry_after) == ("provider_rate_limited", True, 3600)
    assert len(providers.requests) == 1


async def test_nobody_there(make: Make, patient: Retries, naps: Naps) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://user:hush@127.0.0.1:{unused.getsockname()[1]}"
        error = await _error(make(url=url, retries=patient), "Who?")
    assert (error.code, error.retryable) == ("provider_unavailable", True)
    assert "127.0.0.1" in error.message
    assert "hush" not in error.message
    assert len(naps.taken) == 3


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("drop", "provider_interrupted"),
        ("truncate", "provider_interrupted"),
        ("error_event", "provider_interrupted"),
        ("garbage", "provider_protocol"),
    ],
)
async def test_what_fails_in_mid_stream_is_not_tried_again(
    make: Make, providers: RunningProviders, patient: Retries, fault: str, code: str
) -> None:
    heard = Heard()
    question = f"Who? [[tokens=20 fault={fault} after=5]]"
    error = await _error(make(retries=patient), question, heard)
    assert (error.code, error.retryable) == (code, True)
    assert heard.text == expected_text(question, 5)
    assert not heard.completions
    assert len(providers.requests) == 1


@pytest.mark.parametrize("fault", ["html", "json", "content_type"])
async def test_a_document_instead_of_a_stream_is_no_answer(make: Make, providers: RunningProviders, patient: Retries, fault: str) -> None:
    error = await _error(make(retries=patient), f"Who? [[fault={fault}]]")
    assert (error.code, error.retryable) == ("provider_protocol", False)
    assert "_BASE_URL" in error.message
    assert len(providers.requests) == 1


async def test_a_refusal_without_a_word_is_an_error(make: Make, providers: RunningProviders, patient: Retries) -> None:
    error = await _error(make(retries=patient), "Who? [[fault=refusal]]")
    assert (error.code, error.retryable) == ("provider_refused", False)
    assert len(providers.requests) == 1


async def test_a_refusal_in_mid_answer_is_how_it_ends(make: Make) -> None:
    question = "Who? [[fault=refusal after=4]]"
    heard = await listen(make(), prompt(question))
    assert heard.text == expected_text(question, 4)
    assert heard.completions[0].finish_reason == "refusal"


async def test_can_be_asked_again_after_a_failure(make: Make) -> None:
    model = make()
    for fault in ("drop after=3", "garbage after=3", "529"):
        await _error(model, f"Who? [[fault={fault}]]")
    assert (await listen(model, prompt("Who?"))).text == expected_text("Who?")
    assert KEY not in repr(vars(model))


async def _error(model: adapters.LanguageModel, question: str, heard: Heard | None = None) -> ModelError:
    with pytest.raises(ModelError) as raised:
        await listen(model, prompt(question), heard)
    return raised.value
