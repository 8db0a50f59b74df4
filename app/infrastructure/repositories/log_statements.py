"""The two statements that write the log, and their parameters. Every event in `run_events` came through here.

Called by the group-commit writer (`event_log.py`) for the runs of its process, and by the run repository for endings from outside (cancel,
giving up). Both statements take a whole batch as arrays, so that a flush is one round trip however many runs it carries.

The fence: `APPEND` takes the batch's run rows FOR SHARE, in id order, and only while the stored attempt is the writer's. A takeover or a cancel
updates `attempt`, so it waits until the append has committed, and an append that comes later finds no row to hold and writes nothing. A plain
join would not do: it lets a takeover read a last number that an append in flight is about to overtake.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any, NamedTuple
from uuid import UUID

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim
from app.domain.chat.events import StoredEvent

EVENTS_CHANNEL = "run_events"
"""Payload: the writer's name, then `run:seq` pairs: these runs have events up to these numbers."""

ADDED_CHANNEL = "run_added"
"""Payload: a thread's id: a run was added to it, or it is gone."""

QUEUE_CHANNEL = "run_queue"
"""No payload: a run waits for an executor, or an executor has let go of its runs."""

FENCE_CHANNEL = "run_fence"
"""Payload: a run's id: its executor may stop."""

APPEND = b"""
WITH held AS MATERIALIZED (
    SELECT run.id
    FROM runs AS run
    JOIN unnest(%(run_ids)s::uuid[], %(attempts)s::integer[]) AS claimed (id, attempt) ON claimed.id = run.id
    WHERE run.attempt = claimed.attempt AND run.status IN ('queued', 'running')
    ORDER BY run.id
    FOR SHARE OF run
), stored AS (
    INSERT INTO run_events (run_id, seq, type, data)
    SELECT event.run_id, event.seq, event.type, event.data::json
    FROM unnest(%(event_run_ids)s::uuid[], %(seqs)s::bigint[], %(types)s::text[], string_to_array(%(data)s, chr(10)))
        AS event (run_id, seq, type, data)
    JOIN held ON held.id = event.run_id
    ON CONFLICT (run_id, seq) DO NOTHING
)
SELECT array(SELECT id FROM held), (SELECT count(pg_notify('run_events', nudge)) FROM unnest(%(nudges)s::text[]) AS nudge)
"""
"""Insert a batch of events, fenced; answers the ids of the runs that may still be written. A repeat of the same batch changes nothing."""

CLOSE = b"""
WITH ending AS (
    SELECT * FROM unnest(
        %(run_ids)s::uuid[], %(attempts)s::integer[], %(statuses)s::text[], %(texts)s::text[], %(sources)s::text[], %(errors)s::text[],
        %(usages)s::text[], %(finish_reasons)s::text[], %(first_tokens)s::float8[], %(generations)s::text[], %(cached)s::boolean[],
        %(prompts)s::text[], %(charges)s::bigint[]
    ) AS e (run_id, attempt, status, text, sources, error, usage, finish_reason, first_token_seconds, generation, cached, prompt_record, charge)
), closed AS (
    UPDATE runs AS run
    SET status = ending.status, finished_at = now(), error = ending.error::json, usage = ending.usage::json,
        finish_reason = ending.finish_reason, first_token_seconds = ending.first_token_seconds,
        generation = ending.generation, cached = ending.cached, prompt_record = ending.prompt_record::json
    FROM ending
    WHERE run.id = ending.run_id AND run.attempt = ending.attempt AND run.status IN ('queued', 'running')
    RETURNING run.id, run.thread_id, run.message_id, run.answer_id, run.started_at
), charged AS (
    INSERT INTO spent_tokens AS spent (user_id, day, tokens)
    SELECT threads.user_id, (now() AT TIME ZONE 'UTC')::date, sum(ending.charge)
    FROM closed JOIN ending ON ending.run_id = closed.id JOIN threads ON threads.id = closed.thread_id
    WHERE ending.charge > 0 AND closed.started_at IS NOT NULL
    GROUP BY threads.user_id ORDER BY threads.user_id
    ON CONFLICT (user_id, day) DO UPDATE SET tokens = spent.tokens + excluded.tokens
), answered AS (
    INSERT INTO messages (id, thread_id, role, content, status, parent_id, run_id, sources, error)
    SELECT closed.answer_id, closed.thread_id, 'assistant', ending.text, ending.status, closed.message_id, closed.id,
        ending.sources::json, ending.error::json
    FROM closed JOIN ending ON ending.run_id = closed.id
)
SELECT array(SELECT id FROM closed), CASE WHEN EXISTS (
    SELECT FROM closed JOIN runs AS waiting ON waiting.thread_id = closed.thread_id WHERE waiting.status = 'queued'
) THEN pg_notify('run_queue', '') END
"""
"""Close a batch of runs, fenced: final status, assistant message, the tokens charged to their users (in the order of the users, so that two batches
never wait for each other). Runs in the transaction of the `APPEND` that wrote their `done`."""

CLOSED_BY = b"""
SELECT run.id FROM runs AS run
JOIN unnest(%(run_ids)s::uuid[], %(attempts)s::integer[]) AS claimed (id, attempt) ON claimed.id = run.id
WHERE run.attempt = claimed.attempt AND run.status NOT IN ('queued', 'running')
"""
"""Which of these claims closed their runs: asked when a connection died and nobody knows whether its commit happened."""

_NOTIFY_LIMIT = 7900
"""Postgres takes payloads under 8,000 bytes."""


class Written(NamedTuple):
    """What one claim contributes to a batch: its new events, numbered, and its ending if the run closes now. A tuple, as one is made for every run in
    every flush."""

    claim: Claim
    events: Sequence[StoredEvent]
    ending: Ending | None = None


def append_parameters(batch: Sequence[Written], writer: str) -> dict[str, Any]:
    """Parameters of `APPEND`. `writer` names the sender to listeners, so that it need not hear itself.

    Arrays are spelled as Postgres reads them: psycopg looks at every element of a list several times over, which cost more than all else in a small
    flush. The payloads are joined by line feeds, which compact JSON never contains.
    """
    runs = [written.claim.run_id.hex for written in batch]
    events = [event for written in batch for event in written.events]
    latest = [(run, written.events[-1].seq) for run, written in zip(runs, batch, strict=True) if written.events]
    return {
        "run_ids": array(runs),
        "attempts": array([str(written.claim.attempt) for written in batch]),
        "event_run_ids": array([run for run, written in zip(runs, batch, strict=True) for _ in written.events]),
        "seqs": array([str(event.seq) for event in events]),
        "types": array([event.type for event in events]),
        "data": "\n".join([event.data for event in events]),
        "nudges": array([f'"{nudge}"' for nudge in nudges(writer, latest)]),
    }


def close_parameters(endings: Sequence[tuple[Claim, Ending]]) -> dict[str, Any]:
    """Parameters of `CLOSE`."""
    return {
        "run_ids": [claim.run_id for claim, _ in endings],
        "attempts": [claim.attempt for claim, _ in endings],
        "statuses": [ending.status.value for _, ending in endings],
        "texts": [ending.text for _, ending in endings],
        "sources": [_json([asdict(source) for source in ending.sources]) for _, ending in endings],
        "errors": [_json(asdict(ending.error)) if ending.error else None for _, ending in endings],
        "usages": [_json(asdict(ending.usage)) if ending.usage else None for _, ending in endings],
        "finish_reasons": [ending.finish_reason for _, ending in endings],
        "first_tokens": [ending.first_token_seconds for _, ending in endings],
        "generations": [ending.generation for _, ending in endings],
        "cached": [ending.cached for _, ending in endings],
        "prompts": [_json(asdict(ending.prompt)) if ending.prompt else None for _, ending in endings],
        "charges": [ending.charge for _, ending in endings],
    }


def array(elements: Iterable[str]) -> str:
    """A Postgres array literal of elements that need no escaping."""
    return "{" + ",".join(elements) + "}"


def nudges(writer: str, latest: Iterable[tuple[str, int]]) -> Iterable[str]:
    """The payloads for `EVENTS_CHANNEL`: as few as the size limit allows. Runs are given by their id in hexadecimal."""
    payload = writer
    for run_id, seq in latest:
        pair = f" {run_id}:{seq}"
        if len(payload) + len(pair) > _NOTIFY_LIMIT:
            yield payload
            payload = writer
        payload += pair
    if payload != writer:
        yield payload


def read_nudge(payload: str, deaf_to: str) -> list[tuple[UUID, int]]:
    """The `(run, seq)` pairs of a payload made by `nudges`; none if `deaf_to` is its writer."""
    writer, *pairs = payload.split(" ")
    return [] if writer == deaf_to else [(UUID(hex=run), int(seq)) for run, seq in (pair.split(":") for pair in pairs)]


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
