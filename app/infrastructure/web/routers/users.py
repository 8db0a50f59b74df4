"""`/api/users`: who talks."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query

from app.application.chat.create_user import CreateUserRequest
from app.application.chat.read_thread import ListThreadsRequest
from app.domain.chat.entities import Thread
from app.domain.chat.errors import InvalidCursor
from app.domain.chat.repositories.threads import ThreadCursor
from app.infrastructure.web.dependencies import Cases, LimitQuery, UserIdPath
from app.infrastructure.web.door import admin_only
from app.infrastructure.web.errors import ADMIN_ONLY, answers
from app.infrastructure.web.guarded_route import GuardedRoute
from app.infrastructure.web.schemas import CreateUserBody, ThreadOut, ThreadPage, UserOut

router = APIRouter(prefix="/api/users", tags=["users"], route_class=GuardedRoute)

NO_USER = (404, "user_not_found", "There is no user 7.")


@router.post("", status_code=201, summary="Create a user", dependencies=[Depends(admin_only)], responses=answers(ADMIN_ONLY))
async def create_user(body: CreateUserBody, cases: Cases) -> UserOut:
    """Names need not be unique; remember the `user_id`."""
    return UserOut.of(await cases.create_user.execute(CreateUserRequest(body.name)))


@router.get(
    "/{user_id}/threads",
    summary="List a user's threads",
    responses=answers(NO_USER, (400, "invalid_cursor", "The cursor is not one of this list.")),
)
async def list_threads(
    user_id: UserIdPath,
    cases: Cases,
    q: Annotated[
        str | None,
        Query(
            max_length=200,
            description="Keep threads whose title or text contains this, whatever the case and the accents.",
            examples=["kubernetes"],
        ),
    ] = None,
    limit: LimitQuery = 30,
    cursor: Annotated[str | None, Query(max_length=200, description="`next_cursor` of the page before.")] = None,
) -> ThreadPage:
    """The one used last comes first."""
    before = _parse(cursor) if cursor else None
    query = q.replace("\0", "") if q else None
    found = await cases.list_threads.execute(ListThreadsRequest(user_id, limit + 1, before, query))
    threads = found.threads[:limit]
    return ThreadPage(
        threads=[ThreadOut.of(thread) for thread in threads],
        answering=[thread.thread_id for thread in threads if thread.thread_id in found.answering],
        next_cursor=_spell(threads[-1]) if len(found.threads) > limit else None,
    )


def _spell(last: Thread) -> str:
    return urlsafe_b64encode(f"{last.updated_at.isoformat()} {last.thread_id}".encode()).decode()


def _parse(cursor: str) -> ThreadCursor:
    try:
        moment, thread_id = urlsafe_b64decode(cursor.encode()).decode().split(" ")
        return ThreadCursor(datetime.fromisoformat(moment).astimezone(UTC), UUID(thread_id))
    except (ValueError, OverflowError):
        raise InvalidCursor("The cursor is not one of this list. Use next_cursor of the page before, or leave it out.") from None
