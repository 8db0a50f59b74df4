"""Side `seed` of the benchmark: the design that this product began from, done straightforwardly, as its document describes it.

FastAPI, SQLAlchemy and sse-starlette. Every token is an INSERT and a COMMIT; a reader asks the table every 0.35 s, in a session of its own, and sends
each event as a frame; a run is a background task with one session. The pool is larger than SQLAlchemy's own default, which fails under these loads.
"""

import asyncio
import json
from collections.abc import AsyncGenerator
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import URL, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sse_starlette import EventSourceResponse
from uuid_utils.compat import uuid7

from app.application.ports import Completion, LanguageModel, Prompt
from app.infrastructure.models.tables import MessageRow, RunEventRow, RunRow, ThreadRow, UserRow

POLL = 0.35


class Body(BaseModel):
    name: str = ""
    user_id: int = 0
    content: str = ""


def make_seed(url: URL, model: LanguageModel) -> FastAPI:
    """The application; the tables are the product's."""
    sessions = async_sessionmaker(create_async_engine(url, pool_size=40, max_overflow=0, pool_timeout=120), expire_on_commit=False)
    app = FastAPI()
    running: set[asyncio.Task[None]] = set()

    @app.post("/api/users")
    async def create_user(body: Body) -> dict[str, int]:
        async with sessions() as session:
            user = UserRow(name=body.name)
            session.add(user)
            await session.commit()
            return {"user_id": user.id}

    @app.post("/api/threads")
    async def create_thread(body: Body) -> dict[str, str]:
        async with sessions() as session:
            thread = ThreadRow(id=uuid7(), user_id=body.user_id, assistant="cvs", title=None)
            session.add(thread)
            await session.commit()
            return {"thread_id": str(thread.id)}

    @app.post("/api/threads/{thread_id}/messages")
    async def post_message(thread_id: UUID, body: Body) -> dict[str, str]:
        async with sessions() as session:
            message = MessageRow(id=uuid7(), thread_id=thread_id, role="user", content=body.content, status="done")
            run = RunRow(id=uuid7(), thread_id=thread_id, message_id=message.id, answer_id=uuid7(), status="running", owner=uuid7())
            session.add_all([message, run])
            await session.commit()
        task = asyncio.create_task(_answer(sessions, model, run, body.content))
        running.add(task)
        task.add_done_callback(running.discard)
        return {"run_id": str(run.id)}

    @app.get("/api/runs/{run_id}/events")
    async def events(run_id: UUID) -> EventSourceResponse:
        return EventSourceResponse(_events(sessions, run_id))  # pyright: ignore[reportUnknownMemberType] - the library leaves a dict bare

    return app


async def _answer(sessions: async_sessionmaker[AsyncSession], model: LanguageModel, run: RunRow, question: str) -> None:
    """One session for the whole run; every event is committed by itself."""
    pieces: list[str] = []
    seq = 0
    async with sessions() as session:

        async def append(kind: str, data: dict[str, object]) -> None:
            nonlocal seq
            seq += 1
            await session.execute(insert(RunEventRow).values(run_id=run.id, seq=seq, type=kind, data=data))
            await session.commit()

        await session.scalars(select(MessageRow).where(MessageRow.thread_id == run.thread_id).order_by(MessageRow.ordinal))
        tokens = 0
        async for piece in model.stream(Prompt("", (), question)):
            if isinstance(piece, Completion):
                tokens = piece.usage.output_tokens or 0 if piece.usage else 0
            else:
                pieces.append(piece)
                await append("token", {"text": piece})
        text = "".join(pieces)
        await append("final", {"text": text, "usage": {"output_tokens": tokens}})
        session.add(MessageRow(id=run.answer_id, thread_id=run.thread_id, role="assistant", content=text, status="done", run_id=run.id))
        await session.execute(update(RunRow).where(RunRow.id == run.id).values(status="done"))
        await append("done", {"status": "done"})


async def _events(sessions: async_sessionmaker[AsyncSession], run_id: UUID) -> AsyncGenerator[dict[str, str], None]:
    cursor, done = 0, False
    while not done:
        async with sessions() as session:
            rows = await session.scalars(
                select(RunEventRow).where(RunEventRow.run_id == run_id, RunEventRow.seq > cursor).order_by(RunEventRow.seq)
            )
            events = rows.all()
        for event in events:
            cursor, done = event.seq, event.type == "done"
            yield {"id": str(event.seq), "event": event.type, "data": json.dumps(event.data)}
        if not done:
            await asyncio.sleep(POLL)
