"""Runs on Postgres: the queue, the claims, the endings. Contract: `app/domain/chat/repositories/runs.py`.

Locks are always taken run row first, thread key second (an answer refers to its thread); deleting a thread keeps that order too.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Integer, Row, Select, TextClause, Uuid, bindparam, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim, Executor, Failure, NewMessage, NewRun, Run, RunStatus, Usage
from app.domain.chat.events import StoredEvent, payload
from app.infrastructure.db.log_statements import APPEND, CLOSE, Written, append_parameters, close_parameters
from app.infrastructure.models.tables import RunEventRow, RunRow

OUTSIDE = "-"
"""The writer's name in nudges about endings that no executor wrote: every process hears them, this one too."""

_ADD_MESSAGE = text("""
    INSERT INTO messages (id, thread_id, role, content, status, parent_id)
    VALUES (:message_id, :thread_id, 'user', :content, 'done', :parent_id)
""")

_ADD = text("""
    WITH added AS (
        INSERT INTO runs (id, thread_id, message_id, answer_id, status, attempt, owner, provider, model, started_at,
                          idempotency_key, idempotency_digest)
        VALUES (:id, :thread_id, :message_id, :answer_id, :status, :attempt, :owner, :provider, :model,
                CASE WHEN :attempt > 0 THEN now() END, :key, :digest)
        RETURNING ordinal, created_at, started_at
    )
    SELECT ordinal, created_at, started_at, pg_notify('run_added', :thread),
        CASE WHEN :attempt = 0 THEN pg_notify('run_queue', '') END
    FROM added
""").bindparams(bindparam("owner", type_=Uuid()))

_FENCE = text("""
    UPDATE runs SET attempt = attempt + 1 WHERE id = :id AND status IN ('queued', 'running')
    RETURNING id, thread_id, message_id, answer_id, attempt, pg_notify('run_fence', id::text)
""")

# The oldest queued runs whose threads have nothing older unfinished. "Nothing older" can only become true and stay true, so a stale look is safe;
# two claimers never get the same row (SKIP LOCKED), and the unique index on running runs is the last word.
_CLAIM_QUEUED = text("""
    UPDATE runs SET status = 'running', attempt = attempt + 1, owner = :owner, provider = :provider, model = :model, started_at = now()
    WHERE id IN (
        SELECT run.id FROM runs AS run
        WHERE run.status = 'queued' AND NOT EXISTS (
            SELECT FROM runs AS older
            WHERE older.thread_id = run.thread_id AND older.ordinal < run.ordinal AND older.status IN ('queued', 'running')
        )
        ORDER BY run.ordinal LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id, thread_id, message_id, answer_id, attempt
""")

# Running runs whose executor's lease has run out, or that this executor owns without knowing (a commit whose answer got lost).
_CLAIM_ORPHANS = text("""
    UPDATE runs SET attempt = attempt + 1, owner = :owner, provider = :provider, model = :model, started_at = now()
    WHERE id IN (
        SELECT run.id FROM runs AS run
        WHERE run.status = 'running' AND run.id <> ALL (:held)
            AND (run.owner = :owner OR NOT EXISTS (SELECT FROM executors WHERE executors.id = run.owner AND executors.lease_until > now()))
            AND (run.owner <> :owner OR run.started_at < now() - interval '5 seconds')
        ORDER BY run.ordinal LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    )
    RETURNING id, thread_id, message_id, answer_id, attempt
""").bindparams(bindparam("held", type_=ARRAY(Uuid())), bindparam("owner", type_=Uuid()))

_STILL_OWNED = text("""
    SELECT run.id FROM runs AS run JOIN unnest(:ids, :attempts) AS held (id, attempt) ON held.id = run.id
    WHERE run.attempt = held.attempt AND run.status = 'running' AND run.owner = :owner
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())), bindparam("attempts", type_=ARRAY(Integer())))


class PostgresRuns:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, run: NewRun, message: NewMessage | None) -> Run:
        """See `RunRepository.add`."""
        if message is not None:
            await self._session.execute(
                _ADD_MESSAGE,
                {
                    "message_id": message.message_id,
                    "thread_id": message.thread_id,
                    "content": message.content,
                    "parent_id": message.parent_id,
                },
            )
        status, attempt = (RunStatus.RUNNING, 1) if run.owner else (RunStatus.QUEUED, 0)
        parameters = {
            "id": run.run_id,
            "thread_id": run.thread_id,
            "message_id": run.message_id,
            "answer_id": run.answer_id,
            "status": status.value,
            "attempt": attempt,
            "key": run.idempotency.key if run.idempotency else None,
            "digest": run.idempotency.digest if run.idempotency else None,
            "thread": str(run.thread_id),
            **_executor(run.owner),
        }
        row = (await self._session.execute(_ADD, parameters)).one()
        return Run(
            run_id=run.run_id,
            thread_id=run.thread_id,
            message_id=run.message_id,
            answer_id=run.answer_id,
            ordinal=row.ordinal,
            status=status,
            attempt=attempt,
            created_at=row.created_at,
            started_at=row.started_at,
            provider=run.owner.provider if run.owner else None,
            model=run.owner.model if run.owner else None,
        )

    async def get(self, run_id: UUID) -> Run | None:
        """See `RunRepository.get`."""
        return await self._one(_runs().where(RunRow.id == run_id))

    async def by_idempotency_key(self, thread_id: UUID, key: str) -> tuple[Run, str] | None:
        """See `RunRepository.by_idempotency_key`."""
        statement = _runs().where(RunRow.thread_id == thread_id, RunRow.idempotency_key == key)
        row = (await self._session.execute(statement)).one_or_none()
        return (_run(row), row.idempotency_digest) if row else None

    async def unfinished(self, thread_id: UUID) -> Sequence[Run]:
        """See `RunRepository.unfinished`."""
        statement = _runs().where(RunRow.thread_id == thread_id, RunRow.status.in_(("queued", "running"))).order_by(RunRow.ordinal)
        return [_run(row) for row in await self._session.execute(statement)]

    async def next_in_thread(self, thread_id: UUID, after: UUID | None) -> Run | None:
        """See `RunRepository.next_in_thread`."""
        statement = _runs().where(RunRow.thread_id == thread_id)
        if after is not None:
            statement = statement.where(RunRow.ordinal > select(RunRow.ordinal).where(RunRow.id == after).scalar_subquery())
        return await self._one(statement.order_by(RunRow.ordinal).limit(1))

    async def latest_in_thread(self, thread_id: UUID) -> Run | None:
        """See `RunRepository.latest_in_thread`."""
        return await self._one(_runs().where(RunRow.thread_id == thread_id).order_by(RunRow.ordinal.desc()).limit(1))

    async def fence(self, run_id: UUID) -> Claim | None:
        """See `RunRepository.fence`."""
        return next(iter(await self._claims(_FENCE, {"id": run_id})), None)

    async def close(self, claim: Claim, ending: Ending, last_seq: int) -> bool:
        """See `RunRepository.close`. The same two statements as the writer's."""
        events = tuple(
            StoredEvent(claim.run_id, seq, event.type, payload(event)) for seq, event in enumerate(ending.events, start=last_seq + 1)
        )
        connection = await self._session.connection()
        await connection.exec_driver_sql(APPEND.decode(), append_parameters([Written(claim, events, ending)], OUTSIDE))
        row = (await connection.exec_driver_sql(CLOSE.decode(), close_parameters([(claim, ending)]))).one()
        return claim.run_id in row[0]

    async def claim_queued(self, executor: Executor, limit: int) -> Sequence[Claim]:
        """See `RunRepository.claim_queued`."""
        return await self._claims(_CLAIM_QUEUED, {"limit": limit, **_executor(executor)})

    async def claim_orphans(self, executor: Executor, limit: int, held: Collection[UUID]) -> Sequence[Claim]:
        """See `RunRepository.claim_orphans`."""
        return await self._claims(_CLAIM_ORPHANS, {"limit": limit, "held": list(held), **_executor(executor)})

    async def still_owned(self, executor_id: UUID, held: Sequence[Claim]) -> set[UUID]:
        """See `RunRepository.still_owned`."""
        parameters = {"owner": executor_id, "ids": [claim.run_id for claim in held], "attempts": [claim.attempt for claim in held]}
        return set((await self._session.scalars(_STILL_OWNED, parameters)).all())

    async def _one(self, statement: Select[*tuple[Any, ...]]) -> Run | None:
        row = (await self._session.execute(statement)).one_or_none()
        return _run(row) if row else None

    async def _claims(self, statement: TextClause, parameters: dict[str, Any]) -> Sequence[Claim]:
        rows = await self._session.execute(statement, parameters)
        return [Claim(row.id, row.thread_id, row.message_id, row.answer_id, row.attempt) for row in rows]


def _executor(executor: Executor | None) -> dict[str, Any]:
    if executor is None:
        return {"owner": None, "provider": None, "model": None}
    return {"owner": executor.executor_id, "provider": executor.provider, "model": executor.model}


def _runs() -> Select[*tuple[Any, ...]]:
    newest = select(func.max(RunEventRow.seq)).where(RunEventRow.run_id == RunRow.id).correlate(RunRow).scalar_subquery()
    return select(*RunRow.__table__.columns, func.coalesce(newest, 0).label("last_seq"))


def _run(row: Row[*tuple[Any, ...]]) -> Run:
    return Run(
        run_id=row.id,
        thread_id=row.thread_id,
        message_id=row.message_id,
        answer_id=row.answer_id,
        ordinal=row.ordinal,
        status=RunStatus(row.status),
        attempt=row.attempt,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        first_token_seconds=row.first_token_seconds,
        provider=row.provider,
        model=row.model,
        usage=Usage(**row.usage) if row.usage else None,
        finish_reason=row.finish_reason,
        error=Failure(**row.error) if row.error else None,
        last_seq=row.last_seq,
    )
