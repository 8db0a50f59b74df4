"""The judge. Shares no code with the product: its own SQL, its own fold of a log (docs/protocol.md §3), its own idea of what is right.

For every question that is over:
* the log is numbered 1, 2, 3 …, ends in its only `done`, and that was written by the transaction that set the status and stored the answer;
* every reader saw that log, to the byte, without a gap or a repeat, from its cursor to the end;
* the log folds to the stored answer and to `final`; the status is the same everywhere;
* each stretch of text between two executors is what the provider sent in one of its answers;
* where the provider did nothing wrong and nobody cancelled, the answer is complete.
At the end: no unfinished run, no event without a run, no key used twice.
"""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psycopg

from tests.chaos.ledger import ONE_PROCESS, Asked, Frame, Ledger, Sighting
from tests.providers import script
from tests.providers.running import RunningProviders
from tests.providers.server import Recorded

SLOW = 5.0
"""Seconds without words after which the report names the run."""

FAILED_CODES = re.compile(r"provider_\w+$")

_RUN = """
    SELECT runs.status, runs.xmin::text, runs.attempt, extract(epoch FROM runs.started_at)::float8,
        messages.status, messages.content, messages.xmin::text, runs.error ->> 'code'
    FROM runs LEFT JOIN messages ON messages.id = runs.answer_id WHERE runs.id = %s
"""
_EVENTS = "SELECT seq, type, data::text, xmin::text, extract(epoch FROM created_at)::float8 FROM run_events WHERE run_id = %s ORDER BY seq"
_AT_THE_END = {
    "runs that never ended": "SELECT id::text FROM runs WHERE status IN ('queued', 'running')",
    "events without a run": "SELECT DISTINCT run_id::text FROM run_events WHERE NOT EXISTS (SELECT FROM runs WHERE id = run_id)",
    "runs without exactly one done": """SELECT id::text FROM runs
        WHERE (SELECT count(*) FROM run_events WHERE run_id = id AND type = 'done') <> 1""",
    "runs with something after done": """SELECT run_id::text FROM run_events AS done WHERE type = 'done'
        AND EXISTS (SELECT FROM run_events AS later WHERE later.run_id = done.run_id AND later.seq > done.seq)""",
    "runs with a gap": "SELECT run_id::text FROM run_events GROUP BY run_id HAVING max(seq) <> count(*) OR min(seq) <> 1",
    "answers stored twice": "SELECT run_id::text FROM messages WHERE role = 'assistant' GROUP BY run_id HAVING count(*) > 1",
    "keys used twice": """SELECT idempotency_key FROM runs WHERE idempotency_key IS NOT NULL
        GROUP BY thread_id, idempotency_key HAVING count(*) > 1""",
    "questions asked twice": "SELECT content FROM messages WHERE role = 'user' GROUP BY thread_id, content HAVING count(*) > 1",
}


@dataclass(frozen=True)
class Stored:
    """A run as the database has it."""

    status: str
    xmin: str
    attempt: int
    claimed_at: float | None
    message_status: str | None
    content: str | None
    message_xmin: str | None
    error: str | None
    events: Sequence[Frame]
    done_xmin: str | None
    times: Sequence[float]


@dataclass
class Stretch:
    """What one executor added: the text it found, and its own."""

    before: str
    text: str = ""


class Checker:
    def __init__(self, dsn: str, providers: RunningProviders, ledger: Ledger) -> None:
        self._dsn = dsn
        self._providers = providers
        self._ledger = ledger
        self._requests: dict[str, list[Recorded]] = defaultdict(list)
        self._known = 0

    async def judge(self, asked: Asked) -> None:
        """Look at a question that is over."""
        stored = await self._stored(asked.run_id)
        self._index_requests()
        requests = self._requests.pop(_name(asked.question), [])
        wrong = list(_wrong(asked, stored, requests))
        self._ledger.complaints += [f"{asked.run_id} ({asked.question}): {complaint}" for complaint in wrong]
        self._ledger.checked += 1
        self._ledger.frames += sum(len(sighting.frames) for sighting in asked.sightings)
        self._ledger.answered["deleted" if stored is None else stored.status] += 1
        if stored is not None:
            self._measure(asked, stored)

    async def judge_all(self) -> None:
        """Look at everything that is stored."""
        for what, statement in _AT_THE_END.items():
            rows = await self._ask(statement)
            if rows:
                self._ledger.complaints.append(f"{len(rows)} {what}: {', '.join(str(row[0]) for row in rows[:5])}")

    def _measure(self, asked: Asked, stored: Stored) -> None:
        """How long nobody wrote, after an executor was lost."""
        for lost in self._ledger.bereaved.pop(asked.run_id, ()):
            for event, at in zip(stored.events, stored.times, strict=True):
                follows = event.type in ("started", "restarted") and json.loads(event.data)["attempt"] > lost.attempt
                if follows and self._ledger.calm(lost.at, at, but_for=(lost.why, *ONE_PROCESS)):
                    self._ledger.gaps.setdefault(f"{lost.why}: text goes on", []).append(at - lost.at)
                    if at - lost.at > SLOW:
                        self._ledger.slow.append(
                            f"{asked.run_id}: {lost.why} at {_clock(lost.at)}, claimed at {_clock(stored.claimed_at)}, text at {_clock(at)}"
                        )
                    if stored.attempt == lost.attempt + 1 and stored.claimed_at is not None:
                        self._ledger.gaps.setdefault(f"{lost.why}: claimed", []).append(stored.claimed_at - lost.at)
                if follows:
                    break

    def _index_requests(self) -> None:
        for record in self._providers.requests:
            if record.number > self._known:
                self._known = record.number
                questions = [
                    turn["content"] for turn in record.body.get("messages", ()) if turn["role"] == "user" and "[[" in turn["content"]
                ]
                if questions:
                    self._requests[_name(questions[-1])].append(record)

    async def _stored(self, run_id: str) -> Stored | None:
        rows = await self._ask(_RUN, run_id)
        events = await self._ask(_EVENTS, run_id)
        if not rows:
            if events:
                self._ledger.complaints.append(f"{run_id}: events survive their run")
            return None
        frames = [Frame(seq, kind, data) for seq, kind, data, _, _ in events]
        done = [xmin for _, kind, _, xmin, _ in events if kind == "done"]
        (run,) = rows
        return Stored(
            status=run[0],
            xmin=run[1],
            attempt=run[2],
            claimed_at=run[3],
            message_status=run[4],
            content=run[5],
            message_xmin=run[6],
            error=run[7],
            events=frames,
            done_xmin=done[0] if done else None,
            times=[row[4] for row in events],
        )

    async def _ask(self, statement: str, *parameters: str) -> list[tuple[Any, ...]]:
        """Ask the database, as often as it takes."""
        for attempt in range(300):
            try:
                async with await psycopg.AsyncConnection.connect(self._dsn, connect_timeout=5) as connection:
                    return await (await connection.execute(statement.encode(), parameters or None)).fetchall()
            except psycopg.OperationalError:
                if attempt == 299:
                    raise
                await asyncio.sleep(0.2)
        raise AssertionError


def _wrong(asked: Asked, stored: Stored | None, requests: Sequence[Recorded]) -> Iterator[str]:
    for sighting in asked.sightings:
        if sighting.complaint:
            yield f"a {sighting.manner} reader: {sighting.complaint}"
    if stored is None:
        if not asked.deleted:
            yield "the run is gone, and nobody deleted it"
        for sighting in asked.sightings:
            yield from _numbered(sighting.frames, sighting.first)
        return
    if asked.deleted:
        yield "the thread was deleted, and the run is still there"
    yield from _log(stored)
    yield from _readers(asked, stored)
    text, stretches = fold(stored.events)
    yield from _ending(asked, stored, text)
    if stored.error is None or stored.error.startswith("provider_"):
        yield from _provided(stretches, requests)


def _log(stored: Stored) -> Iterator[str]:
    events = stored.events
    yield from _numbered(events, 0)
    kinds = [event.type for event in events]
    if kinds.count("done") != 1 or kinds[-1] != "done":
        yield f"not one done at the end: {kinds[-5:]}"
        return
    if json.loads(events[-1].data) != {"status": stored.status} or stored.message_status != stored.status:
        yield f"status: done says {events[-1].data}, the run {stored.status}, the answer {stored.message_status}"
    if not stored.done_xmin == stored.xmin == stored.message_xmin:
        yield f"done, status and answer were written by different transactions: {stored.done_xmin}, {stored.xmin}, {stored.message_xmin}"
    attempts = [json.loads(event.data)["attempt"] for event in events if event.type in ("started", "restarted")]
    if attempts != sorted(attempts) or kinds.count("started") > 1:
        yield f"attempts come as {attempts}"


def _numbered(frames: Sequence[Frame], first: int) -> Iterator[str]:
    numbers = [frame.seq for frame in frames]
    if numbers != list(range(first + 1, first + 1 + len(numbers))):
        yield f"numbers are not {first + 1}, {first + 2} …: {numbers}"


def _readers(asked: Asked, stored: Stored) -> Iterator[str]:
    for sighting in asked.sightings:
        seen = sighting.frames
        expected = stored.events[sighting.first : sighting.first + len(seen)]
        if list(seen) != list(expected):
            odd = next((pair for pair in zip(seen, expected, strict=False) if pair[0] != pair[1]), (seen[-1:], "nothing"))
            yield f"a {sighting.manner} reader saw {odd[0]!r} where {odd[1]!r} is stored"
        elif not sighting.done and not sighting.complaint:
            yield f"a {sighting.manner} reader stopped at {sighting.cursor} of {len(stored.events)}"


def _ending(asked: Asked, stored: Stored, text: str) -> Iterator[str]:
    if stored.content != text:
        yield f"the stored answer is not what the log amounts to: {_difference(stored.content or '', text)}"
    finals = [json.loads(event.data)["text"] for event in stored.events if event.type == "final"]
    if finals != ([text] if stored.status == "done" else []):
        yield "final is not what the log amounts to"
    errors = [json.loads(event.data)["code"] for event in stored.events if event.type == "error"]
    if (len(errors) == 1) != (stored.status == "failed"):
        yield f"status {stored.status} with errors {errors}"
    if stored.status == "cancelled" and not asked.cancelled:
        yield "cancelled, and nobody asked for it"
    whole = script.expected_text(asked.question)
    if stored.status == "failed" and asked.healthy:
        yield f"failed with {errors}, and the provider did nothing wrong"
    if stored.status == "done" and text != whole:
        yield f"the answer is not what the provider says: {_difference(text, whole)}"
    if not whole.startswith(text):
        yield f"the text is no beginning of what the provider says: {_difference(text, whole)}"
    if stored.status == "failed" and not FAILED_CODES.match(errors[0] if errors else ""):
        yield f"failed with {errors}"


def fold(events: Sequence[Frame]) -> tuple[str, list[Stretch]]:
    """What the events amount to, and who added what."""
    text, stretches = "", [Stretch("")]
    for event in events:
        data = json.loads(event.data)
        if event.type == "token":
            text += data["text"]
            stretches[-1].text += data["text"]
        elif event.type == "restarted":
            text = text[: data["keep"]]
            stretches.append(Stretch(text))
    return text, stretches


def _provided(stretches: Sequence[Stretch], requests: Sequence[Recorded]) -> Iterator[str]:
    """Every stretch must be what the provider sent in one of its answers, less what it repeated at the seam."""
    sent = [_sent(record) for record in requests]
    for stretch in stretches:
        if stretch.text and not any(answer[skip:].startswith(stretch.text) for answer in sent for skip in _seams(stretch.before, answer)):
            yield f"nobody sent {stretch.text[:80]!r} after {stretch.before[-40:]!r}: {[answer[:60] for answer in sent]}"


def _sent(record: Recorded) -> str:
    task = script.task_of([script.Turn(turn["role"], turn["content"]) for turn in record.body["messages"]])
    return "".join(script.answer(task)[: record.tokens_sent + task.script.chunk])  # the last one may be on its way uncounted


def _seams(before: str, answer: str) -> Iterator[int]:
    """How much of an answer may repeat what was there: nothing, everything from the beginning, or the last words."""
    yield 0
    if answer.startswith(before):
        yield len(before)
    yield next((size for size in range(min(len(before), len(answer), 400), 0, -1) if before.endswith(answer[:size])), 0)


def _clock(moment: float | None) -> str:
    return datetime.fromtimestamp(moment or 0, UTC).strftime("%H:%M:%S.%f")[:-3]


def _name(question: str) -> str:
    return question.rpartition("[[id=")[2].split(" ", 1)[0]


def _difference(one: str, other: str) -> str:
    at = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return f"{len(one)} and {len(other)} characters, from {at} on {one[at : at + 40]!r} and {other[at : at + 40]!r}"


def reconnects_at(sighting: Sighting, begin: float, end: float) -> int:
    """How often a reader connected anew in that time."""
    return sum(begin <= moment <= end for moment in sighting.begun[1:])
