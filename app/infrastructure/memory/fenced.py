"""The two fenced changes: appending to a run's log, and closing the run. Every event in memory came through here.

Called by the log for executors, and by the run repository for endings from outside. The fence is the claim's attempt.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from app.domain.chat.ending import Ending
from app.domain.chat.entities import Claim, Message, Role
from app.domain.chat.events import Event, StoredEvent, payload
from app.infrastructure.memory.tables import Tables


def numbered(claim: Claim, events: Iterable[Event], last_seq: int) -> tuple[StoredEvent, ...]:
    """The events as they will be stored after number `last_seq`."""
    return tuple(StoredEvent(claim.run_id, seq, event.type, payload(event)) for seq, event in enumerate(events, start=last_seq + 1))


def append(tables: Tables, claim: Claim, events: Sequence[StoredEvent]) -> bool:
    """Store events; False, and nothing is stored, if the claim is void."""
    if not _holds(tables, claim):
        return False
    tables.events[claim.run_id] = (*tables.events.get(claim.run_id, ()), *events)
    return True


def close(tables: Tables, claim: Claim, ending: Ending, now: datetime) -> bool:
    """Store the final status and the assistant message; False, and nothing is stored, if the claim is void."""
    if not _holds(tables, claim):
        return False
    row = tables.runs[claim.run_id]
    closed = replace(
        row.run,
        status=ending.status,
        finished_at=now,
        error=ending.error,
        usage=ending.usage,
        finish_reason=ending.finish_reason,
        first_token_seconds=ending.first_token_seconds,
        generation=ending.generation,
        cached=ending.cached,
        prompt=ending.prompt,
    )
    tables.runs[claim.run_id] = replace(row, run=closed)
    if row.run.started_at is not None:
        spent = (tables.threads[claim.thread_id].user_id, now.date())
        tables.spent_tokens[spent] = tables.spent_tokens.get(spent, 0) + ending.charge
    tables.messages[claim.answer_id] = _answer(tables.next_ordinal(), claim, ending, now)
    return True


def _holds(tables: Tables, claim: Claim) -> bool:
    row = tables.runs.get(claim.run_id)
    return row is not None and row.run.attempt == claim.attempt and not row.run.status.is_final


def _answer(ordinal: int, claim: Claim, ending: Ending, now: datetime) -> Message:
    return Message(
        message_id=claim.answer_id,
        thread_id=claim.thread_id,
        ordinal=ordinal,
        role=Role.ASSISTANT,
        content=ending.text,
        status=ending.message_status,
        parent_id=claim.message_id,
        run_id=claim.run_id,
        sources=ending.sources,
        error=ending.error,
        created_at=now,
    )
