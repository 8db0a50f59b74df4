"""One WebSocket: a reader of the client's messages beside a follower of the thread, until one of them ends.

    reader     one message at a time; the next waits in the socket until this one is answered
    follower   the thread's events as messages, also of runs that other connections, pages or processes started

Neither keeps anything that a lost connection could take with it: a question is answered by a run in the database, and what the client has seen is in the
client's hands, as `run_id` and `seq`. A client that does not read is cut when one message has waited for the send time-out.

Made and awaited by the route.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial

import structlog
from pydantic import BaseModel, ValidationError
from starlette.websockets import WebSocket, WebSocketDisconnect

from app.application.access.open_streams import Believed
from app.application.chat.open_session import Session
from app.application.chat.post_message_create_run import Posted, PostMessageRequest
from app.application.use_cases import UseCases
from app.domain.chat.entities import Run
from app.domain.chat.errors import ChatError, InvalidInput, NotAuthenticated, NotFound, Unavailable
from app.domain.chat.events import StoredEvent
from app.infrastructure.web.websocket import failures, messages
from app.infrastructure.web.websocket.failures import Close, Wrong
from app.infrastructure.web.websocket.messages import (
    AcceptedMessage,
    ActiveRun,
    CancelledMessage,
    CancelMessage,
    ErrorMessage,
    PingMessage,
    PongMessage,
    QuestionMessage,
    SessionMessage,
)
from app.infrastructure.web.websocket.pace import Pace

CLOSING_EVENTS = 2
"""A run ends with `final` or `error`, and `done`."""

OVER = "What was shown is not valid any more. Sign in again, and connect again."

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SocketLimits:
    """`send_timeout`: seconds a client may leave a message unread. `question_characters`: the longest question."""

    send_timeout: float
    question_characters: int


class ChatSession:
    """One connection to one session. `run` returns when the connection is over. `count` is asked before each question and cancel, and refuses too many;
    `believed` ends the connection with what was shown for it."""

    def __init__(
        self,
        socket: WebSocket,
        cases: UseCases,
        limits: SocketLimits,
        session: Session,
        count: Callable[[], Awaitable[None]],
        believed: Believed,
    ) -> None:
        self._socket = socket
        self._count = count
        self._believed = believed
        self._cases = cases
        self._limits = limits
        self._session = session
        self._thread_id = session.thread.thread_id
        self._order = asyncio.Lock()
        """Held from a post to its `accepted`: a run's own messages come after it."""

    async def run(self) -> None:
        """Talk until the client goes or is not believed any more, the session is deleted, or the service stops."""
        refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        try:
            await self._send(self._greeting())
            with self._believed(partial(_settle, refused)):
                async with asyncio.TaskGroup() as tasks:
                    ends = {refused, tasks.create_task(self._read(), name="read"), tasks.create_task(self._follow(), name="follow")}
                    done, others = await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
                    for other in others:
                        other.cancel()
                    if refused in done:
                        await self._send_off(NotAuthenticated(OVER, code="invalid_credentials"))
        except* WebSocketDisconnect:
            pass
        except* TimeoutError:
            _log.info("A WebSocket client did not read and was cut", session_id=str(self._thread_id))

    def _greeting(self) -> SessionMessage:
        thread, active = self._session.thread, self._session.active
        return SessionMessage(
            session_id=thread.thread_id,
            user_id=thread.user_id,
            assistant=thread.assistant,
            resumed=self._session.resumed,
            active_run=ActiveRun(run_id=active.run_id, last_seq=active.last_seq) if active else None,
        )

    # -- what the client says --------------------------------------------------------------------------------------------------------

    async def _read(self) -> None:
        """Answer message after message. Raises `WebSocketDisconnect` when the client is gone."""
        pace = Pace(time.monotonic)
        while True:
            await pace.keep()
            frame = await self._socket.receive()
            if frame["type"] == "websocket.disconnect":
                raise WebSocketDisconnect(frame["code"])
            text = frame.get("text")
            if text is None:
                await self._complain(failures.BINARY)
                continue
            try:
                message = messages.read(text)
            except ValidationError as error:
                await self._complain(failures.of_validation(error))
                continue
            await self._answer(message)

    async def _answer(self, message: QuestionMessage | CancelMessage | PingMessage) -> None:
        try:
            match message:
                case QuestionMessage():
                    await self._ask(message)
                case CancelMessage():
                    await self._count()
                    run = await self._cases.cancel_in_thread.execute(self._thread_id, message.run_id)
                    await self._send(CancelledMessage(run_id=run.run_id if run else None))
                case PingMessage():
                    await self._send(PongMessage(id=message.id))
        except NotAuthenticated as error:
            await self._send_off(error, _id_of(message))
            raise WebSocketDisconnect(Close.REFUSED) from None
        except ChatError as error:
            await self._complain(failures.of_error(error), _id_of(message))
        except (WebSocketDisconnect, TimeoutError):
            raise
        except Exception:  # noqa: BLE001 - whatever it was, the connection goes on
            _log.exception("A WebSocket message failed unexpectedly", session_id=str(self._thread_id), type=message.type)
            await self._complain(failures.INTERNAL, _id_of(message))

    async def _ask(self, question: QuestionMessage) -> None:
        limit = self._limits.question_characters
        if len(question.question) > limit:
            raise InvalidInput(f"question has {len(question.question)} characters; at most {limit} are accepted.", code="message_too_long")
        await self._count()
        async with self._order:
            posted = await self._cases.post_message.execute(
                PostMessageRequest(self._thread_id, question.question, question.on_busy, idempotency_key=question.id)
            )
            await self._send(_accepted(posted, question.id))
            if posted.run.ordinal < self._session.first_ordinal:
                await self._tell_again(posted.run)

    async def _tell_again(self, run: Run) -> None:
        """A question that was asked and answered before this connection began: the follower is past it, so its end is told here."""
        batches = await self._cases.follow_run.execute(run.run_id, max(0, run.last_seq - CLOSING_EVENTS))
        async with aclosing(batches):
            async for batch in batches:
                for message in messages.told_again(batch):
                    await self._send_text(message)

    # -- what the thread says --------------------------------------------------------------------------------------------------------

    async def _follow(self) -> None:
        """Pass the thread's events on; when they end, close."""
        try:
            batches = await self._cases.follow_thread.execute(self._thread_id, self._session.position)
            async with aclosing(batches):
                async for batch in batches:
                    async with self._order:
                        await self._pass_on(batch)
            await self._cases.read_thread.execute(self._thread_id)
        except NotFound as gone:
            await self._complain(failures.of_error(gone))
            await self._close(Close.REFUSED, "the session was deleted")
        except Unavailable as error:
            await self._complain(failures.of_error(error))
            await self._close(Close.LATER, "come back in a moment")
        else:
            await self._close(Close.RESTART, "this process stops: come back")

    async def _pass_on(self, batch: Sequence[StoredEvent]) -> None:
        for message in messages.of_events(batch):
            await self._send_text(message)

    # -- sending ---------------------------------------------------------------------------------------------------------------------

    async def _send_off(self, error: NotAuthenticated, message_id: str | None = None) -> None:
        """Say why, and close."""
        await self._complain(failures.of_error(error), message_id)
        await self._close(Close.REFUSED, error.code)

    async def _complain(self, wrong: Wrong, message_id: str | None = None) -> None:
        await self._send_text(error_message(wrong, message_id))

    async def _send(self, message: BaseModel) -> None:
        await self._send_text(message.model_dump_json())

    async def _send_text(self, text: str) -> None:
        """Raises `TimeoutError` if the client does not read, `WebSocketDisconnect` if it is gone."""
        async with asyncio.timeout(self._limits.send_timeout):
            try:
                await self._socket.send_text(text)
            except RuntimeError:  # closed from this side meanwhile
                raise WebSocketDisconnect(1006) from None

    async def _close(self, code: int, reason: str) -> None:
        async with asyncio.timeout(self._limits.send_timeout):
            try:
                await self._socket.close(code, reason)
            except RuntimeError:
                raise WebSocketDisconnect(1006) from None


def error_message(wrong: Wrong, message_id: str | None = None) -> str:
    """A failure as a message, without the fields that say nothing."""
    message = ErrorMessage(
        error=wrong.sentence,
        code=wrong.code,
        reason=wrong.reason,
        retryable=wrong.retryable,
        retry_after=wrong.retry_after,
        id=message_id,
        run_id=wrong.run_id,
    )
    return message.model_dump_json(exclude_none=True)


def _settle(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _accepted(posted: Posted, message_id: str | None) -> AcceptedMessage:
    run = posted.run
    return AcceptedMessage(id=message_id, run_id=run.run_id, message_id=run.message_id, answer_id=run.answer_id, replayed=posted.replayed)


def _id_of(message: QuestionMessage | CancelMessage | PingMessage) -> str | None:
    return None if isinstance(message, CancelMessage) else message.id
