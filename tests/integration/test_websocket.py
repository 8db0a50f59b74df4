"""The WebSocket of one real server, as a client meets it: the dialogue, its errors, sessions, limits and refusals (docs/protocol.md §6)."""

import asyncio
import base64
import json
import os
import re
import shutil
import socket as sockets
import subprocess
import sys
import uuid
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx
import jsonschema_rs
import pytest
import websockets
from sqlalchemy import URL

from app.bootstrap.version import app_version
from app.infrastructure.web.application import openapi_document
from tests.e2e.facts import until
from tests.integration.serving import assert_problem, assert_quiet, serving
from tests.processes import ROOT, Process
from tests.socket_reader import Message, Socket, address, socket
from tests.talk import new_thread, post, run

QUESTION = "Which programming languages does this person know?"
MAX_BYTES = 20_000


@pytest.fixture(scope="module")
def server(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Process]:
    limits = {"MAX_BODY_BYTES": str(MAX_BYTES), "MAX_MESSAGE_CHARACTERS": "1000", "CORS_ORIGINS": "https://friend.example"}
    folder = tmp_path_factory.mktemp("websocket")
    with serving(cluster, template, folder, OFFLINE_TOKENS_PER_SECOND="100", STREAM_SEND_TIMEOUT="3", **limits) as process:
        yield process
        assert_quiet(process)


async def _begin(opened: Socket) -> Message:
    message = await opened.hear()
    assert message["type"] == "session"
    return message


# -- the dialogue ----------------------------------------------------------------------------------------------------------------------


async def test_a_question_is_accepted_streamed_and_answered(server: Process) -> None:
    async with socket(server.url) as opened:
        session = await _begin(opened)
        heard = await opened.ask(QUESTION, id="first")
    assert session | {"session_id": "", "user_id": 0} == {
        "type": "session",
        "session_id": "",
        "user_id": 0,
        "assistant": "resume",
        "resumed": False,
        "active_run": None,
    }
    kinds = [message["type"] for message in heard]
    assert kinds == ["accepted", "started", "sources", *["token"] * kinds.count("token"), "response", "done"]
    assert kinds.count("token") > 5
    accepted, response, done = heard[0], heard[-2], heard[-1]
    assert (accepted["id"], accepted["replayed"], done["status"]) == ("first", False, "done")
    assert {message["run_id"] for message in heard} == {accepted["run_id"]}
    assert "".join(message["token"] for message in heard if message["type"] == "token") == response["response"]
    assert response["sources"] == heard[2]["sources"]
    seqs = [message["seq"] for message in heard[1:]]
    assert seqs == sorted(set(seqs))


async def test_every_message_is_one_of_the_documented_ones(server: Process) -> None:
    document = openapi_document(app_version())
    schema = {"$ref": "#/components/schemas/WebSocketServerMessage", "components": document["components"]}
    documented = jsonschema_rs.Draft202012Validator(schema, validate_formats=True)
    async with socket(server.url) as opened:
        heard = [await opened.hear(), *await opened.ask(QUESTION)]
        for message in ({"type": "ping", "id": "1"}, {"type": "cancel"}, {"type": "nonsense"}):
            await opened.say(**message)
            heard.append(await opened.hear())
    assert {"session", "accepted", "started", "sources", "token", "response", "done", "pong", "cancelled", "error"} == {
        message["type"] for message in heard
    }
    for message in heard:
        documented.validate(message)


async def test_the_conversation_goes_on_and_is_that_of_the_rest_api(server: Process) -> None:
    async with socket(server.url) as opened:
        session = await _begin(opened)
        answers = [(await opened.ask(question))[-2]["response"] for question in (QUESTION, "Where did they study?")]
    async with httpx.AsyncClient(base_url=server.url) as client:
        page = (await client.get(f"/api/threads/{session['session_id']}/messages")).json()
        threads = (await client.get(f"/api/users/{session['user_id']}/threads")).json()["threads"]
    assert [message["content"] for message in reversed(page["messages"])] == [QUESTION, answers[0], "Where did they study?", answers[1]]
    assert [(thread["thread_id"], thread["assistant"]) for thread in threads] == [(session["session_id"], "resume")]


async def test_a_new_session_is_of_the_user_and_with_the_assistant_that_were_named(server: Process) -> None:
    async with httpx.AsyncClient() as client:
        user_id = (await client.post(f"{server.url}/api/users", json={"name": "somebody"})).json()["user_id"]
    async with socket(server.url, user_id=str(user_id), assistant="cvs") as opened:
        session = await _begin(opened)
    assert (session["user_id"], session["assistant"]) == (user_id, "cvs")


async def test_what_happens_in_the_session_elsewhere_comes_too(server: Process) -> None:
    async with socket(server.url) as here, httpx.AsyncClient() as client:
        session = await _begin(here)
        async with socket(server.url, session_id=session["session_id"]) as there:
            assert (await _begin(there))["resumed"]
            posted = await post(client, server.url, session["session_id"], QUESTION)
            heard = [await opened.until("done") for opened in (here, there)]
    for messages in heard:
        assert {message["run_id"] for message in messages} == {posted["run_id"]}
        assert messages[-2]["response"] == heard[0][-2]["response"]


async def test_ping(server: Process) -> None:
    async with socket(server.url) as opened:
        await _begin(opened)
        for name in ("1", None):
            await opened.say(type="ping", **({"id": name} if name else {}))
            assert await opened.hear() == {"type": "pong", "id": name}


async def test_cancel(server: Process) -> None:
    async with socket(server.url) as opened, httpx.AsyncClient() as client:
        session = await _begin(opened)
        await opened.say(type="cancel")
        assert await opened.hear() == {"type": "cancelled", "run_id": None}
        await opened.say(type="question", question=QUESTION)
        run_id = (await opened.until("token"))[-1]["run_id"]
        await opened.say(type="cancel")
        heard = await opened.until_all("done", "cancelled")
        assert {"type": "cancelled", "run_id": run_id} in heard
        assert [message["status"] for message in heard if message["type"] == "done"] == ["cancelled"]
        assert (await run(client, server.url, run_id))["status"] == "cancelled"
        await opened.say(type="cancel", run_id=run_id)
        assert await opened.hear() == {"type": "cancelled", "run_id": None}

        other = await post(client, server.url, await new_thread(client, server.url), QUESTION)
        await opened.say(type="cancel", run_id=other["run_id"])
        refused = await opened.hear()
        assert (refused["code"], refused["reason"]) == ("VALIDATION_ERROR", "run_not_found"), "another session's run is nobody's here"
        assert session["session_id"] != other["thread_id"]


async def test_a_busy_session_says_which_run_is_in_the_way_or_queues(server: Process) -> None:
    async with socket(server.url) as opened:
        await _begin(opened)
        await opened.say(type="question", question=QUESTION)
        first = await opened.hear()
        await opened.say(type="question", question="And now?", id="second")
        refused = (await opened.until("error"))[-1]
        assert {key: refused[key] for key in ("code", "reason", "run_id", "id")} == {
            "code": "VALIDATION_ERROR",
            "reason": "thread_busy",
            "run_id": first["run_id"],
            "id": "second",
        }
        await opened.say(type="question", question="And now?", id="second", on_busy="enqueue")
        heard = await opened.until("done") + await opened.until("done")
    assert [message["run_id"] for message in heard if message["type"] == "done"] == [first["run_id"], heard[-1]["run_id"]]
    assert heard[-1]["run_id"] != first["run_id"]


# -- coming back -----------------------------------------------------------------------------------------------------------------------


async def test_a_question_sent_again_is_the_same_run(server: Process) -> None:
    async with socket(server.url) as opened:
        session = await _begin(opened)
        heard = await opened.ask(QUESTION, id="q")
    run_id, answer = heard[0]["run_id"], heard[-2]["response"]
    async with socket(server.url, session_id=session["session_id"]) as again:
        assert (await _begin(again))["active_run"] is None
        told = await again.ask(QUESTION, id="q")
        assert [(message["type"], message["run_id"]) for message in told] == [(kind, run_id) for kind in ("accepted", "response", "done")]
        assert (told[0]["replayed"], told[1]["response"]) == (True, answer)
        assert "seq" not in told[1]
        assert "seq" not in told[2]
        await again.say(type="question", question="Something else", id="q")
        assert (await again.hear())["reason"] == "idempotency_key_reused"
        assert (await again.ask("Where did they study?", id="q2"))[0]["replayed"] is False, "and the session goes on"


@pytest.mark.parametrize("place", ["plain", "exact"])
async def test_resuming_after_a_message_gives_exactly_what_follows(server: Process, place: str) -> None:
    async with socket(server.url) as opened:
        session = await _begin(opened)
        heard = (await opened.ask(QUESTION))[1:]
    text = heard[-2]["response"]
    for seen in (0, 1, 5, len(heard) - 2, len(heard) - 1):
        seq = heard[seen - 1]["seq"] if seen else 0
        after = str(seq) if place == "plain" else f"{heard[0]['run_id']}:{seq}"
        async with socket(server.url, session_id=session["session_id"], after=after) as again:
            await _begin(again)
            rest = await again.until("done")
        assert rest[0]["seq"] > seq
        tokens = [message["token"] for message in (*heard[:seen], *rest) if message["type"] == "token"]
        assert "".join(tokens) == text


async def test_coming_back_in_mid_answer_without_a_place_begins_with_the_answer(server: Process) -> None:
    async with socket(server.url) as opened:
        session = await _begin(opened)
        await opened.say(type="question", question=QUESTION)
        run_id = (await opened.until("token"))[-1]["run_id"]
    async with socket(server.url, session_id=session["session_id"]) as again:
        active = (await _begin(again))["active_run"]
        heard = await again.until("done")
    assert active["run_id"] == run_id
    assert active["last_seq"] >= 3
    assert [message["type"] for message in heard[:3]] == ["started", "sources", "token"]
    assert "".join(message["token"] for message in heard if message["type"] == "token") == heard[-2]["response"]


# -- what is refused -------------------------------------------------------------------------------------------------------------------


WRONG = [
    pytest.param("nonsense", "invalid_json", id="no json"),
    pytest.param("", "invalid_json", id="empty"),
    pytest.param("[" * 5000, "invalid_json", id="deep"),
    pytest.param("[]", "invalid_request", id="a list"),
    pytest.param("null", "invalid_request", id="null"),
    pytest.param("{}", "invalid_type", id="no type"),
    pytest.param('{"type": "message"}', "invalid_type", id="unknown type"),
    pytest.param('{"type": ["question"]}', "invalid_type", id="a list as type"),
    pytest.param('{"type": "question"}', "invalid_request", id="no question"),
    pytest.param('{"type": "question", "question": "  "}', "invalid_request", id="blank"),
    pytest.param('{"type": "question", "question": 7}', "invalid_request", id="a number"),
    pytest.param('{"type": "question", "question": "a\\u0000b"}', "invalid_request", id="nul"),
    pytest.param('{"type": "question", "question": "\\ud800"}', "invalid_json", id="half a surrogate pair"),
    pytest.param('{"type": "question", "question": "a", "colour": 1}', "invalid_request", id="unknown field"),
    pytest.param('{"type": "question", "question": "a", "id": "with space"}', "invalid_request", id="id"),
    pytest.param('{"type": "question", "question": "a", "on_busy": "panic"}', "invalid_request", id="on_busy"),
    pytest.param('{"type": "cancel", "run_id": "7"}', "invalid_request", id="run_id"),
    pytest.param(json.dumps({"type": "question", "question": "x" * 1001}), "message_too_long", id="too long"),
    pytest.param(b"\x00\x01", "binary", id="binary"),
]


async def test_what_makes_no_sense_is_said_so_and_the_connection_goes_on(server: Process) -> None:
    async with socket(server.url) as opened:
        await _begin(opened)
        for case in WRONG:
            said, reason = case.values
            assert isinstance(said, str | bytes)
            await opened.connection.send(said)
            refused = await opened.hear()
            assert (refused["type"], refused["code"], refused["reason"]) == ("error", "VALIDATION_ERROR", reason), (case.id, refused)
            assert refused["error"].strip()
        assert (await opened.ask(QUESTION))[-1]["status"] == "done"


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"session_id": "abc"}, "invalid_request"),
        ({"session_id": str(uuid.uuid4())}, "thread_not_found"),
        ({"user_id": "987654321"}, "user_not_found"),
        ({"user_id": "-1"}, "invalid_request"),
        ({"assistant": "poet"}, "invalid_request"),
        ({"after": "3"}, "invalid_cursor"),
        ({"session_id": "{session}", "after": "3"}, "invalid_cursor"),
        ({"session_id": "{session}", "after": "x"}, "invalid_cursor"),
        ({"session_id": "{session}", "after": "-1"}, "invalid_cursor"),
        ({"session_id": "{session}", "after": f"{uuid.uuid4()}:1"}, "invalid_cursor"),
        ({"session_id": "{session}", "after": "1:1"}, "invalid_cursor"),
    ],
)
async def test_wrong_parameters_are_said_so_and_the_connection_is_closed_for_good(
    server: Process, parameters: dict[str, str], reason: str
) -> None:
    async with socket(server.url) as opened:
        session_id = (await _begin(opened))["session_id"]
    asked = {name: value.replace("{session}", session_id) for name, value in parameters.items()}
    async with socket(server.url, **asked) as opened:
        refused = await opened.hear()
        assert (refused["type"], refused["code"], refused["reason"]) == ("error", "VALIDATION_ERROR", reason), refused
        assert await opened.to_the_end() == (1008, [])


async def test_a_place_in_another_session_is_refused(server: Process) -> None:
    async with socket(server.url) as opened:
        await _begin(opened)
        run_id = (await opened.ask(QUESTION))[-1]["run_id"]
    async with socket(server.url) as opened:
        session_id = (await _begin(opened))["session_id"]
    async with socket(server.url, session_id=session_id, after=f"{run_id}:1") as opened:
        assert (await opened.hear())["reason"] == "invalid_cursor"


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),
        ("{here}", True),
        ("{here_tls}", True),
        ("https://friend.example", True),
        ("https://evil.example", False),
        ("https://friend.example.evil.example", False),
        ("null", False),
        ("https://[", False),
        ("", False),
    ],
)
async def test_pages_from_elsewhere_may_not_connect(server: Process, origin: str | None, *, welcome: bool) -> None:
    here = server.url.removeprefix("http://")
    headers = {} if origin is None else {"Origin": origin.format(here=f"http://{here}", here_tls=f"https://{here}")}
    if welcome:
        async with websockets.connect(address(server.url), additional_headers=headers) as connection:
            assert json.loads(await connection.recv())["type"] == "session"
        return
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(address(server.url), additional_headers=headers)
    assert refused.value.response.status_code == 403
    assert json.loads(refused.value.response.body or b"{}")["error"]["code"] == "origin_refused"
    assert "ASGI callable" not in server.output, "uvicorn did not understand the refusal"


def test_a_plain_request_is_told_to_upgrade(server: Process) -> None:
    answer = httpx.get(f"{server.url}/ws")
    assert_problem(answer, 426, "upgrade_required")
    assert answer.headers["upgrade"] == "websocket"


@pytest.mark.parametrize(
    ("sent", "code"),
    [("x" * (MAX_BYTES + 1), 1009), (b"x" * (MAX_BYTES + 1), 1009), ([b"x" * MAX_BYTES, b"xx"], 1009)],
    ids=["text", "binary", "in pieces"],
)
async def test_a_message_has_a_largest_size(server: Process, sent: Any, code: int) -> None:
    async with socket(server.url) as opened:
        await _begin(opened)
        await opened.connection.send(sent)
        assert await opened.to_the_end() == (code, [])


async def test_bytes_that_are_no_websocket_or_no_text_end_the_connection_and_nothing_else(server: Process) -> None:
    utf8 = bytes([0x81, 0x82, 1, 2, 3, 4, 0xFF ^ 1, 0xFE ^ 2])  # a text frame, masked
    unmasked = b"\x81\x02hi"
    for garbage, code in ((utf8, 1007), (unmasked, 1002), (b"GET / HTTP/1.1\r\n\r\n", 1002)):
        reader, writer = await asyncio.open_connection("127.0.0.1", int(server.url.rpartition(":")[2]))
        key = base64.b64encode(os.urandom(16)).decode()
        head = "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        writer.write(f"{head}Sec-WebSocket-Key: {key}\r\n\r\n".encode())
        assert b"101" in await reader.readline()
        await reader.readuntil(b'"active_run":null}')
        writer.write(garbage)
        answer = await asyncio.wait_for(reader.read(), 10)
        assert answer[:1] == b"\x88", "a close frame, and the end"
        assert int.from_bytes(answer[2:4]) == code
        writer.close()
    async with socket(server.url) as opened:
        await _begin(opened)


# -- ends ------------------------------------------------------------------------------------------------------------------------------


async def test_a_deleted_session_ends_its_connections_for_good(server: Process) -> None:
    async with socket(server.url) as opened:
        session_id = (await _begin(opened))["session_id"]
        await opened.say(type="question", question=QUESTION)
        await opened.until("token")
        async with httpx.AsyncClient() as client:
            (await client.delete(f"{server.url}/api/threads/{session_id}")).raise_for_status()
        code, heard = await opened.to_the_end()
    assert (code, heard[-1]["reason"]) == (1008, "thread_not_found")


async def test_a_client_that_does_not_read_is_cut_and_the_answer_is_whole(server: Process) -> None:
    """It asks for `pong`s and takes none: the server stops reading it, then it is cut, by the kernel or by the send time-out."""
    async with socket(server.url) as opened:
        session_id = (await _begin(opened))["session_id"]
        kernel: sockets.socket = opened.connection.transport.get_extra_info("socket")
        kernel.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
        opened.connection.transport.pause_reading()
        await opened.say(type="question", question=QUESTION)

        async def chatter() -> None:
            while True:
                await opened.say(type="ping", id="x" * 255)

        with pytest.raises((websockets.ConnectionClosed, OSError, TimeoutError)):
            async with asyncio.timeout(40):
                await chatter()
        opened.connection.transport.abort()
    left = re.compile(rf"A WebSocket session was left.*{session_id}")
    await until(lambda: left.search(server.output), within=10)
    async with socket(server.url, session_id=session_id, after="0") as again:
        await _begin(again)
        heard = await again.until("done")
    assert "".join(message["token"] for message in heard if message["type"] == "token") == heard[-2]["response"]


# -- the clients in the documentation --------------------------------------------------------------------------------------------------


def _example(language: str) -> str:
    section = (ROOT / "docs" / "protocol.md").read_text().partition("### 6.5")[2]
    found = re.search(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert found is not None
    return found[1]


async def test_the_documented_python_client(server: Process, tmp_path: Path) -> None:
    program = tmp_path / "client.py"
    url = server.url.replace("http", "ws", 1)
    program.write_text(f"{_example('python')}\nprint(json.dumps(asyncio.run(ask({url!r}, {QUESTION!r}))))\n")
    done = await asyncio.to_thread(subprocess.run, [sys.executable, program], capture_output=True, text=True, timeout=60, check=True)
    text, session_id = json.loads(done.stdout)
    async with httpx.AsyncClient() as client:
        page = (await client.get(f"{server.url}/api/threads/{session_id}/messages")).json()
    assert page["messages"][0]["content"] == text


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no node on this machine")
async def test_the_documented_javascript_client(server: Process, tmp_path: Path) -> None:
    program = tmp_path / "client.mjs"
    url = server.url.replace("http", "ws", 1)
    program.write_text(
        f"""{_example("js")}
        let sessionId = "";
        const session = chat({url!r}, (message, text) => {{
          if (message.type === "session") sessionId = message.session_id;
          if (message.type !== "done") return;
          console.log(JSON.stringify([text, sessionId]));
          session.close();
        }});
        session.ask({QUESTION!r});
        """
    )
    command = ["node", "--experimental-websocket", str(program)]
    done = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    text, session_id = json.loads(done.stdout)
    async with httpx.AsyncClient() as client:
        page = (await client.get(f"{server.url}/api/threads/{session_id}/messages")).json()
    assert page["messages"][0]["content"] == text
