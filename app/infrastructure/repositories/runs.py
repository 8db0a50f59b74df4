"""Runs on Postgres: the queue, the claims, the endings. Contract: `app/domain/chat/repositories/runs.py`.

Who posts, interrupts or deletes locks the thread's row first (`NO KEY UPDATE`), then run rows. Who writes a run locks its row and then needs only the
thread's key, which that lock leaves free. So nobody waits in a circle.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Boolean, Integer, TextClause, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Backlog, Claim, Executor, Failure, NewMessage, NewRun, Origin, PromptRecord, Run, RunStatus, Usage
from app.domain.chat.events import StoredEvent, payload
from app.infrastructure.repositories.direct import Direct
from app.infrastructure.repositories.log_statements import APPEND, CLOSE, Written, append_parameters, close_parameters

OUTSIDE = "-"
"""The writer's name in nudges about endings that no executor wrote: every process hears them, this one too."""

_RUNS = b"""
    SELECT runs.*, coalesce((SELECT seq FROM run_events WHERE run_id = runs.id ORDER BY seq DESC LIMIT 1), 0) AS last_seq FROM runs
"""
_GET = _RUNS + b"WHERE id = %(id)s"
_BY_KEY = _RUNS + b"WHERE thread_id = %(thread_id)s AND idempotency_key = %(key)s"
_UNFINISHED = _RUNS + b"WHERE thread_id = %(thread_id)s AND status IN ('queued', 'running') ORDER BY ordinal"
_ANSWERING = b"SELECT DISTINCT thread_id FROM runs WHERE thread_id = ANY (%(thread_ids)s) AND status IN ('queued', 'running')"
_LATEST_IN_THREAD = _RUNS + b"WHERE thread_id = %(thread_id)s ORDER BY ordinal DESC LIMIT 1"
_LATEST_OF = b"""
    SELECT threads.id, (SELECT runs.id FROM runs WHERE runs.thread_id = threads.id ORDER BY ordinal DESC LIMIT 1)
    FROM threads WHERE threads.id = ANY (%(thread_ids)s)
"""
_NEXT_IN_THREAD = (
    _RUNS
    + b"WHERE thread_id = %(thread_id)s AND ordinal > coalesce((SELECT ordinal FROM runs WHERE id = %(after)s::uuid), 0) ORDER BY ordinal LIMIT 1"
)

# What both ways of adding share: the run (from one row of `source`, or none), and the nudges.
_ADDED = b"""
    added AS (
        INSERT INTO runs (id, thread_id, message_id, answer_id, status, attempt, owner, provider, model, started_at,
                          idempotency_key, idempotency_digest, fresh, request_id, traceparent)
        SELECT %(id)s::uuid, %(thread_id)s::uuid, %(message_id)s::uuid, %(answer_id)s::uuid, %(status)s::text, %(attempt)s::integer,
            %(owner)s::uuid, %(provider)s::text, %(model)s::text, CASE WHEN %(attempt)s::integer > 0 THEN clock_timestamp() END,
            %(key)s::text, %(digest)s::text, %(fresh)s::boolean, %(request_id)s::text, %(traceparent)s::text
        FROM source
        RETURNING ordinal, created_at, started_at
    )
    SELECT ordinal, created_at, started_at, pg_notify('run_added', %(thread_id)s::uuid::text),
        CASE WHEN %(attempt)s::integer = 0 THEN pg_notify('run_queue', '') END
    FROM added
"""

_ADD = (
    b"""
    WITH source AS (SELECT), asked AS (
        INSERT INTO messages (id, thread_id, role, content, status, parent_id)
        SELECT %(message_id)s::uuid, %(thread_id)s::uuid, 'user', %(content)s::text, 'done', %(parent_id)s::uuid WHERE %(is_new)s::boolean
    ),"""
    + _ADDED
)

# A post in one round trip: the thread's lock, all the looks, and the writing. A statement sees the moment at which it began, so what it sees is of
# worth only if nobody has posted between that moment and the lock. Who posts updates the thread's row: the version that was locked must be the one that
# was seen, and a row that somebody else holds is passed by rather than waited for. Else nothing is stored, and the caller looks step by step.
# An answer that is stored meanwhile needs no lock: who does not see it sees its run unfinished.
_ADD_AT_ONCE = (
    b"""
    WITH held AS MATERIALIZED (
        SELECT id, xmin AS version FROM threads WHERE id = %(thread_id)s FOR NO KEY UPDATE SKIP LOCKED
    ), source AS MATERIALIZED (
        SELECT seen.id, (SELECT id FROM messages WHERE thread_id = %(thread_id)s ORDER BY ordinal DESC LIMIT 1) AS latest
        FROM held JOIN threads AS seen ON seen.id = held.id AND seen.xmin = held.version
        WHERE NOT EXISTS (SELECT FROM runs WHERE thread_id = %(thread_id)s AND status IN ('queued', 'running'))
            AND NOT EXISTS (SELECT FROM runs WHERE thread_id = %(thread_id)s AND idempotency_key = %(key)s::text)
    ), touched AS (
        UPDATE threads SET updated_at = clock_timestamp(), title = coalesce(title, %(title)s::text) FROM source WHERE threads.id = source.id
    ), asked AS (
        INSERT INTO messages (id, thread_id, role, content, status, parent_id)
        SELECT %(message_id)s::uuid, id, 'user', %(content)s::text, 'done', latest FROM source
    ),"""
    + _ADDED
)

_FENCE = text("""
    UPDATE runs SET attempt = attempt + 1 WHERE id = :id AND status IN ('queued', 'running')
    RETURNING id, thread_id, message_id, answer_id, attempt, request_id, traceparent, pg_notify('run_fence', id::text)
""")

# The oldest queued runs whose threads have nothing older unfinished. "Nothing older" can only become true and stay true, so a stale look is safe;
# two claimers never get the same row (SKIP LOCKED), and the unique index on running runs is the last word. Materialized: in an IN (...) a plan may
# ask again for the next LIMIT rows; ordered at the end: RETURNING promises no order.
_CLAIM_QUEUED = text("""
    WITH picked AS MATERIALIZED (
        SELECT run.id FROM runs AS run
        WHERE run.status = 'queued' AND NOT EXISTS (
            SELECT FROM runs AS older
            WHERE older.thread_id = run.thread_id AND older.ordinal < run.ordinal AND older.status IN ('queued', 'running')
        )
        ORDER BY run.ordinal LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE runs SET status = 'running', attempt = attempt + 1, owner = :owner, provider = :provider, model = :model, started_at = now()
        FROM picked WHERE runs.id = picked.id
        RETURNING runs.*
    )
    SELECT id, thread_id, message_id, answer_id, attempt, request_id, traceparent FROM claimed ORDER BY ordinal
""")

# Running runs whose executor has no lease any more (or, if we may judge, one that has run out), or that this executor owns without knowing:
# a commit whose answer got lost.
_CLAIM_ORPHANS = text("""
    WITH picked AS MATERIALIZED (
        SELECT run.id FROM runs AS run
        WHERE run.status = 'running' AND run.id <> ALL (:held)
            AND (run.owner = :owner OR NOT EXISTS (SELECT FROM executors WHERE executors.id = run.owner
                                                              AND (executors.lease_until > now() OR NOT :judge)))
            AND (run.owner <> :owner OR run.started_at < now() - interval '5 seconds')
        ORDER BY run.ordinal LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED
    ), claimed AS (
        UPDATE runs SET attempt = attempt + 1, owner = :owner, provider = :provider, model = :model, started_at = now()
        FROM picked WHERE runs.id = picked.id
        RETURNING runs.*
    )
    SELECT id, thread_id, message_id, answer_id, attempt, request_id, traceparent FROM claimed ORDER BY ordinal
""").bindparams(bindparam("held", type_=ARRAY(Uuid())), bindparam("owner", type_=Uuid()), bindparam("judge", type_=Boolean()))

_STILL_OWNED = text("""
    SELECT run.id FROM runs AS run JOIN unnest(:ids, :attempts) AS held (id, attempt) ON held.id = run.id
    WHERE run.attempt = held.attempt AND run.status = 'running' AND run.owner = :owner
""").bindparams(bindparam("ids", type_=ARRAY(Uuid())), bindparam("attempts", type_=ARRAY(Integer())))


# Looks at queued runs only, through their partial index, and at no more of them than a person could tell apart on a graph.
_BACKLOG = text("""
    WITH waiting AS MATERIALIZED (
        SELECT thread_id, ordinal, created_at FROM runs WHERE status = 'queued' ORDER BY ordinal LIMIT :most
    ), looked AS (
        SELECT created_at, EXISTS (
            SELECT FROM runs AS older
            WHERE older.thread_id = waiting.thread_id AND older.ordinal < waiting.ordinal AND older.status IN ('queued', 'running')
        ) AS behind
        FROM waiting
    )
    SELECT count(*) FILTER (WHERE NOT behind) AS claimable, count(*) FILTER (WHERE behind) AS behind,
        coalesce(extract(epoch FROM clock_timestamp() - min(created_at) FILTER (WHERE NOT behind)), 0) AS oldest,
        (SELECT count(*) FROM runs WHERE status = 'running') AS running,
        (SELECT count(*) FROM executors WHERE lease_until > now()) AS executors
    FROM looked
""")

BACKLOG_LIMIT = 10_000


class PostgresRuns:
    """`closings` collects what is closed, for whoever is to hear of it after the commit."""

    def __init__(self, connection: AsyncConnection, direct: Direct, closings: list[tuple[Claim, Ending]]) -> None:
        self._connection = connection
        self._direct = direct
        self._closings = closings

    async def add(self, run: NewRun, message: NewMessage | None) -> Run:
        """See `RunRepository.add`."""
        asked = {
            "is_new": message is not None,
            "content": message.content if message else "",
            "parent_id": message.parent_id if message else None,
        }
        row = await self._direct.one(_ADD, {**_new(run), **asked})
        return _added(run, row)

    async def add_at_once(self, run: NewRun, content: str, title_if_none: str) -> Run | None:
        """See `RunRepository.add_at_once`."""
        row = await self._direct.one(_ADD_AT_ONCE, {**_new(run), "content": content, "title": title_if_none})
        return _added(run, row) if row else None

    async def get(self, run_id: UUID) -> Run | None:
        """See `RunRepository.get`."""
        return await self._one(_GET, {"id": run_id})

    async def by_idempotency_key(self, thread_id: UUID, key: str) -> tuple[Run, str] | None:
        """See `RunRepository.by_idempotency_key`."""
        row = await self._direct.one(_BY_KEY, {"thread_id": thread_id, "key": key})
        return (_run(row), row.idempotency_digest) if row else None

    async def unfinished(self, thread_id: UUID) -> Sequence[Run]:
        """See `RunRepository.unfinished`."""
        return [_run(row) for row in await self._direct.all(_UNFINISHED, {"thread_id": thread_id})]

    async def answering(self, thread_ids: Collection[UUID]) -> set[UUID]:
        """See `RunRepository.answering`."""
        return {row.thread_id for row in await self._direct.all(_ANSWERING, {"thread_ids": list(thread_ids)})}

    async def next_in_thread(self, thread_id: UUID, after: UUID | None) -> Run | None:
        """See `RunRepository.next_in_thread`."""
        return await self._one(_NEXT_IN_THREAD, {"thread_id": thread_id, "after": after})

    async def latest_in_thread(self, thread_id: UUID) -> Run | None:
        """See `RunRepository.latest_in_thread`."""
        return await self._one(_LATEST_IN_THREAD, {"thread_id": thread_id})

    async def latest_of(self, thread_ids: Collection[UUID]) -> Mapping[UUID, UUID | None]:
        """See `RunRepository.latest_of`. One descent of the index a thread."""
        return dict(await self._direct.tuples(_LATEST_OF, {"thread_ids": list(thread_ids)}))

    async def fence(self, run_id: UUID) -> Claim | None:
        """See `RunRepository.fence`."""
        return next(iter(await self._claims(_FENCE, {"id": run_id})), None)

    async def close(self, claim: Claim, ending: Ending, last_seq: int) -> bool:
        """See `RunRepository.close`. The same two statements as the writer's."""
        events = tuple(
            StoredEvent(claim.run_id, seq, event.type, payload(event)) for seq, event in enumerate(ending.events, start=last_seq + 1)
        )
        await self._connection.exec_driver_sql(APPEND.decode(), append_parameters([Written(claim, events, ending)], OUTSIDE))
        row = (await self._connection.exec_driver_sql(CLOSE.decode(), close_parameters([(claim, ending)]))).one()
        closed = claim.run_id in row[0]
        if closed:
            self._closings.append((claim, ending))
        return closed

    async def claim_queued(self, executor: Executor, limit: int) -> Sequence[Claim]:
        """See `RunRepository.claim_queued`."""
        return await self._claims(_CLAIM_QUEUED, {"limit": limit, **_executor(executor)})

    async def claim_orphans(self, executor: Executor, limit: int, held: Collection[UUID], *, judge: bool) -> Sequence[Claim]:
        """See `RunRepository.claim_orphans`."""
        return await self._claims(_CLAIM_ORPHANS, {"limit": limit, "held": list(held), "judge": judge, **_executor(executor)})

    async def still_owned(self, executor_id: UUID, held: Sequence[Claim]) -> set[UUID]:
        """See `RunRepository.still_owned`."""
        parameters = {"owner": executor_id, "ids": [claim.run_id for claim in held], "attempts": [claim.attempt for claim in held]}
        return set((await self._connection.scalars(_STILL_OWNED, parameters)).all())

    async def backlog(self) -> Backlog:
        """See `RunRepository.backlog`."""
        row = (await self._connection.execute(_BACKLOG, {"most": BACKLOG_LIMIT})).one()
        return Backlog(row.claimable, row.behind, float(row.oldest), row.running, row.executors)

    async def _one(self, statement: bytes, parameters: dict[str, Any]) -> Run | None:
        row = await self._direct.one(statement, parameters)
        return _run(row) if row else None

    async def _claims(self, statement: TextClause, parameters: dict[str, Any]) -> Sequence[Claim]:
        rows = await self._connection.execute(statement, parameters)
        return [Claim(row.id, row.thread_id, row.message_id, row.answer_id, row.attempt, _origin(row)) for row in rows]


def _new(run: NewRun) -> dict[str, Any]:
    """What both ways of adding a run say about it."""
    status, attempt = _beginning(run)
    return {
        "id": run.run_id,
        "thread_id": run.thread_id,
        "message_id": run.message_id,
        "answer_id": run.answer_id,
        "status": status.value,
        "attempt": attempt,
        "key": run.idempotency.key if run.idempotency else None,
        "digest": run.idempotency.digest if run.idempotency else None,
        "fresh": run.fresh,
        "request_id": run.origin.request_id if run.origin else None,
        "traceparent": run.origin.traceparent if run.origin else None,
        **_executor(run.owner),
    }


def _beginning(run: NewRun) -> tuple[RunStatus, int]:
    return (RunStatus.RUNNING, 1) if run.owner else (RunStatus.QUEUED, 0)


def _added(run: NewRun, row: Any) -> Run:
    status, attempt = _beginning(run)
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
        origin=run.origin,
    )


def _executor(executor: Executor | None) -> dict[str, Any]:
    if executor is None:
        return {"owner": None, "provider": None, "model": None}
    return {"owner": executor.executor_id, "provider": executor.provider, "model": executor.model}


def _run(row: Any) -> Run:
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
        generation=row.generation,
        cached=row.cached,
        fresh=row.fresh,
        prompt=PromptRecord(**row.prompt_record) if row.prompt_record else None,
        last_seq=row.last_seq,
        origin=_origin(row),
    )


def _origin(row: Any) -> Origin | None:
    return Origin(row.request_id, row.traceparent) if row.request_id else None
