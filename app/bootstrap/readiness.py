"""Whether requests can be served now, for `GET /ready`. `process.py` makes one a process."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.application.service import Readiness
from app.infrastructure.db import migrations
from app.infrastructure.db.engine import connected

READY_SECONDS = 3.0
"""How long the database may take to answer."""


class ReadinessCheck:
    """`draining` answers whether the process is on its way out, `deaf` whether notifications do not arrive, `notes` what should be mended though it
    does not hinder."""

    def __init__(
        self,
        control: AsyncEngine,
        provider: str,
        draining: Callable[[], bool],
        deaf: Callable[[], bool],
        notes: Callable[[], Awaitable[Mapping[str, str]]],
    ) -> None:
        self._notes = notes
        self._control = control
        self._provider = provider
        self._draining = draining
        self._deaf = deaf
        self._looking: asyncio.Future[tuple[str, str]] | None = None

    async def __call__(self) -> Readiness:
        """See `CheckReadiness`."""
        database, schema = await self._check_database()
        shutdown = "the process is shutting down" if self._draining() else "ok"
        checks = {"database": database, "migrations": schema, "provider": "ok", "shutdown": shutdown}
        return Readiness(checks, {**self._worth_knowing(), **await self._notes()})

    def _worth_knowing(self) -> dict[str, str]:
        """A provider without its key stops the start; with no key at all there is the offline one, and that should be known. So should deafness."""
        notes: dict[str, str] = {}
        if self._provider == "offline":
            notes["provider"] = "offline: no model is configured, answers quote the documents"
        if self._deaf():
            notes["notifications"] = "do not arrive: readers and queues are polled, see docs/operations.md"
        return notes

    async def _check_database(self) -> tuple[str, str]:
        """One look for all who ask at the same time: it takes a connection that the lease may need."""
        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(self._look_at_database())
        return await asyncio.shield(self._looking)

    async def _look_at_database(self) -> tuple[str, str]:
        try:
            async with connected(self._control, READY_SECONDS) as (connection, _):
                revision = await connection.scalar(text("SELECT version_num FROM alembic_version"))
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is: not ready
            return f"no answer: {type(error).__name__}", "unknown"
        return "ok", "ok" if revision == migrations.head() else f"at {revision}, not at {migrations.head()}: run `chatbot migrate`"
