"""The two sides of the benchmark, each one process: `python -m tests.bench.servers product|direct --tokens N --rate R`.

product   the whole service as shipped, on the database in DATABASE_URL, one process
direct    the same model through the same SSE library with nothing in between: no database, no log, no resuming. What it costs to stream at all.

Both answer the same two calls: POST a message, GET its events. Prints its port, then serves until killed.
"""

import itertools
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Annotated

import typer
import uvicorn
import uvloop
from fastapi import FastAPI

from app.application.ports import Completion, Context, Prompt
from app.bootstrap.process import Overrides, running_service
from app.domain.chat.entities import Assistant, Message
from app.domain.chat.events import Token, payload
from app.infrastructure.db import migrations
from app.infrastructure.db.database import open_database
from app.infrastructure.observability.logs import configure
from app.infrastructure.web.application import make_application
from app.infrastructure.web.server import DrainingServer, listening_socket
from app.infrastructure.web.sse import RunEventsResponse, StreamSettings
from app.settings import load_settings
from tests.bench.paced_model import PacedModel

cli = typer.Typer()
Tokens = Annotated[int, typer.Option()]
Rate = Annotated[float, typer.Option()]


@cli.command()
def product(tokens: Tokens = 200, rate: Rate = 50) -> None:
    """The service."""
    settings = load_settings(env_file=None, overrides={"run_slots": 2000, "max_message_characters": 1000})
    url = settings.database_url
    with open_database(url.get_secret_value() if url else None, settings.data_dir) as database:
        migrations.upgrade(database.url)

        async def run() -> None:
            async with running_service(settings, database.url, Overrides(PacedModel(tokens, rate), NoContext())) as service:
                await _serve(make_application(service.parts), service.drain)

        uvloop.run(run())


@cli.command()
def direct(tokens: Tokens = 200, rate: Rate = 50) -> None:
    """Model to reader, nothing else."""
    app = FastAPI()
    model = PacedModel(tokens, rate)
    ids = itertools.count(1)

    @app.post("/api/users")
    async def create_user() -> dict[str, int]:
        return {"user_id": 1}

    @app.post("/api/threads")
    async def create_thread() -> dict[str, str]:
        return {"thread_id": "1"}

    @app.post("/api/threads/{thread_id}/messages")
    async def post_message(thread_id: str) -> dict[str, str]:
        return {"run_id": str(next(ids))}

    @app.get("/api/runs/{run_id}/events")
    async def events(run_id: str) -> RunEventsResponse:
        return RunEventsResponse(_frames(model), StreamSettings(send_timeout=30, heartbeat=8))

    async def nothing() -> None:
        pass

    uvloop.run(_serve(app, nothing))


class NoContext:
    """Nothing to find: retrieval has a benchmark of its own."""

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:
        return Context()


async def _frames(model: PacedModel) -> AsyncGenerator[bytes, None]:
    seq = 0
    async with aclosing(model.stream(Prompt("", (), ""))) as pieces:
        async for piece in pieces:
            seq += 1
            if isinstance(piece, Completion):
                yield f'id: {seq}\nevent: done\ndata: {{"status":"done"}}\n\n'.encode()
            else:
                yield f"id: {seq}\nevent: token\ndata: {payload(Token(piece))}\n\n".encode()


async def _serve(app: FastAPI, drain: object) -> None:
    listener = listening_socket("127.0.0.1", 0, 30)
    config = uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, timeout_graceful_shutdown=1)
    server = DrainingServer(config, drain, lambda: print(f"port {listener.getsockname()[1]}", flush=True))  # pyright: ignore[reportArgumentType]
    await server.serve(sockets=[listener])


if __name__ == "__main__":
    configure("WARNING", json=False)  # to standard error: the port stands alone on standard output
    cli()
