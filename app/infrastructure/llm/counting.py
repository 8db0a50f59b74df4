"""Asking a provider how many tokens a prompt has: a help, never a condition. Used by the adapters whose provider counts."""

import logging
from collections.abc import Generator
from contextlib import contextmanager

from app.infrastructure.llm.failures import Endpoint, quoted

COUNT_SECONDS = 3.0
"""Longer than this nobody waits for a number that can be guessed."""

log = logging.getLogger(__name__)


@contextmanager
def not_counted(endpoint: Endpoint) -> Generator[None]:
    """Whatever goes wrong in the block is a line in the log, and the block ends."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - an SDK's errors are many, and none of them matters here
        log.warning(
            "The provider did not count tokens; the estimate is used",
            extra={"provider": endpoint.provider, "why": quoted(endpoint, str(error))},
        )
