"""The sides of the benchmark, one process each: `python -m tests.bench.servers SIDE --seconds S --rate R [--thinking S] [--adapter anthropic --provider URL]`.

seed      what the product began from: a commit a token, a poll every 0.35 s (`seed_design.py`)
direct    the model through the product's own stream response, with nothing in between: no database, no log, no resuming
stock     the same through sse-starlette as it comes, one frame at a time
product   the whole service as shipped, on the database in DATABASE_URL, one process
api       the service without executors; with `worker` beside it
worker    an executor alone

All but the last answer the same calls: POST a message, GET its events. Each prints its port (a worker: 0), then serves until it is told to stop. The
model is `paced_model.py` in the process itself, or one of the product's adapters with the fake providers behind it.
"""

import asyncio
import itertools
import signal
from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Sequence
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any

import typer
import uvicorn
import uvloop
from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import URL
from sse_starlette import EventSourceResponse

from app.application.ports import Completion, Context, LanguageModel, Prompt, Turn
from app.bootstrap.process import Overrides, running_service
from app.domain.chat.entities import Assistant, Message, Role
from app.domain.chat.events import Token, payload
from app.infrastructure.db import migrations
from app.infrastructure.db.database import open_database
from app.infrastructure.llm.streaming import Timeouts
from app.infrastructure.observability.logs import configure
from app.infrastructure.web.application import make_application
from app.infrastructure.web.http_protocol import BoundedHttpProtocol
from app.infrastructure.web.server import DrainingServer, listening_socket
from app.infrastructure.web.sse import RunEventsResponse, StreamSettings
from app.infrastructure.web.websocket.protocol import BoundedWebSocketProtocol
from app.settings import load_settings
from tests.bench.paced_model import PacedModel
from tests.bench.seed_design import make_seed
from tests.providers import adapters

SLOTS = 2000


def main(
    side: str,
    seconds: Annotated[float, typer.Option()] = 5,
    rate: Annotated[float, typer.Option()] = 50,
    thinking: Annotated[float, typer.Option()] = 0,
    adapter: Annotated[str, typer.Option()] = "",
    provider: Annotated[str, typer.Option()] = "",
) -> None:
    """Serve one side."""
    model: LanguageModel = adapters.make(adapter, provider, timeouts=Timeouts()) if adapter else PacedModel(seconds, rate, thinking)
    match side:
        case "direct" | "stock":
            uvloop.run(_serve(_direct(model, stock=side == "stock"), _nothing))
        case "seed":
            _on_database(lambda url: _serve(make_seed(url, model), _nothing))
        case "product":
            _on_database(lambda url: _product(url, model, SLOTS))
        case "api":
            _on_database(lambda url: _product(url, model, 0))
        case "worker":
            _on_database(lambda url: _worker(url, model))
        case _:
            raise typer.BadParameter(f"no such side: {side}")


def _on_database(run: Callable[[URL], Coroutine[Any, Any, None]]) -> None:
    settings = load_settings(env_file=None)
    url = settings.database_url
    with open_database(url.get_secret_value() if url else None, settings.data_dir) as database:
        migrations.upgrade(database.url)
        uvloop.run(run(database.url))


async def _product(url: URL, model: LanguageModel, slots: int) -> None:
    with TemporaryDirectory() as empty:
        settings = load_settings(env_file=None, overrides=_overrides(slots, Path(empty)))
        async with running_service(settings, url, Overrides(model, NoContext())) as service:
            await _serve(make_application(service.parts), service.drain)


async def _worker(url: URL, model: LanguageModel) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    with TemporaryDirectory() as empty:
        settings = load_settings(env_file=None, overrides=_overrides(SLOTS, Path(empty)))
        async with running_service(settings, url, Overrides(model, NoContext())):
            print("port 0", flush=True)
            await stop.wait()


def _overrides(slots: int, empty: Path) -> dict[str, object]:
    """As shipped, but: enough slots for one process, no end to an answer, no grace at the stop, and no CVs to index meanwhile."""
    return {
        "run_slots": slots,
        "run_max_characters": 10_000_000,
        "shutdown_grace": 0,
        "cvs_pdf_dir": empty,
        "rag_store": empty / "store",
    }


class NoContext:
    """Nothing to find: retrieval has a benchmark of its own."""

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:
        return Context()


class Body(BaseModel):
    content: str = ""


def _direct(model: LanguageModel, *, stock: bool) -> FastAPI:
    app = FastAPI()
    ids = itertools.count(1)
    questions: dict[str, str] = {}

    @app.post("/api/users")
    async def create_user() -> dict[str, int]:
        return {"user_id": 1}

    @app.post("/api/threads")
    async def create_thread() -> dict[str, str]:
        return {"thread_id": "1"}

    @app.post("/api/threads/{thread_id}/messages")
    async def post_message(thread_id: str, body: Body) -> dict[str, str]:
        run_id = str(next(ids))
        questions[run_id] = body.content
        return {"run_id": run_id}

    @app.get("/api/runs/{run_id}/events")
    async def events(run_id: str) -> EventSourceResponse:
        question = questions.pop(run_id)
        prompt = Prompt("", (Turn(Role.USER, question),), question)
        if stock:
            return EventSourceResponse(_stock_frames(model, prompt))  # pyright: ignore[reportUnknownMemberType] - the library leaves a dict bare
        return RunEventsResponse(_frames(model, prompt), StreamSettings(send_timeout=30, heartbeat=8))

    return app


async def _events(model: LanguageModel, prompt: Prompt) -> AsyncGenerator[tuple[int, str, str], None]:
    seq = 0
    async with aclosing(model.stream(prompt)) as pieces:
        async for piece in pieces:
            seq += 1
            if isinstance(piece, Completion):
                yield seq, "final", f'{{"output_tokens":{piece.usage.output_tokens if piece.usage else 0}}}'
                yield seq + 1, "done", '{"status":"done"}'
            else:
                yield seq, "token", payload(Token(piece))


async def _frames(model: LanguageModel, prompt: Prompt) -> AsyncGenerator[bytes, None]:
    async for seq, kind, data in _events(model, prompt):
        yield f"id: {seq}\nevent: {kind}\ndata: {data}\n\n".encode()


async def _stock_frames(model: LanguageModel, prompt: Prompt) -> AsyncGenerator[dict[str, str], None]:
    async for seq, kind, data in _events(model, prompt):
        yield {"id": str(seq), "event": kind, "data": data}


async def _nothing() -> None:
    pass


async def _serve(app: FastAPI, drain: Callable[[], Awaitable[None]]) -> None:
    listener = listening_socket("127.0.0.1", 0, 30)
    config = uvicorn.Config(
        app,
        lifespan="off",
        http=BoundedHttpProtocol,
        ws=BoundedWebSocketProtocol,
        ws_per_message_deflate=False,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    await DrainingServer(config, drain, lambda: print(f"port {listener.getsockname()[1]}", flush=True)).serve(sockets=[listener])


if __name__ == "__main__":
    configure("ERROR", json=False)  # to standard error: the port stands alone on standard output
    typer.run(main)
