"""How a run ends: everything that the one closing commit stores beside the last tokens.

Built by the executor (done, failed), by a cancel from outside (cancelled) and by a takeover that gives up (failed).
"""

import math
from dataclasses import dataclass
from typing import Self

from app.domain.chat.entities import Failure, MessageStatus, PromptRecord, RunStatus, Source, Usage
from app.domain.chat.events import Done, Error, Event, Final

ASSUMED_INPUT = 3_000
"""Tokens that a prompt is taken to have had when the provider did not say: instructions, passages and some history."""

CHARACTERS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class Ending:
    """The last words of a run. `text` becomes the assistant message, also when the run failed or was cancelled."""

    status: RunStatus
    text: str
    sources: tuple[Source, ...] = ()
    usage: Usage | None = None
    finish_reason: str | None = None
    error: Failure | None = None
    first_token_seconds: float | None = None
    generation: str | None = None
    cached: bool = False
    prompt: PromptRecord | None = None

    @classmethod
    def done(
        cls,
        text: str,
        sources: tuple[Source, ...] = (),
        usage: Usage | None = None,
        finish_reason: str | None = None,
        first_token_seconds: float | None = None,
    ) -> Self:
        """The model finished."""
        return cls(RunStatus.DONE, text, sources, usage, finish_reason, first_token_seconds=first_token_seconds)

    @classmethod
    def failed(cls, error: Failure, text: str = "", sources: tuple[Source, ...] = (), usage: Usage | None = None) -> Self:
        """Something broke; the text so far is kept."""
        return cls(RunStatus.FAILED, text, sources, usage, error=error)

    @classmethod
    def cancelled(cls, text: str = "", sources: tuple[Source, ...] = ()) -> Self:
        """Somebody said stop; the text so far is kept."""
        return cls(RunStatus.CANCELLED, text, sources)

    @property
    def message_status(self) -> MessageStatus:
        """The status of the assistant message."""
        return MessageStatus(self.status.value)

    @property
    def charge(self) -> int:
        """Tokens that the user is charged, if the run had begun: what the provider counted, else an estimate, so that whoever cancels in time
        pays, too. Nothing for an answer given before, and for a failure without a word."""
        if self.usage is not None and (self.usage.input_tokens is not None or self.usage.output_tokens is not None):
            return (self.usage.input_tokens or 0) + (self.usage.output_tokens or 0)
        if self.cached or (self.error is not None and not self.text):
            return 0
        return ASSUMED_INPUT + math.ceil(len(self.text) / CHARACTERS_PER_TOKEN)

    @property
    def events(self) -> tuple[Event, ...]:
        """The events that close the log: `final` or `error` where it applies, then `done`."""
        done = Done(self.status)
        if self.error is not None:
            return Error(self.error.code, self.error.message, self.error.retryable), done
        if self.status is RunStatus.DONE:
            return Final(self.text, self.sources, self.usage, self.finish_reason), done
        return (done,)
