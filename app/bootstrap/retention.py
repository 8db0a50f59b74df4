"""Who tidies up, as the settings say. Called by `process.py` for every process, and by the command line."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from functools import partial
from uuid import UUID

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine
from uuid_utils.compat import uuid7

from app.application.retention.housekeeper import Housekeeper
from app.application.retention.policy import Gentleness, RetentionPolicy
from app.domain.chat.repositories.retention import Due
from app.infrastructure.db.engine import connect, make_engine
from app.infrastructure.db.partitions import LogPartitions
from app.infrastructure.db.unit_of_work import PostgresTransactions
from app.infrastructure.observability.metrics import Metrics
from app.settings import Settings

STEP_SECONDS = 30.0
"""A step that takes longer is given up; the next one is tried a minute later."""


def make_policy(settings: Settings) -> RetentionPolicy:
    """Hours and days as seconds; 0 stands for never."""
    return RetentionPolicy(settings.compact_after_hours * 3_600 or None, settings.keep_threads_days * 86_400 or None)


def make_partitions(settings: Settings, url: URL) -> LogPartitions:
    """The log's partitions, on connections of their own."""
    return LogPartitions(partial(connect, url), settings.partition_days)


def make_housekeeper(settings: Settings, url: URL, engine: AsyncEngine, holder: UUID, gentleness: Gentleness | None = None) -> Housekeeper:
    """The housekeeper of one process."""
    transactions = PostgresTransactions(engine, patience=STEP_SECONDS)
    return Housekeeper(transactions, holder, make_policy(settings), make_partitions(settings, url), gentleness)


def show_retention(metrics: Metrics, housekeeper: Housekeeper) -> None:
    """What the housekeeper did, at `/metrics`."""
    metrics.gauge("retention_runs_compacted", "Runs whose token rows this process merged", lambda: housekeeper.tally.runs_compacted)
    metrics.gauge("retention_rows_merged_away", "Token rows that merging removed", lambda: housekeeper.tally.rows_merged_away)
    metrics.gauge("retention_threads_removed", "Threads this process removed for their age", lambda: housekeeper.tally.threads_removed)
    metrics.gauge("retention_on_duty", "1 while this process tidies up", lambda: float(housekeeper.tally.on_duty))


@asynccontextmanager
async def housekeeping(settings: Settings, url: URL) -> AsyncGenerator[tuple[Housekeeper, PostgresTransactions], None]:
    """A housekeeper outside any service, for one pass by hand: it does not pause."""
    engine = make_engine(url, 2)
    try:
        yield make_housekeeper(settings, url, engine, uuid7(), Gentleness(pause=0)), PostgresTransactions(engine, patience=3_600)
    finally:
        await engine.dispose()


async def what_is_due(settings: Settings, transactions: PostgresTransactions) -> Due:
    """How much the policy finds to do now."""
    policy = make_policy(settings)
    async with transactions.snapshot() as work:
        return await work.retention.due(policy.compact_after, policy.keep_threads)
