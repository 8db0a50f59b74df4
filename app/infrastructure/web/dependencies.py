"""What routes ask for, taken from the application they run in: the use cases, the stream settings. Set by `web/application.py`."""

from typing import Annotated

from fastapi import Depends, Header, Request

from app.application.use_cases import UseCases
from app.infrastructure.web.sse import StreamSettings

KEY_LIMIT = 255


def _use_cases(request: Request) -> UseCases:
    use_cases = request.app.state.use_cases
    assert isinstance(use_cases, UseCases)
    return use_cases


def _stream_settings(request: Request) -> StreamSettings:
    settings = request.app.state.stream_settings
    assert isinstance(settings, StreamSettings)
    return settings


Cases = Annotated[UseCases, Depends(_use_cases)]
Streams = Annotated[StreamSettings, Depends(_stream_settings)]
IdempotencyKeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=KEY_LIMIT,
        pattern=r"^[\x21-\x7e]+$",
        description="Your name for this request: repeated with the same body it answers the same run, however often and from wherever.",
        examples=["3f0c2b6e-question-1"],
    ),
]
