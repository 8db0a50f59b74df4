"""The benchmark's judge: what a client was told, read from raw bytes, and what it says when something is missing or there twice."""

import json

from tests.bench.load import Seen
from tests.bench.told import Told, difference, of_sse, of_websocket

FRAMES = (
    "retry: 1000\n\n",
    'id: 1\nevent: token\ndata: {"text":"Grüße, "}\n\nid: 2\nevent: token\ndata: {"text":"event: x"}\n\n',
    ": still here\n\n",
    'id: 3\nevent: final\ndata: {"text":"Grüße, event: x"}\n\nid: 4\nevent: done\ndata: {"status":"done"}\n\n',
)


def answer(*frames: str) -> bytes:
    """As uvicorn sends a stream."""
    chunks = [frame.encode() for frame in frames] + [b""]
    return b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n" + b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)


def seen(data: bytes, size: int) -> Seen:
    """A reader who gets so many bytes at a time, one a nanosecond."""
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    return Seen(times=list(range(len(pieces))), pieces=pieces)


def test_a_stream_is_read_however_it_is_cut() -> None:
    for size in (1, 7, 10_000):
        told = of_sse("run", seen(answer(*FRAMES), size))
        assert (told.text, told.final, told.status, told.problem) == ("Grüße, event: x", "Grüße, event: x", "done", "")
        assert told.against("Grüße, event: x") == (0, 0)


def test_what_came_is_dated_by_the_piece_that_completed_it() -> None:
    data = answer(*FRAMES)
    last_byte = data.index(b"\r\ne\r\n: still here") - 1
    assert [came for came, _ in of_sse("run", seen(data, 1)).pieces] == [last_byte, last_byte]


def test_a_frame_that_is_lost_or_repeated_is_counted() -> None:
    token = 'id: 1\nevent: token\ndata: {"text":"Grüße, "}\n\n'
    assert of_sse("run", seen(answer(FRAMES[0], *FRAMES[2:]), 100)).against("Grüße, event: x") == (len("Grüße, event: x"), 0)
    assert of_sse("run", seen(answer(token, *FRAMES), 100)).against("Grüße, event: x") == (0, len("Grüße, "))
    assert of_sse("run", seen(answer(*FRAMES[:3]), 100)).against("Grüße, event: x") == (len("Grüße, event: x"), 0), "no final text"
    assert of_sse("run", seen(answer(*FRAMES[:3]), 100)).status == ""


def test_a_refused_stream_is_a_problem() -> None:
    assert "429" in of_sse("run", seen(b"HTTP/1.1 429 Too Many Requests\r\ncontent-length: 0\r\n\r\n", 100)).problem


def test_a_websocket_is_read() -> None:
    messages = (
        {"type": "session", "session_id": "s"},
        {"type": "accepted", "run_id": "r"},
        {"type": "token", "token": "a", "run_id": "r", "seq": 2},
        {"type": "response", "response": "ab", "run_id": "r", "seq": 3},
        {"type": "done", "status": "done", "run_id": "r", "seq": 4},
    )
    told = of_websocket([(at, json.dumps(message).encode()) for at, message in enumerate(messages)])
    assert told == Told("r", [(2, "a")], "ab", "done")
    assert told.against("ab") == (1, 0)


def test_differences_are_counted_in_characters() -> None:
    assert difference("abc", "abc") == (0, 0)
    assert difference("abc", "ac") == (1, 0)
    assert difference("abc", "abbc") == (0, 1)
    assert difference("abc", "") == (3, 0)
