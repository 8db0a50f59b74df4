"""`/ws`: chat over one WebSocket. Lets in or refuses, finds the session, and leaves the rest to `ChatSession`.

A page from elsewhere, or a host that is not ours, is refused before the handshake (`security.py`). Everything else is said over the opened connection,
since a browser shows a page nothing of a refused handshake.
"""

from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

import structlog
from fastapi import APIRouter, Query, WebSocket
from fastapi.responses import JSONResponse
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.websockets import WebSocketDisconnect

from app.application.access.check_access import Resource
from app.application.access.sign_ins import WEBSOCKET
from app.application.chat.open_session import After, NewSessionRequest, ResumeSessionRequest, Session
from app.application.principal import Principal
from app.application.use_cases import UseCases
from app.domain.chat.entities import Assistant
from app.domain.chat.errors import ChatError, Forbidden, InvalidCursor
from app.infrastructure.web.door import Door
from app.infrastructure.web.errors import answers, problem
from app.infrastructure.web.schemas import ID_MAX
from app.infrastructure.web.sse import run_cursor, thread_cursor
from app.infrastructure.web.websocket import failures
from app.infrastructure.web.websocket.failures import Close, ErrorCode, Wrong
from app.infrastructure.web.websocket.session import ChatSession, SocketLimits, error_message

router = APIRouter(tags=["websocket"])

_log = structlog.get_logger(__name__)


def _nothing_if_empty(value: object) -> object:
    return value or None


SessionIdQuery = Annotated[
    UUID | None,
    Query(description="Resume this session: a thread's id. Left out: begin a new one.", examples=["019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11"]),
]
AfterQuery = Annotated[
    str | None,
    Query(
        description="What was seen: `run_id:seq` of the last message, or `seq` alone, in the answer that is being written or was written last.",
        examples=["019aa3f2-8a40-7b6e-8f0a-2f1f0c9b7d52:10"],
        pattern="^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:)?[0-9]{1,18}$",
    ),
]
UserIdQuery = Annotated[int | None, Query(ge=1, le=ID_MAX, description="Whose new session it is. Left out: a new user's.")]
AssistantQuery = Annotated[Literal["resume", "cvs"], Query(description="Who answers in a new session.")]


class Parameters(BaseModel):
    """The query of the WebSocket's address. Others are passed over: proxies and libraries add their own."""

    model_config = ConfigDict(extra="ignore")

    session_id: Annotated[UUID | None, BeforeValidator(_nothing_if_empty)] = None
    after: Annotated[str | None, BeforeValidator(_nothing_if_empty)] = None
    user_id: Annotated[int | None, Field(ge=1, le=ID_MAX), BeforeValidator(_nothing_if_empty)] = None
    assistant: Assistant = Assistant.RESUME


NO_HANDSHAKE = "Talk to this address with a WebSocket client: ws:// instead of http://."
FOREIGN = "This page may not do that here. The operator of this server can add its origin to CORS_ORIGINS."

UPGRADE: dict[int | str, dict[str, Any]] = {
    101: {
        "description": "The WebSocket is open. The server sends `WebSocketServerMessage`s, beginning with `session`; the client sends "
        "`WebSocketClientMessage`s. Both are JSON in text frames. See `docs/protocol.md` §6, with examples.",
    },
    **answers((426, "upgrade_required", NO_HANDSHAKE), (403, "origin_refused", FOREIGN)),
}

MESSAGES = {
    "x-websocket": {
        "client": {"$ref": "#/components/schemas/WebSocketClientMessage"},
        "server": {"$ref": "#/components/schemas/WebSocketServerMessage"},
    }
}
"""OpenAPI has no words for what is said over a WebSocket: an extension names the schemas."""


@router.get("/ws", summary="Chat over a WebSocket", responses=UPGRADE, status_code=101, response_class=JSONResponse, openapi_extra=MESSAGES)
async def open_websocket(
    session_id: SessionIdQuery = None,  # noqa: ARG001 - the parameters stand here for the reference; the WebSocket reads its own
    after: AfterQuery = None,  # noqa: ARG001
    user_id: UserIdQuery = None,  # noqa: ARG001
    assistant: AssistantQuery = "resume",  # noqa: ARG001
) -> JSONResponse:
    """Connect with `ws://` or `wss://`; ask with `{"type": "question", "question": "…"}`."""
    return problem(426, "upgrade_required", NO_HANDSHAKE, {"Upgrade": "websocket"})


@router.websocket("/ws")
async def websocket(socket: WebSocket) -> None:
    """One connection, from the handshake to the end."""
    state = socket.app.state
    await socket.accept()
    try:
        session = await _session(socket, state.use_cases, state.door)
        if session is None:
            return
        named = {"session_id": str(session.thread.thread_id), "resumed": session.resumed}
        _log.info("A WebSocket session was opened", **named)
        limits = SocketLimits(state.stream_settings.send_timeout, state.max_message_characters)
        await ChatSession(socket, state.use_cases, limits, session, partial(state.door.count, socket), state.door.believed(socket)).run()
        _log.info("A WebSocket session was left", **named)
    except WebSocketDisconnect:
        _log.info("A WebSocket client went before its session began")


async def _session(socket: WebSocket, cases: UseCases, door: Door) -> Session | None:
    """The session that the address asks for; None if there is none: then the client was told why, and the connection is closed."""
    try:
        asked = Parameters.model_validate(dict(socket.query_params))
        principal = await door.enter(socket, f"thread:{asked.session_id}" if asked.session_id else WEBSOCKET)
        door.open_streams.make_room(principal)
        return await _opened(asked, cases, principal)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        wrong = Wrong(ErrorCode.VALIDATION_ERROR, "invalid_request", f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        await _refuse(socket, wrong, Close.REFUSED)
    except ChatError as error:
        await _refuse(socket, failures.of_error(error), failures.close_code(error))
    except Exception:  # noqa: BLE001 - whatever it was, the client hears of it
        _log.exception("A WebSocket session could not be opened")
        await _refuse(socket, failures.INTERNAL, Close.WRONG)
    return None


async def _opened(asked: Parameters, cases: UseCases, principal: Principal) -> Session:
    """A new session is the principal's, or with AUTH_MODE=off whose the client says; an old one has to be the principal's."""
    if asked.session_id is None:
        if asked.after:
            raise InvalidCursor("after goes with session_id: name the session that the cursor is of.")
        user_id = asked.user_id if asked.user_id is not None else principal.user_id
        if user_id is not None:
            await cases.check_access.execute(principal, Resource("user", user_id))
        elif principal.scope is not None:
            raise Forbidden("An admin key has no conversations. Use a user's key.", code="user_required")
        return await cases.open_session.begin(NewSessionRequest(user_id, asked.assistant))
    await cases.check_access.execute(principal, Resource("thread", asked.session_id))
    return await cases.open_session.resume(ResumeSessionRequest(asked.session_id, _after(asked.after)))


def _after(text: str | None) -> After:
    if text is None:
        return None
    return thread_cursor(None, text) if ":" in text else run_cursor(None, text)


async def _refuse(socket: WebSocket, wrong: Wrong, code: int) -> None:
    """Say why, and close."""
    await socket.send_text(error_message(wrong))
    await socket.close(code, wrong.reason)
