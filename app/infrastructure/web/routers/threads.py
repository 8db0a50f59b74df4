"""`/api/threads`: conversations, their messages, and their events one run after another."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.application.access.check_access import Resource
from app.application.chat.change_thread import RenameThreadRequest
from app.application.chat.create_thread import CreateThreadRequest
from app.application.chat.post_message_create_run import AfterLatest, PostMessageRequest
from app.application.chat.read_thread import History
from app.domain.chat.errors import InvalidCursor, InvalidInput
from app.infrastructure.web.dependencies import (
    AfterPosition,
    Cases,
    IdempotencyKeyHeader,
    LastPositionHeader,
    LimitQuery,
    PaceQuery,
    Streams,
    ThreadIdPath,
)
from app.infrastructure.web.door import WhileBelieved, Who
from app.infrastructure.web.errors import BUDGET_SPENT, KEY_REUSED, QUEUE_FULL, THREAD_BUSY, TOO_MANY_RUNS, TOO_MANY_STREAMS, answers
from app.infrastructure.web.guarded_route import GuardedRoute
from app.infrastructure.web.routers.event_stream import EVENT_STREAM
from app.infrastructure.web.schemas import (
    ActiveRunOut,
    CreateThreadBody,
    MessageOut,
    MessagePage,
    PostedOut,
    PostMessageBody,
    RenameThreadBody,
    ThreadOut,
    WaitingRunOut,
)
from app.infrastructure.web.sse import (
    SEQ_MAX,
    RunEventsResponse,
    chunks,
    thread_cursor,
    thread_event_id,
)

router = APIRouter(prefix="/api/threads", tags=["threads"], route_class=GuardedRoute)

NO_THREAD = (404, "thread_not_found", "There is no thread 019aa3f2-7c1e-7d33-9f52-6a1c0f6f2b11.")
BAD_CURSOR = (400, "invalid_cursor", "The cursor 'abc' is not of the form run_id:seq.")


@router.post("", status_code=201, summary="Create a thread", responses=answers((404, "user_not_found", "There is no user 7.")))
async def create_thread(body: CreateThreadBody, cases: Cases, who: Who) -> ThreadOut:
    """A conversation with one assistant."""
    await cases.check_access.execute(who, Resource("user", body.user_id))
    return ThreadOut.of(await cases.create_thread.execute(CreateThreadRequest(body.user_id, body.assistant, body.title)))


@router.get("/{thread_id}", summary="Read a thread", responses=answers(NO_THREAD))
async def read_thread(thread_id: ThreadIdPath, cases: Cases) -> ThreadOut:
    """Its title, its assistant and its dates; what was said comes from `/messages`."""
    return ThreadOut.of(await cases.read_thread.execute(thread_id))


@router.patch("/{thread_id}", summary="Rename a thread", responses=answers(NO_THREAD))
async def rename_thread(thread_id: ThreadIdPath, body: RenameThreadBody, cases: Cases) -> ThreadOut:
    """The list keeps its order: renaming is not using."""
    return ThreadOut.of(await cases.rename_thread.execute(RenameThreadRequest(thread_id, body.title)))


@router.delete("/{thread_id}", status_code=204, summary="Delete a thread", responses=answers(NO_THREAD))
async def delete_thread(thread_id: ThreadIdPath, cases: Cases) -> None:
    """Stops what is being answered and removes everything: messages, runs and their events."""
    await cases.delete_thread.execute(thread_id)


@router.get("/{thread_id}/messages", summary="Read the messages", responses=answers(NO_THREAD, BAD_CURSOR))
async def read_messages(
    thread_id: ThreadIdPath,
    cases: Cases,
    limit: LimitQuery = 30,
    cursor: Annotated[
        str | None, Query(description="`next_cursor` of the page before.", examples=["42"], json_schema_extra={"pattern": "^[0-9]{0,18}$"})
    ] = None,
) -> MessagePage:
    """Newest first, with the unfinished run and the answer so far, all of one moment: load this, then follow, and nothing is missed."""
    history = await cases.read_messages.execute(thread_id, limit + 1, _ordinal(cursor))
    messages = history.messages[:limit]
    return MessagePage(
        messages=[MessageOut.of(message) for message in messages],
        next_cursor=str(messages[-1].ordinal) if len(history.messages) > limit else None,
        active_run=ActiveRunOut.of(history.active) if history.active else None,
        waiting_runs=[WaitingRunOut.of(run) for run in history.waiting],
        events_cursor=_events_cursor(history),
    )


@router.post(
    "/{thread_id}/messages",
    status_code=201,
    summary="Post a message, start a run",
    responses=answers(
        NO_THREAD,
        THREAD_BUSY,
        QUEUE_FULL,
        KEY_REUSED,
        TOO_MANY_RUNS,
        BUDGET_SPENT,
        (422, "message_too_long", "content has 40000 characters; at most 32000 are accepted."),
        (422, "invalid_parent", "parent_id must be an answer in this thread, or null for a new beginning."),
    ),
)
async def post_message(
    thread_id: ThreadIdPath,
    body: PostMessageBody,
    cases: Cases,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKeyHeader = None,
) -> PostedOut:
    """Stores the message and the run that answers it in one transaction. Follow the answer at `events_url`."""
    limit = request.app.state.max_message_characters
    if len(body.content) > limit:
        raise InvalidInput(f"content has {len(body.content)} characters; at most {limit} are accepted.", code="message_too_long")
    parent = body.parent_id if "parent_id" in body.model_fields_set else AfterLatest.LATEST
    posted = await cases.post_message.execute(PostMessageRequest(thread_id, body.content, body.on_busy, parent, idempotency_key))
    if posted.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return PostedOut.of(posted.run)


@router.get(
    "/{thread_id}/events",
    status_code=200,
    summary="Follow a thread",
    response_class=RunEventsResponse,
    responses={**EVENT_STREAM, **answers(NO_THREAD, BAD_CURSOR, TOO_MANY_STREAMS)},
)
async def follow_thread(
    thread_id: ThreadIdPath,
    cases: Cases,
    streams: Streams,
    believed: WhileBelieved,
    after: AfterPosition = None,
    last_event_id: LastPositionHeader = None,
    pace: PaceQuery = 0,
) -> RunEventsResponse:
    """The events of the thread's runs one after another, also of runs started later and elsewhere; stays open. Frames carry
    `id: run_id:seq`. Without a cursor it begins with the unfinished run, or the next to come; `after=0` begins with the thread's first run."""
    batches = await cases.follow_thread.execute(thread_id, thread_cursor(last_event_id, after))
    return RunEventsResponse(chunks(batches, thread_event_id, pace), streams, believed)


def _ordinal(cursor: str | None) -> int | None:
    if not cursor:
        return None
    if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > 19 or int(cursor) > SEQ_MAX:
        raise InvalidCursor("The cursor is not one of this list. Use next_cursor of the page before, or leave it out.")
    return int(cursor)


def _events_cursor(history: History) -> str:
    if history.active is not None:
        return f"{history.active.run.run_id}:{history.active.transcript.last_seq}"
    return f"{history.latest_run.run_id}:{history.latest_run.last_seq}" if history.latest_run else "0"
