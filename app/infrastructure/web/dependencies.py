"""What routes ask for: the use cases and the stream settings, which `web/application.py` hangs into the application, and the parameters that
several routes share, each described once.

Cursors are checked by the code that reads them, which answers 400; their patterns here are for the reference.
"""

from typing import Annotated
from uuid import UUID

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BeforeValidator

from app.application.use_cases import UseCases
from app.infrastructure.web.schemas import ID_MAX, KeyText
from app.infrastructure.web.sse import PACE_MAX, StreamSettings


# Coroutines, though they await nothing: FastAPI sends plain functions to a thread pool, at a millisecond a request.
async def _use_cases(request: Request) -> UseCases:
    use_cases = request.app.state.use_cases
    assert isinstance(use_cases, UseCases)
    return use_cases


async def _stream_settings(request: Request) -> StreamSettings:
    settings = request.app.state.stream_settings
    assert isinstance(settings, StreamSettings)
    return settings


Cases = Annotated[UseCases, Depends(_use_cases)]
Streams = Annotated[StreamSettings, Depends(_stream_settings)]


def _digits(value: object) -> object:
    """Python would also read `1_000`, ` 7` and digits of other scripts."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise ValueError("must be a whole number, written in digits")
    return value


UserIdPath = Annotated[int, Path(ge=1, le=ID_MAX, description="The user.", examples=[1]), BeforeValidator(_digits)]
ThreadIdPath = Annotated[UUID, Path(description="The thread.", examples=["019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11"])]
RunIdPath = Annotated[UUID, Path(description="The run.", examples=["019aa3f2-8a40-7b6e-8f0a-2f1f0c9b7d52"])]

LimitQuery = Annotated[int, Query(ge=1, le=100, description="Most to answer at once.", examples=[30]), BeforeValidator(_digits)]

_SEQ = {"pattern": "^[0-9]{1,18}$"}
_POSITION = {"pattern": "^(0|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:[0-9]{1,18})$"}
_AFTER = "Where to go on: the `id` of the last event seen."
_LAST_EVENT_ID = "The same, as EventSource sends it; wins over `after`."
_POSITION_EXAMPLES = ["019aa3f2-8a40-7b6e-8f0a-2f1f0c9b7d52:10"]

AfterSeq = Annotated[str | None, Query(description=_AFTER, examples=["10"], json_schema_extra=_SEQ)]
LastSeqHeader = Annotated[str | None, Header(alias="Last-Event-ID", description=_LAST_EVENT_ID, examples=["10"], json_schema_extra=_SEQ)]
AfterPosition = Annotated[
    str | None,
    Query(
        description=f"{_AFTER} `events_cursor` of the messages is one, too; `0` is before the first run.",
        examples=_POSITION_EXAMPLES,
        json_schema_extra=_POSITION,
    ),
]
LastPositionHeader = Annotated[
    str | None,
    Header(alias="Last-Event-ID", description=_LAST_EVENT_ID, examples=_POSITION_EXAMPLES, json_schema_extra=_POSITION),
]
PaceQuery = Annotated[
    int,
    Query(
        ge=0,
        le=PACE_MAX,
        description="Milliseconds between two pieces with tokens: what comes meanwhile is sent together. 0: everything at once. For readers that draw so often only.",
        examples=[50],
    ),
    BeforeValidator(_digits),
]
IdempotencyKeyHeader = Annotated[
    KeyText | None,
    Header(
        alias="Idempotency-Key",
        description="Your name for this request: repeated with the same body it answers the same run, however often and from wherever.",
        examples=["3f0c2b6e-question-1"],
    ),
]
