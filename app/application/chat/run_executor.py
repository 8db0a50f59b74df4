"""One run, from claim to `done`: history -> context -> prompt -> model -> log -> close.

Called by the supervisor, one task a run. It holds no database connection while it waits for the model. Every way out is one of three:

* an ending is written (`done`, or `failed` with the text so far);
* `LeaseLost`: somebody else has the run or has ended it, and nothing more is written;
* cancellation of the task: what is waiting is written if it still may be, and the run is left to whoever takes it over.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from app.application.chat.answer_cache import AnswerCache
from app.application.chat.citation_gate import CitationGate
from app.application.chat.clean_text import TextCleaner, storable
from app.application.chat.prompt_window import TOO_LONG, Fitted, PromptWindow, Window
from app.application.chat.seam import Joined, Seam
from app.application.chat.transcripts import read_transcript
from app.application.ports import Completion, Context, ContextProvider, EventLog, LanguageModel, MonotonicClock, Prompt, Transactions
from app.application.telemetry import Execution, Gaps, ModelCall, RunWatch, Unwatched, claim_fields
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Assistant, Claim, Failure, Message, PromptRecord, RunStatus, Source
from app.domain.chat.errors import ChatError, LeaseLost, ModelError, NotFound, Unavailable
from app.domain.chat.events import Restarted, Sources, Started, Token
from app.domain.chat.transcript import Transcript

BRANCH_LIMIT = 200
"""Messages of the conversation that are looked at; how many of them are sent is the model's window's business."""

LOAD_RETRY_SECONDS = 0.3
ABANDON_SECONDS = 3.0
"""How long a run that is handed over waits for its last tokens to be written."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """`answer_characters` ends an answer that does not end itself; `attempts` a run that every executor dies of."""

    answer_characters: int = 400_000
    attempts: int = 5


@dataclass(frozen=True, slots=True)
class _Task:
    """What is known about a run when its execution begins."""

    claim: Claim
    assistant: Assistant
    said: Sequence[Message]
    so_far: Transcript


@dataclass(slots=True)
class _Answer:
    """The answer as it grows: exactly the text that the events appended so far amount to."""

    pieces: list[str]
    started_at: float
    size: int = 0
    sources: tuple[Source, ...] = ()
    first_token_seconds: float | None = None
    said_at: float = 0.0
    gaps: Gaps = field(default_factory=Gaps)
    completion: Completion = field(default_factory=lambda: Completion(None, None))
    generation: str | None = None
    cached: bool = False
    prompt: PromptRecord | None = None
    key: str | None = None
    """Where the answer may be kept to be given again."""

    def add(self, text: str, now: float) -> None:
        if self.first_token_seconds is None:
            self.first_token_seconds = now - self.started_at
        else:
            self.gaps.passed(now - self.said_at)
        self.said_at = now
        self.pieces.append(text)
        self.size += len(text)

    def cut(self, keep: int) -> None:
        text = "".join(self.pieces)[:keep]
        self.pieces, self.size = [text], len(text)

    def done(self) -> Ending:
        end = self.completion
        ending = Ending.done("".join(self.pieces), self.sources, end.usage, end.finish_reason, self.first_token_seconds)
        return replace(ending, generation=self.generation, cached=self.cached, prompt=self.prompt)

    def failed(self, failure: Failure) -> Ending:
        ending = Ending.failed(failure, "".join(self.pieces), self.sources, self.completion.usage)
        return replace(ending, generation=self.generation, prompt=self.prompt)


class RunExecutor:
    """Executes runs with one model. Knows nothing of leases: the log tells it when a run is no longer its own."""

    def __init__(
        self,
        transactions: Transactions,
        log: EventLog,
        contexts: ContextProvider,
        model: LanguageModel,
        limits: Limits,
        clock: MonotonicClock = time.monotonic,
        *,
        window: PromptWindow | None = None,
        cache_answers: bool = True,
        watch: RunWatch | None = None,
    ) -> None:
        self._transactions = transactions
        self._log = log
        self._contexts = contexts
        self._model = model
        self._limits = limits
        self._clock = clock
        self._window = window or PromptWindow(Window())
        self._watch = watch or Unwatched()
        self._cache = AnswerCache(transactions, on=cache_answers)

    async def execute(self, claim: Claim) -> None:
        """Answer the run. Returns when it is closed, or belongs to somebody else; raises only cancellation."""
        execution = Execution(claim, self._model.provider, self._model.model)
        with self._watch.executing(execution):
            execution.ending = await self._execute(claim)

    async def _execute(self, claim: Claim) -> Ending | None:
        """How the run was closed; None if it was not for us to close."""
        try:
            task = await self._load(claim)
            await self._log.open(claim, task.so_far.last_seq)
            answer = _Answer([task.so_far.text] if task.so_far.text else [], self._clock(), len(task.so_far.text), task.so_far.sources)
            ending = await self._ending(task, answer)
            await self._log.close(claim, ending)
            if ending.status is RunStatus.DONE:
                await self._cache.keep(answer.key, ending)
        except (LeaseLost, NotFound) as gone:
            _log.info("A run is no longer this executor's", extra={**claim_fields(claim), "why": gone.message})
            return None
        else:
            return ending
        finally:
            await self._let_go(claim)

    async def _load(self, claim: Claim) -> _Task:
        """Everything about the run, as soon as the database gives it. None of it can change any more: the fence is up, the past is past."""
        while True:
            try:
                async with self._transactions.reading() as work:
                    branch = await work.messages.branch(claim.message_id, BRANCH_LIMIT)
                    so_far = await read_transcript(work, claim.run_id) if claim.attempt > 1 else Transcript()
                if branch is None:
                    raise NotFound("thread", claim.thread_id)
                return _Task(claim, branch.assistant, branch.messages, so_far)
            except Unavailable:
                await asyncio.sleep(LOAD_RETRY_SECONDS)

    async def _ending(self, task: _Task, answer: _Answer) -> Ending:
        try:
            await self._answer(task, answer)
        except ModelError as error:
            return answer.failed(Failure(error.code, storable(error.message), error.retryable))
        except LeaseLost:
            raise
        except ChatError as error:
            return answer.failed(Failure(error.code, storable(error.message), retryable=True))
        except Exception:  # noqa: BLE001 - whatever it was, the run must end
            _log.exception("A run failed unexpectedly", extra=claim_fields(task.claim))
            message = "Something went wrong while answering. It has been logged; try again."
            return answer.failed(Failure("internal_error", message, retryable=True))
        return answer.done()

    async def _answer(self, task: _Task, answer: _Answer) -> None:
        if task.claim.attempt > self._limits.attempts:
            raise ChatError(f"The answer was interrupted {self._limits.attempts} times and is given up.", code="too_many_attempts")
        with self._watch.retrieving(task.assistant):
            found = await self._contexts.find(task.said[-1].content, task.said[:-1], task.assistant)
        fitted = await self._fit(task, found)
        await self._announce(task, fitted, answer)
        answer.generation = found.generation
        whole = not fitted.prompt.partial and not fitted.record.passages_left_out
        answer.key = self._cache.key(found.fingerprint, self._model) if whole else None
        known = await self._cache.find(answer.key, task.claim.run_id, found.sources)
        if known is not None:
            answer.cached, answer.completion = True, Completion("stop", None)
            await self._say(task.claim, answer, Joined(0, known.text), restarting=False)
            return
        answer.prompt, before = fitted.record, answer.size
        try:
            await self._ask(task, fitted.prompt, answer)
        except ModelError as error:
            at_once = error.code == TOO_LONG and answer.size == before
            shorter = self._shorter(task, fitted) if at_once else None
            if shorter is None:
                raise
            await self._ask_again(task, shorter, answer)
        if not answer.size:
            raise ModelError("provider_empty", "The model answered nothing. Try again or rephrase the question.", retryable=True)

    async def _fit(self, task: _Task, found: Context) -> Fitted:
        """What of the conversation and of what was found goes into the prompt; with the text so far only if that rests on the same sources, and fits."""
        if task.so_far.text:
            with contextlib.suppress(ModelError):
                fitted = await self._window.fit(task.assistant, found, task.said, task.so_far.text)
                if fitted.context.sources == task.so_far.sources:
                    return fitted
        return await self._window.fit(task.assistant, found, task.said, "")

    def _shorter(self, task: _Task, fitted: Fitted) -> Fitted | None:
        """A prompt with less in it, with the text so far under the same condition; None if there is nothing to leave out."""
        if partial := fitted.prompt.partial:
            shorter = self._window.harder(fitted, task.assistant, task.said, partial)
            if shorter is not None and shorter.context.sources == fitted.context.sources:
                return shorter
        return self._window.harder(fitted, task.assistant, task.said, "")

    async def _ask_again(self, task: _Task, shorter: Fitted, answer: _Answer) -> None:
        """Once more, with less: the model has said that the prompt was too long, before it said anything else."""
        _log.info("The prompt was too long for the model and is sent again, shorter", extra=claim_fields(task.claim))
        answer.prompt, answer.key = shorter.record, None
        if answer.size and not shorter.prompt.partial:
            await self._restart(task.claim, answer, keep=0)
        if shorter.context.sources != answer.sources:
            answer.sources = shorter.context.sources
            await self._log.append(task.claim, Sources(answer.sources))
        await self._ask(task, shorter.prompt, answer)

    async def _ask(self, task: _Task, prompt: Prompt, answer: _Answer) -> None:
        """Let the model answer; what is known of the call is told, however it ends."""
        call, asked_at = ModelCall(self._model.provider, self._model.model, prompt), self._clock()
        with self._watch.asking(call):
            try:
                await self._stream(task, prompt, answer)
            finally:
                call.gaps, call.completion, call.text = answer.gaps, answer.completion, "".join(answer.pieces)
                if answer.first_token_seconds is not None:
                    call.first_token_seconds = answer.started_at + answer.first_token_seconds - asked_at

    async def _stream(self, task: _Task, prompt: Prompt, answer: _Answer) -> None:
        """One answer of the model, into the log."""
        seam = Seam(prompt.partial) if prompt.partial and not self._model.continues_exactly else None
        async with aclosing(self._cleaned(prompt, answer)) as texts:
            async for text in texts:
                joined = seam.feed(text) if seam else Joined(answer.size, text)
                if joined is not None:
                    await self._say(task.claim, answer, joined, restarting=seam is not None)
                    seam = None
                if answer.size > self._limits.answer_characters:
                    answer.completion = Completion("length", answer.completion.usage)
                    break
        if seam is not None:
            await self._say(task.claim, answer, seam.decide(), restarting=True)

    async def _announce(self, task: _Task, fitted: Fitted, answer: _Answer) -> None:
        """Say who answers and from what, and how much of the text so far stands."""
        claim, so_far, partial = task.claim, task.so_far, fitted.prompt.partial
        if not so_far.started:
            await self._log.append(claim, Started(claim.attempt, self._model.provider, self._model.model, str(claim.answer_id)))
        elif not partial or self._model.continues_exactly:
            await self._restart(claim, answer, keep=len(partial))
        if so_far.sources != fitted.context.sources:
            await self._log.append(claim, Sources(fitted.context.sources))
        answer.sources = fitted.context.sources

    async def _say(self, claim: Claim, answer: _Answer, joined: Joined, *, restarting: bool) -> None:
        if restarting:
            await self._restart(claim, answer, joined.keep)
        if joined.text:
            answer.add(joined.text, self._clock())
            await self._log.append(claim, Token(joined.text))

    async def _restart(self, claim: Claim, answer: _Answer, keep: int) -> None:
        answer.cut(keep)
        await self._log.append(claim, Restarted(claim.attempt, "executor_lost", keep))

    async def _cleaned(self, prompt: Prompt, answer: _Answer) -> AsyncGenerator[str, None]:
        """The model's text, never empty; how it ended goes into the answer."""
        cleaner, gate = TextCleaner(), CitationGate()
        async with aclosing(self._model.stream(prompt)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Completion):
                    answer.completion = piece
                elif text := gate.feed(cleaner.feed(piece)):
                    yield text
        if rest := gate.feed(cleaner.rest()) + gate.rest():
            yield rest

    async def _let_go(self, claim: Claim) -> None:
        """Write what is waiting if the run is left to others; after a close there is nothing left to do."""
        try:
            async with asyncio.timeout(ABANDON_SECONDS):
                await self._log.abandon(claim)
        except TimeoutError:
            _log.warning("The last tokens of a run could not be written in time", extra=claim_fields(claim))
