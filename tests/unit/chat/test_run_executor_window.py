"""A prompt that the model finds too long is sent again, shorter, within the run; a question that cannot fit ends it, and the thread goes on."""

from collections.abc import AsyncGenerator, Sequence
from dataclasses import replace

import pytest

from app.application.chat.prompt_window import PromptWindow, Window
from app.application.chat.run_executor import RunExecutor
from app.application.ports import Completion, Context, Passage, Prompt
from app.domain.chat.entities import Run, RunStatus, Usage
from app.domain.chat.errors import ModelError
from tests.contracts.conversation import SOURCE, claim_of, new_executor, new_run, new_thread, read_run
from tests.unit.chat.world import World

TOO_LONG = ModelError("context_too_long", "Too long.", retryable=False)


class Narrow:
    """A model that takes so many characters and no more, whatever anybody had reckoned."""

    provider, model, continues_exactly = "narrow", "narrow-1", False

    def __init__(self, characters: int, *, says_first: str = "") -> None:
        self.characters = characters
        self.says_first = says_first
        self.prompts: list[Prompt] = []

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        self.prompts.append(prompt)
        if len(prompt.system) + sum(len(turn.content) for turn in prompt.turns) > self.characters:
            if self.says_first:
                yield self.says_first
            raise TOO_LONG
        yield "Yes."
        yield Completion("stop", Usage(100, 2))

    async def close(self) -> None:
        pass


def _executor(world: World, model: Narrow, window: Window | None = None) -> RunExecutor:
    return RunExecutor(
        world.transactions, world.log, world.context, model, world.limits, world.clock, window=PromptWindow(window or Window())
    )


async def _asked(world: World, model: Narrow, questions: Sequence[str], window: Window | None = None) -> list[Run]:
    """One question after another in one thread, each answered before the next."""
    thread = await new_thread(world.transactions)
    executor = _executor(world, model, window)
    runs: list[Run] = []
    for question in questions:
        parent = runs[-1].answer_id if runs else None
        claim = claim_of(await new_run(world.transactions, thread.thread_id, new_executor(), content=question, parent_id=parent))
        await executor.execute(claim)
        runs.append(await read_run(world.transactions, claim.run_id))
    return runs


async def _conversation(world: World, model: Narrow, turns: int) -> Run:
    """The last run of a thread with so many questions."""
    return (await _asked(world, model, [f"{number} " + "why " * 100 for number in range(turns)]))[-1]


async def test_a_prompt_that_was_too_long_is_sent_once_more_with_less() -> None:
    world = World()
    model = Narrow(3200)
    run = await _conversation(world, model, 7)
    assert run.status is RunStatus.DONE
    assert run.prompt is not None
    assert run.prompt.refused_once
    assert run.prompt.turns_left_out > 0
    long, short = model.prompts[-2:]
    assert long.turns[-1].content in short.turns[-1].content or short.turns[-1] == long.turns[-1]
    assert len(short.turns) < len(long.turns)
    events = await world.events(run.run_id)
    assert [event.type.value for event in events] == ["started", "sources", "token", "final", "done"]


async def test_it_is_tried_once_more_only_and_never_after_the_first_word() -> None:
    world = World()
    hopeless = Narrow(10)
    run = await _conversation(world, hopeless, 1)
    assert (run.status, run.error and run.error.code) == (RunStatus.FAILED, "context_too_long")
    assert len(hopeless.prompts) == 1, "there was nothing to leave out"

    world = World()
    chatty = Narrow(3200, says_first="Well, this is how it begins. " * 20)
    run = await _conversation(world, chatty, 7)
    assert (run.status, run.error and run.error.code) == (RunStatus.FAILED, "context_too_long")
    assert len(chatty.prompts) == 7


async def test_sources_that_were_left_out_are_taken_back() -> None:
    world = World()
    passages = tuple(Passage(n, f"P{n}", "word " * 200) for n in (1, 2, 3))
    sources = tuple(replace(SOURCE, n=n, score=1.0 / n) for n in (1, 2, 3))
    world.context.found = Context(passages, sources, chosen=True)
    model = Narrow(3000)
    run = await _conversation(world, model, 1)
    assert run.status is RunStatus.DONE
    assert run.prompt is not None
    assert (run.prompt.passages_sent, run.prompt.passages_left_out) == (1, 2)
    events = await world.events(run.run_id)
    assert [event.type.value for event in events][:3] == ["started", "sources", "sources"]


async def test_a_question_that_cannot_fit_fails_with_the_limit_and_the_next_one_is_answered() -> None:
    world = World()
    model, window = Narrow(10**9), Window(2000, answer_tokens=500)
    runs = await _asked(world, model, ["who?", "giant " * 5000, "and where?"], window)
    statuses = [(run.status, run.error.code if run.error else None) for run in runs]
    assert statuses == [(RunStatus.DONE, None), (RunStatus.FAILED, "context_too_long"), (RunStatus.DONE, None)]
    assert [turn.content for turn in model.prompts[-1].turns] == ["who?", "Yes.", "and where?"]


@pytest.mark.parametrize("exactly", [True, False])
@pytest.mark.parametrize("window", [Window(2000, answer_tokens=500), Window()], ids=["as reckoned", "as the model says"])
async def test_a_text_so_far_that_does_not_fit_is_begun_anew(window: Window, *, exactly: bool) -> None:
    """An answer longer than the window is interrupted: whoever takes it over cannot show it to the model, and need not fail for that."""
    world = World()
    claim = await world.begun(text="giant " * 5000)
    model = Narrow(10_000)
    model.continues_exactly = exactly
    await _executor(world, model, window).execute(claim)
    run, text = await world.answer(claim)
    assert (run.status, text) == (RunStatus.DONE, "Yes.")
    assert (await world.restarts(claim))[-1] == 0
    assert model.prompts[-1].partial == ""


async def test_a_text_so_far_does_not_outlive_sources_that_must_be_left_out() -> None:
    """What it cites by number would be another passage, or none."""
    world = World()
    passages = tuple(Passage(n, f"P{n}", "word " * 200) for n in (1, 2, 3))
    sources = tuple(replace(SOURCE, n=n, score=1.0 / n) for n in (1, 2, 3))
    world.context.found = Context(passages, sources, chosen=True)
    claim = await world.begun("Ada [3] and", sources=sources)
    await _executor(world, model := Narrow(3000)).execute(claim)
    run, text = await world.answer(claim)
    assert (run.status, text) == (RunStatus.DONE, "Yes.")
    assert (await world.restarts(claim))[-1] == 0
    assert [prompt.partial for prompt in model.prompts] == ["Ada [3] and", ""]
