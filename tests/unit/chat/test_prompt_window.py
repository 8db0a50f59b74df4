"""What goes into the model's window: everything if it fits; else the oldest goes first, and the question never."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.application.chat.prompt_window import TOO_LONG, Fitted, PromptWindow, Window
from app.application.chat.token_estimate import estimated_prompt_tokens, estimated_tokens
from app.application.ports import Context, Passage, Prompt
from app.domain.chat.entities import Assistant, Message, MessageStatus, Role, Source
from app.domain.chat.errors import ModelError
from app.infrastructure.llm.context_windows import UNKNOWN, window_of


def _said(*turns: str) -> list[Message]:
    """Turns that begin with `u:` or `a:`."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    return [
        Message(
            uuid4(), uuid4(), 1, Role.USER if turn[0] == "u" else Role.ASSISTANT, turn[2:], MessageStatus.DONE, None, None, (), None, now
        )
        for turn in turns
    ]


def _context(*scored: tuple[str, float]) -> Context:
    passages = tuple(Passage(n, f"P{n}", text) for n, (text, _) in enumerate(scored, 1))
    sources = tuple(Source(n, f"cv{n}", f"P{n}", 1, "", "", score) for n, (_, score) in enumerate(scored, 1))
    return Context(passages, sources, chosen=True)


async def _fit(window: PromptWindow, branch: list[Message], context: Context | None = None, partial: str = "") -> Fitted:
    return await window.fit(Assistant.CVS, context or Context(), branch, partial)


def _turns(fitted: Fitted) -> list[str]:
    return [turn.content for turn in fitted.prompt.turns]


async def _room_for(branch: list[Message], context: Context | None = None) -> Window:
    """A window that this fits into exactly."""
    fitted = await _fit(PromptWindow(Window()), branch, context)
    return Window(fitted.record.estimated_tokens * 2, answer_tokens=fitted.record.estimated_tokens)


class Counter:
    """Counts so many times what is estimated."""

    def __init__(self, times: float | None) -> None:
        self.times = times
        self.asked: list[Prompt] = []

    async def count_tokens(self, prompt: Prompt) -> int | None:
        self.asked.append(prompt)
        return None if self.times is None else round(estimated_prompt_tokens(prompt) * self.times)


async def test_what_fits_is_sent_whole_and_nobody_is_asked_to_count() -> None:
    counter = Counter(1.0)
    fitted = await _fit(PromptWindow(Window(200_000), counter), _said("u:one", "a:two", "u:three"), _context(("x", 1.0)))
    record = fitted.record
    assert _turns(fitted) == ["one", "two", "three"]
    assert (record.turns_sent, record.turns_left_out, record.passages_sent, record.passages_left_out) == (2, 0, 1, 0)
    assert (record.window_tokens, record.counted_tokens, record.refused_once) == (200_000, None, False)
    assert record.estimated_tokens == estimated_prompt_tokens(fitted.prompt)
    assert not counter.asked


async def test_the_oldest_turns_go_first_and_an_answer_goes_with_its_question() -> None:
    history = [f"{'ua'[n % 2]}:{n} {'word ' * 40}" for n in range(10)]
    window = PromptWindow(await _room_for(_said(*history[4:], "u:now?")))
    fitted = await _fit(window, _said(*history, "u:now?"))
    assert [turn.split()[0] for turn in _turns(fitted)] == ["4", "5", "6", "7", "8", "9", "now?"]
    assert (fitted.record.turns_sent, fitted.record.turns_left_out) == (6, 4)
    window = PromptWindow(await _room_for(_said(*history[5:], "u:now?")))
    fitted = await _fit(window, _said(*history, "u:now?"))
    assert [turn.split()[0] for turn in _turns(fitted)] == ["6", "7", "8", "9", "now?"], "5 is an answer"


async def test_a_giant_among_the_earlier_messages_does_not_cost_the_rest() -> None:
    """A question that was far too long, and failed, is forgotten; what was said before it is not."""
    window = PromptWindow(Window(2000, answer_tokens=100))
    fitted = await _fit(window, _said("u:who?", "a:Ada.", "u:" + "giant " * 5000, "u:and where?"))
    assert _turns(fitted) == ["who?", "Ada.", "and where?"]
    assert fitted.record.turns_left_out == 1


async def test_passages_go_only_when_there_are_no_turns_left_the_weakest_first_and_never_the_last() -> None:
    context = _context(("a " * 300, 0.5), ("b " * 300, 0.9), ("c " * 300, 0.1))
    room = await _room_for(_said("u:now?"), _context(("a " * 300, 0.5), ("b " * 300, 0.9)))
    fitted = await _fit(PromptWindow(room), _said("u:old " + "word " * 50, "a:answer", "u:now?"), context)
    assert [passage.n for passage in fitted.context.passages] == [1, 2]
    assert [source.n for source in fitted.context.sources] == [1, 2], "numbers stay what they were"
    record = fitted.record
    assert (record.turns_sent, record.turns_left_out, record.passages_sent, record.passages_left_out) == (0, 2, 2, 1)
    with pytest.raises(ModelError, match="too long"):
        await _fit(PromptWindow(Window(1000, answer_tokens=100)), _said("u:now?"), _context(("a " * 9000, 1.0)))


async def test_a_question_that_alone_is_too_long_is_refused_with_the_limit() -> None:
    with pytest.raises(ModelError) as refused:
        await _fit(PromptWindow(Window(2000, answer_tokens=500)), _said("u:" + "word " * 4000), _context(("x", 1.0)))
    assert (refused.value.code, refused.value.retryable) == (TOO_LONG, False)
    assert " 1500 " in refused.value.message


async def test_an_answer_that_is_continued_keeps_its_text() -> None:
    branch = _said(*[f"{'ua'[n % 2]}:{'word ' * 60}" for n in range(10)], "u:now?")
    fitted = await _fit(PromptWindow(Window(1500, answer_tokens=500)), branch, partial="So far so good. " * 20)
    assert fitted.prompt.partial
    assert fitted.prompt.partial in _turns(fitted)
    assert estimated_prompt_tokens(fitted.prompt) <= 1000


async def test_near_the_limit_the_providers_count_corrects_the_estimate() -> None:
    branch = _said(*[f"{'ua'[n % 2]}:{n} {'word ' * 40}" for n in range(20)], "u:now?")
    window = await _room_for(branch)
    dear, cheap, mute = Counter(2.0), Counter(0.5), Counter(None)
    fitted = await _fit(PromptWindow(window, dear), branch)
    assert len(dear.asked) == 1
    assert fitted.record.counted_tokens == 2 * estimated_prompt_tokens(dear.asked[0])
    assert fitted.record.turns_left_out > 8
    assert 2 * estimated_prompt_tokens(fitted.prompt) <= window.room

    half = Window(window.room, answer_tokens=window.room // 2)
    alone = await _fit(PromptWindow(half), branch)
    fitted = await _fit(PromptWindow(half, cheap), branch)
    assert alone.record.turns_left_out > 8
    assert fitted.record.turns_left_out < alone.record.turns_left_out, "more fits than was thought"
    assert 0.5 * estimated_prompt_tokens(fitted.prompt) <= half.room

    fitted = await _fit(PromptWindow(half, mute), branch)
    assert len(mute.asked) == 1
    assert (fitted.record.turns_left_out, fitted.record.counted_tokens) == (alone.record.turns_left_out, None)


async def test_a_prompt_that_the_model_refused_is_made_shorter_until_nothing_is_left_to_leave_out() -> None:
    branch = _said(*[f"{'ua'[n % 2]}:{n} {'word ' * 40}" for n in range(20)], "u:now?")
    window = PromptWindow(Window())
    fitted = await _fit(window, branch, _context(("x", 1.0)))
    shorter = window.harder(fitted, Assistant.CVS, branch, "")
    assert shorter is not None
    assert shorter.record.refused_once
    assert shorter.record.turns_left_out > 0
    assert shorter.record.estimated_tokens <= fitted.record.estimated_tokens * 2 / 3
    alone = await _fit(window, _said("u:now?"))
    assert window.harder(alone, Assistant.CVS, _said("u:now?"), "") is None


@given(
    st.lists(st.tuples(st.sampled_from("ua"), st.text(max_size=400)), max_size=20),
    st.lists(st.tuples(st.text(max_size=400), st.floats(0, 1)), max_size=5),
    st.integers(600, 3000),
)
async def test_whatever_is_sent_fits_and_ends_with_the_question(
    history: list[tuple[str, str]], scored: list[tuple[str, float]], tokens: int
) -> None:
    window = Window(tokens, answer_tokens=100)
    try:
        fitted = await _fit(PromptWindow(window), _said(*(f"{role}:{text}" for role, text in history), "u:?"), _context(*scored))
    except ModelError:
        return  # the smallest windows are too small for instructions and one long passage
    record = fitted.record
    assert estimated_prompt_tokens(fitted.prompt) <= window.room
    assert fitted.prompt.turns[-1].content.endswith("?")
    assert record.turns_sent + record.turns_left_out == sum(bool(text.strip()) for _, text in history)
    assert record.passages_sent + record.passages_left_out == len(scored)


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [
        ("", 0, 1),
        ("The quick brown fox jumps over the lazy dog. " * 20, 180, 280),  # 200 with cl100k
        ("Быстрая лиса прыгает через ленивую собаку. " * 20, 240, 480),
        ("敏捷的棕色狐狸跳过懒狗。" * 20, 200, 280),
        ("🙂🎉🚀" * 20, 60, 240),
    ],
)
def test_the_estimate_is_of_the_right_size_for_every_script(text: str, least: int, most: int) -> None:
    assert least <= estimated_tokens(text) <= most


@given(st.text(), st.text())
def test_the_estimate_grows_with_the_text(one: str, other: str) -> None:
    assert estimated_tokens(one + other) >= max(estimated_tokens(one), estimated_tokens(other)) - 1


@pytest.mark.parametrize(
    ("model", "tokens"),
    [
        ("claude-sonnet-5-5", 1_000_000),
        ("anthropic/claude-sonnet-5.5", 1_000_000),
        ("claude-opus-4-6", 1_000_000),
        ("anthropic/claude-opus-4.8", 1_000_000),
        ("claude-haiku-4-5-20251001", 200_000),
        ("anthropic/claude-3.5-sonnet", 200_000),
        ("gemini-3.8-flash", 1_048_576),
        ("google/gemini-flash-1.5-8b:free", 1_048_576),
        ("openai/gpt-4o", 128_000),
        ("meta-llama/llama-3.2-3b-instruct:free", 131_072),
        ("meta-llama/llama-3.3-70b-instruct:free", 131_072),
        ("llama3.1:8b", 131_072),
        ("something-new", UNKNOWN),
    ],
)
def test_the_windows_of_known_models(model: str, tokens: int) -> None:
    assert window_of(model).tokens == tokens
