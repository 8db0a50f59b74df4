"""A request that is cancelled when the process ends is answered in the product's form; one whose answer has begun is not answered twice."""

import asyncio
import json
from typing import Any

import pytest

from app.infrastructure.web.cut_off import CutOffMiddleware

START: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}


async def cancelled(*said: dict[str, Any], kind: str = "http") -> tuple[list[Any], asyncio.Task[None]]:
    """What was sent by a request that says this much, waits, and is cancelled."""
    sent, waiting = list[Any](), asyncio.Event()

    async def app(_scope: object, _receive: object, send: Any) -> None:
        for message in said:
            await send(message)
        waiting.set()
        await asyncio.Event().wait()

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.disconnect"}

    task = asyncio.ensure_future(CutOffMiddleware(app)({"type": kind, "method": "POST", "path": "/"}, receive, send))
    await waiting.wait()
    task.cancel()
    await asyncio.wait([task])
    return sent, task


async def test_one_that_has_not_been_answered_is_told_to_ask_again() -> None:
    sent, task = await cancelled()
    assert not task.cancelled()
    assert sent[0]["status"] == 503
    assert (b"retry-after", b"1") in sent[0]["headers"]
    assert json.loads(sent[1]["body"])["error"]["code"] == "shutting_down"


@pytest.mark.parametrize(("begun", "kind"), [(True, "http"), (False, "websocket"), (False, "lifespan")])
async def test_others_end_as_they_are(begun: bool, kind: str) -> None:
    said = [START] if begun else []
    sent, task = await cancelled(*said, kind=kind)
    assert task.cancelled()
    assert sent == said
