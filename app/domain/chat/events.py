"""The events of a run: what the executor writes, what `run_events` stores, what clients read.

The payload of each event is its dataclass fields, in this order; `docs/protocol.md` lists them for clients. A new event type is a
new class here plus one entry in `Event`; type checkers then point at every `match` that must learn it.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import ClassVar, NamedTuple
from uuid import UUID

from app.domain.chat.entities import RunStatus, Source, Usage


class EventType(StrEnum):
    """The events' names, as they are stored and sent."""

    STARTED = "started"
    SOURCES = "sources"
    TOKEN = "token"
    RESTARTED = "restarted"
    FINAL = "final"
    ERROR = "error"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Started:
    """An executor has the run. `message_id` is the id the answer will be stored under."""

    type: ClassVar[EventType] = EventType.STARTED
    attempt: int
    provider: str
    model: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Sources:
    """What the answer will rest on; comes before the first token."""

    type: ClassVar[EventType] = EventType.SOURCES
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Token:
    """Text to append. Neighbouring tokens may be stored as one event: the text is exact, the number of events is not promised."""

    type: ClassVar[EventType] = EventType.TOKEN
    text: str


@dataclass(frozen=True, slots=True)
class Restarted:
    """Another executor took over. The first `keep` characters (Unicode code points) of the text so far stand; drop the rest."""

    type: ClassVar[EventType] = EventType.RESTARTED
    attempt: int
    reason: str
    keep: int


@dataclass(frozen=True, slots=True)
class Final:
    """The whole answer, equal to the tokens put together."""

    type: ClassVar[EventType] = EventType.FINAL
    text: str
    sources: tuple[Source, ...]
    usage: Usage | None
    finish_reason: str | None


@dataclass(frozen=True, slots=True)
class Error:
    """The run failed; `done` follows."""

    type: ClassVar[EventType] = EventType.ERROR
    code: str
    message: str
    retryable: bool


@dataclass(frozen=True, slots=True)
class Done:
    """Always the last event of a run, exactly once."""

    type: ClassVar[EventType] = EventType.DONE
    status: RunStatus


Event = Started | Sources | Token | Restarted | Final | Error | Done


class StoredEvent(NamedTuple):
    """A committed event: `seq` counts 1, 2, 3 ... within its run, `data` is the payload as compact JSON text.

    A tuple, because one is made for every row of every replay: that costs half of what a frozen dataclass does.
    """

    run_id: UUID
    seq: int
    type: EventType
    data: str


def merged(events: Sequence[Event]) -> Sequence[Event]:
    """The same events with neighbouring tokens joined into one."""
    if len(events) == 1:
        return events
    result: list[Event] = []
    texts: list[str] = []
    for event in events:
        if isinstance(event, Token):
            texts.append(event.text)
            continue
        if texts:
            result.append(Token("".join(texts)))
            texts = []
        result.append(event)
    if texts:
        result.append(Token("".join(texts)))
    return result


def payload(event: Event) -> str:
    """The event's fields as compact JSON text. Serialised here once; every reader gets these bytes."""
    if isinstance(event, Token):  # the hot one: no asdict
        return f'{{"text":{_compact(event.text)}}}'
    return _compact(asdict(event))


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""Made once: `json.dumps` with arguments makes an encoder a call."""
