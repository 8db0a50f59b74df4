"""The log lines of runs: when one is posted, begins and ends; and the names that every line in between carries.

A watcher (`app/application/telemetry.py`). A run's task is given the run's names, its thread's and the request's that asked for it, so whatever is logged while
it works (a provider asked again, a search) can be joined to that request, in whichever process. No text of anybody is logged.
"""

from collections.abc import Generator
from contextlib import contextmanager
from time import monotonic

import structlog
from structlog.contextvars import bind_contextvars, clear_contextvars

from app.application.telemetry import Execution, ModelCall, Unwatched, claim_fields, current_origin
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim, Run, RunStatus
from app.domain.chat.errors import ModelError

_log = structlog.get_logger("app.runs")


class RunLines(Unwatched):
    """Writes them."""

    def posted(self, run: Run, *, replayed: bool) -> None:
        """See `RunWatch.posted`. The request's own line carries the run's names from here on."""
        bind_contextvars(run_id=str(run.run_id), thread_id=str(run.thread_id))
        _log.info("A post was repeated" if replayed else "A run was posted", status=run.status.value)

    @contextmanager
    def executing(self, execution: Execution) -> Generator[None]:
        """See `RunWatch.executing`."""
        claim = execution.claim
        current_origin.set(claim.origin)
        clear_contextvars()  # the task may have been started by another request's
        bind_contextvars(**claim_fields(claim))
        _log.info("A run begins", provider=execution.provider, model=execution.model)
        started = monotonic()
        try:
            yield
        finally:
            seconds = round(monotonic() - started, 3)
            if execution.ending is None:
                _log.info("A run was left to others", seconds=seconds)
            else:
                _tell_end(execution.ending, seconds)

    @contextmanager
    def asking(self, call: ModelCall) -> Generator[None]:
        """See `RunWatch.asking`."""
        _log.debug("The provider is asked", provider=call.provider, model=call.model)
        try:
            yield
        except ModelError as error:
            _log.warning("The provider failed", provider=call.provider, model=call.model, code=error.code, why=error.message)
            raise

    def ended_from_outside(self, claim: Claim, ending: Ending) -> None:
        """A run was ended by a request, or by whoever gave it up, and not by its executor."""
        _log.info("A run was ended from outside", status=ending.status.value, ended_run_id=str(claim.run_id))


def _tell_end(ending: Ending, seconds: float) -> None:
    fields: dict[str, object] = {"status": ending.status.value, "seconds": seconds}
    if ending.first_token_seconds is not None:
        fields["first_token_seconds"] = round(ending.first_token_seconds, 3)
    if ending.usage is not None:
        counted = {"input_tokens": ending.usage.input_tokens, "output_tokens": ending.usage.output_tokens}
        fields |= {name: tokens for name, tokens in counted.items() if tokens is not None}
    if ending.error is not None:
        fields["code"] = ending.error.code
    if ending.cached:
        fields["cached"] = True
    tell = _log.warning if ending.status is RunStatus.FAILED else _log.info
    tell("A run has ended", **fields)
