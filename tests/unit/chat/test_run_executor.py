"""`RunExecutor`: however a run goes, it ends in one of the ways that its first page names."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import pytest

from app.application.chat import run_executor
from app.application.chat.prompt import CONTINUE
from app.application.chat.run_executor import Limits
from app.application.ports import Completion, Context
from app.domain.chat.entities import Claim, Failure, RunStatus, Usage
from app.domain.chat.errors import ChatError, LeaseLost, ModelError
from app.domain.chat.events import Token
from tests.contracts.conversation import SOURCE, fence, read_message, read_run
from tests.unit.chat.world import END, PARTIAL, ScriptedModel, World

ERROR = ModelError("provider_overloaded", "Too busy.", retryable=True)


async def cut_off(world: World, claim: Claim, model: ScriptedModel) -> None:
    """Execute until the model waits, then cancel, as a drain does it."""
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(world.executor(model).execute(claim))
        await model.waits.wait()
        task.cancel()


# -- one executor ----------------------------------------------------------------------------------------------------------------------


async def test_an_answer_is_announced_streamed_and_closed() -> None:
    world = World()
    claim = await world.run()
    model = ScriptedModel("Ada ", "writes Go [1", "].", Completion("stop", Usage(10, 3)))
    await world.executor(model).execute(claim)
    run, text = await world.answer(claim)
    assert (run.status, run.finish_reason, run.usage, text) == (RunStatus.DONE, "stop", Usage(10, 3), "Ada writes Go [1].")
    assert await world.kinds(claim.run_id) == ["started", "sources", "token", "token", "token", "final", "done"]
    assert model.prompts[0].question == "Who writes Go?"


async def test_the_first_token_is_timed_by_the_clock() -> None:
    world = World()
    claim, go_on = await world.run(), asyncio.Event()
    model = ScriptedModel(go_on, "Ada.", END)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(world.executor(model).execute(claim))
        await model.waits.wait()
        world.clock.now += 2.5
        go_on.set()
    run, _ = await world.answer(claim)
    assert run.first_token_seconds == 2.5


async def test_without_sources_none_are_announced() -> None:
    world = World(sources=())
    claim = await world.run()
    await world.executor(ScriptedModel("Ada.", END)).execute(claim)
    assert await world.kinds(claim.run_id) == ["started", "token", "final", "done"]


@pytest.mark.parametrize("said", [(), ("Ada ", "writes")])
async def test_a_model_s_error_keeps_the_text_so_far(said: tuple[str, ...]) -> None:
    world = World()
    claim = await world.run()
    await world.executor(ScriptedModel(*said, ERROR)).execute(claim)
    run, text = await world.answer(claim)
    assert (run.status, run.error) == (RunStatus.FAILED, Failure("provider_overloaded", "Too busy.", retryable=True))
    assert text == "".join(said)
    assert (await world.kinds(claim.run_id))[-2:] == ["error", "done"]


@pytest.mark.parametrize("script", [(END,), (), ("\0", END)])
async def test_an_empty_answer_is_a_failure(script: tuple[str | Completion, ...]) -> None:
    world = World()
    claim = await world.run()
    await world.executor(ScriptedModel(*script)).execute(claim)
    run, _ = await world.answer(claim)
    assert run.error is not None
    assert (run.error.code, run.error.retryable) == ("provider_empty", True)


async def test_an_answer_that_does_not_end_is_ended() -> None:
    world = World()
    claim = await world.run()
    model = ScriptedModel(*["ten chars!"] * 1000, END)
    await world.executor(model, Limits(answer_characters=95)).execute(claim)
    run, text = await world.answer(claim)
    assert (run.status, run.finish_reason, len(text)) == (RunStatus.DONE, "length", 100)
    assert model.closed.is_set()


async def test_what_cannot_be_stored_is_cleaned_on_the_way() -> None:
    world = World()
    claim = await world.run()
    await world.executor(ScriptedModel("a\0\ud83d", "\ude00 b\ud83d", END)).execute(claim)
    _, text = await world.answer(claim)
    assert text == "a😀 b\ufffd"


@pytest.mark.parametrize(
    ("found", "code"),
    [(ChatError("The index is broken.", code="context_broken"), "context_broken"), (OSError("disk"), "internal_error")],
)
async def test_a_context_that_fails_fails_the_run(found: Exception, code: str) -> None:
    world = World()
    world.context.found = found
    claim = await world.run()
    await world.executor(ScriptedModel("never")).execute(claim)
    run, text = await world.answer(claim)
    assert run.error is not None
    assert (run.error.code, text) == (code, "")


async def test_an_unexpected_error_ends_the_run_without_telling_its_words(caplog: pytest.LogCaptureFixture) -> None:
    world = World()
    claim = await world.run()
    await world.executor(ScriptedModel("Ada", RuntimeError("sk-secret"))).execute(claim)
    run, text = await world.answer(claim)
    assert run.error is not None
    assert (run.error.code, run.error.retryable, text) == ("internal_error", True, "Ada")
    assert "sk-secret" not in run.error.message
    assert [record.message for record in caplog.records] == ["A run failed unexpectedly"]


async def test_a_database_that_is_away_at_the_start_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_executor, "LOAD_RETRY_SECONDS", 0.001)
    world = World()
    claim = await world.run()
    world.transactions.away = True
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(world.executor(ScriptedModel("Ada.", END)).execute(claim))
        for _ in range(3):
            world.transactions.asked.clear()
            await world.transactions.asked.wait()
        world.transactions.away = False
    assert (await world.answer(claim))[1] == "Ada."


# -- answers given again -----------------------------------------------------------------------------------------------------------------

FOUND = Context(sources=(SOURCE,), fingerprint="this question, these documents")


async def answered_before(world: World, *script: str | Completion | Exception) -> None:
    """Somebody else has asked the same."""
    world.context.found = FOUND
    await world.executor(ScriptedModel(*script)).execute(await world.run())


async def test_the_same_question_gets_the_same_answer_without_the_model() -> None:
    world, model = World(), ScriptedModel("Grace.", END)
    await answered_before(world, "Ada.", END)
    claim = await world.run()
    await world.executor(model).execute(claim)
    run, text = await world.answer(claim)
    assert (run.status, run.cached, run.finish_reason, text, model.prompts) == (RunStatus.DONE, True, "stop", "Ada.", [])


@pytest.mark.parametrize("ending", [Completion("length", None), Completion("refusal", None), ERROR], ids=["cut", "refused", "failed"])
async def test_half_an_answer_is_not_given_again(ending: Completion | Exception) -> None:
    world = World()
    await answered_before(world, "Ada.", ending)
    claim = await world.run()
    await world.executor(ScriptedModel("Grace.", END)).execute(claim)
    run, text = await world.answer(claim)
    assert (run.cached, text) == (False, "Grace.")


@pytest.mark.parametrize(
    "found", [Context(sources=(SOURCE,)), Context(sources=(SOURCE,), fingerprint="other"), Context(fingerprint=FOUND.fingerprint)]
)
async def test_what_rests_on_something_else_is_another_answer(found: Context) -> None:
    world = World()
    await answered_before(world, "Ada.", END)
    world.context.found = found
    claim = await world.run()
    await world.executor(ScriptedModel("Grace.", END)).execute(claim)
    assert (await world.answer(claim))[1] == "Grace."


async def test_an_answer_that_was_begun_is_continued_and_neither_given_again_nor_kept() -> None:
    world = World()
    await answered_before(world, "Ada.", END)
    claim = await world.begun()
    await world.executor(ScriptedModel(", with Rust.", END)).execute(claim)
    assert (await world.answer(claim))[1] == f"{PARTIAL}, with Rust."
    later = await world.run()
    await world.executor(ScriptedModel("never")).execute(later)
    assert (await world.answer(later))[1] == "Ada."


# -- takeover --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "keep", "text"),
    [
        ((", with Rust.",), len(PARTIAL), f"{PARTIAL}, with Rust."),
        (("for nine", " years and Rust."), len(PARTIAL), f"{PARTIAL} Rust."),
        (("Ada Example has written ", "Rust."), 0, "Ada Example has written Rust."),
        ((), len(PARTIAL), PARTIAL),
    ],
    ids=["continues", "overlaps", "starts over", "says nothing more"],
)
async def test_the_text_goes_on_after_a_takeover(script: tuple[str, ...], keep: int, text: str) -> None:
    world = World()
    claim = await world.begun()
    model = ScriptedModel(*script, END)
    await world.executor(model).execute(claim)
    run, answered = await world.answer(claim)
    assert (run.status, answered) == (RunStatus.DONE, text)
    assert await world.restarts(claim) == [keep]
    assert model.prompts[0].turns[-1].content == CONTINUE
    assert model.prompts[0].partial == PARTIAL


async def test_a_model_that_continues_exactly_is_taken_at_its_word() -> None:
    world = World()
    claim = await world.begun()
    await world.executor(ScriptedModel("years and so on", END, continues_exactly=True)).execute(claim)
    _, text = await world.answer(claim)
    assert text == f"{PARTIAL}years and so on"
    assert await world.restarts(claim) == [len(PARTIAL)]


@pytest.mark.parametrize("exactly", [True, False])
async def test_a_takeover_before_any_text_begins_anew(exactly: bool) -> None:
    world = World()
    claim = await world.begun(text="")
    await world.executor(ScriptedModel("Ada.", END, continues_exactly=exactly)).execute(claim)
    assert (await world.answer(claim))[1] == "Ada."
    assert await world.kinds(claim.run_id) == ["started", "sources", "restarted", "token", "final", "done"]


async def test_a_takeover_of_a_run_that_never_started_starts_it() -> None:
    world = World()
    claim = await world.take_over(await world.run())
    await world.executor(ScriptedModel("Ada.", END)).execute(claim)
    await world.answer(claim)
    assert await world.kinds(claim.run_id) == ["started", "sources", "token", "final", "done"]


async def test_other_sources_make_another_answer() -> None:
    world = World()
    claim = await world.begun(sources=())
    model = ScriptedModel("Bea.", END)
    await world.executor(model).execute(claim)
    assert (await world.answer(claim))[1] == "Bea."
    assert await world.restarts(claim) == [0]
    assert model.prompts[0].partial == ""


async def test_sources_that_are_gone_are_gone_for_readers_too() -> None:
    world = World()
    claim = await world.begun()
    world.context.found = Context()
    await world.executor(ScriptedModel("Nobody knows.", END)).execute(claim)
    assert (await world.answer(claim))[1] == "Nobody knows."


@pytest.mark.parametrize("script", [(ERROR,), ("Ada Exam", ERROR)])
async def test_an_error_after_a_takeover_keeps_what_readers_have_seen(script: tuple[str | Exception, ...]) -> None:
    world = World()
    claim = await world.begun()
    await world.executor(ScriptedModel(*script)).execute(claim)
    run, text = await world.answer(claim)
    assert (run.status, text) == (RunStatus.FAILED, PARTIAL)


async def test_a_run_that_every_executor_dies_of_is_given_up() -> None:
    world = World()
    claim = await world.begun()
    model = ScriptedModel("never")
    await world.executor(model, Limits(attempts=1)).execute(claim)
    run, text = await world.answer(claim)
    assert run.error is not None
    assert (run.error.code, text, model.prompts) == ("too_many_attempts", PARTIAL, [])


async def test_several_takeovers_make_one_answer() -> None:
    world = World()
    claim = await world.begun("one ")
    for word in ("two ", "three "):
        await cut_off(world, claim, ScriptedModel(word, asyncio.Event()))
        claim = await world.take_over(claim)
    await world.executor(ScriptedModel("four", END)).execute(claim)
    assert (await world.answer(claim))[1] == "one two three four"


# -- losing a run ----------------------------------------------------------------------------------------------------------------------


async def test_a_cancelled_executor_closes_the_model_and_leaves_the_run_to_others() -> None:
    world = World()
    claim = await world.run()
    model = ScriptedModel("Ada ", asyncio.Event())
    await cut_off(world, claim, model)
    assert model.closed.is_set()
    assert (await read_run(world.transactions, claim.run_id)).status is RunStatus.RUNNING
    with pytest.raises(LeaseLost):  # the claim was let go: nothing of it stays behind
        await world.log.append(claim, Token("late"))
    successor = await world.take_over(claim)
    await world.executor(ScriptedModel("writes Go.", END)).execute(successor)
    assert (await world.answer(successor))[1] == "Ada writes Go."


async def test_a_run_that_is_taken_away_is_written_no_more() -> None:
    world = World()
    claim, go_on = await world.run(), asyncio.Event()
    model = ScriptedModel("Ada ", go_on, "late", END)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(world.executor(model).execute(claim))
        await model.waits.wait()
        await fence(world.transactions, claim.run_id)
        before = await world.events(claim.run_id)
        go_on.set()
    assert model.closed.is_set()
    assert await world.events(claim.run_id) == before
    assert await read_message(world.transactions, claim.answer_id) is None


async def test_a_run_whose_thread_is_gone_is_let_go() -> None:
    world = World()
    claim = await world.run()
    async with world.transactions.begin() as work:
        await work.threads.delete(claim.thread_id)
        await work.commit()
    model = ScriptedModel("never")
    await world.executor(model).execute(claim)
    assert model.prompts == []


async def test_a_thread_that_is_deleted_between_two_looks_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    """The thread was still there, its messages were gone: one look sees the deletion, the one before did not."""
    world = World()
    claim = replace(await world.run(), message_id=uuid4())
    await world.executor(ScriptedModel("Ada.", END)).execute(claim)
    assert "unexpectedly" not in caplog.text
    assert await world.kinds(claim.run_id) == []
