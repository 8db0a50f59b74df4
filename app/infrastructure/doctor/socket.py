"""Does a WebSocket come through?"""

import asyncio
import json

import websockets
from websockets.asyncio.client import connect

from app.infrastructure.doctor.deployment import Deployment
from app.infrastructure.doctor.report import Report

ANSWER_SECONDS = 10.0
UPGRADE = (
    "Let the proxy upgrade /ws (nginx: proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection upgrade), or use SSE, "
    "which needs none of it."
)


async def check_websocket(deployment: Deployment, thread_id: str, report: Report) -> None:
    """Open the session, hear who it is, send a ping, hear the pong."""
    address = f"ws{deployment.base.removeprefix('http')}/ws?session_id={thread_id}"
    try:
        async with asyncio.timeout(ANSWER_SECONDS), connect(address, additional_headers=deployment.authorization, proxy=None) as socket:
            first = json.loads(await socket.recv())
            if first.get("type") != "session":
                report.fail(
                    "websocket",
                    f"It begins with {first.get('code') or first.get('type')}, not with the session.",
                    str(first.get("error", "")),
                )
                return
            await socket.send(json.dumps({"type": "ping", "id": "doctor"}))
            while json.loads(await socket.recv()).get("type") != "pong":
                pass
    except websockets.InvalidStatus as error:
        report.fail("websocket", f"The handshake got {error.response.status_code} instead of an upgrade.", UPGRADE)
    except (websockets.WebSocketException, OSError, TimeoutError, ValueError) as error:
        report.fail("websocket", f"The connection did not come about, or said nothing ({type(error).__name__}).", UPGRADE)
    else:
        report.ok("websocket", "The upgrade works, and a ping came back.")
