"""What a client of the benchmark was told, taken apart after the streams have ended, and held against what the database stored.

Pure: bytes as they came in, `Told` out. Called by `clients.py`; its own test is `tests/unit/test_bench_told.py`.
"""

import bisect
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from itertools import accumulate
from typing import Any

from tests.bench.load import Seen

_EVENT = re.compile(r"^event: (?P<kind>\w+)\ndata: (?P<data>.*)$", re.MULTILINE)


@dataclass
class Told:
    """One answer as a client put it together. `pieces`: its texts, and when each came."""

    run_id: str = ""
    pieces: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    final: str | None = None
    status: str = ""
    problem: str = ""

    @property
    def text(self) -> str:
        """The bubble."""
        return "".join(text for _, text in self.pieces)

    def against(self, stored: str | None) -> tuple[int, int]:
        """Characters that were lost, and characters that came without being stored; the final text counts as a second copy."""
        lost, more = difference(stored or "", self.text)
        final_lost, final_more = difference(stored or "", self.final or "")
        return lost + final_lost, more + final_more


def difference(stored: str, came: str) -> tuple[int, int]:
    """How many characters of `stored` did not come, and how many came that are not there, or once more."""
    if stored == came:
        return 0, 0
    same = sum(block.size for block in SequenceMatcher(None, stored, came, autojunk=False).get_matching_blocks())
    return len(stored) - same, len(came) - same


def of_sse(run_id: str, seen: Seen) -> Told:
    """A run's stream, from its raw bytes: an HTTP/1.1 answer in chunks, frames in the chunks."""
    told = Told(run_id)
    head, _, _ = (whole := b"".join(seen.pieces)).partition(b"\r\n\r\n")
    if b" 200 " not in head.split(b"\r\n")[0]:
        told.problem = f"answered with {head[:60]!r}"
        return told
    ends = list(accumulate(map(len, seen.pieces)))
    for end, chunk in _chunks(whole, len(head) + 4):
        came = seen.times[bisect.bisect_left(ends, end)]
        for frame in chunk.split("\n\n"):
            found = _EVENT.search(frame)
            if found:
                _add(told, found["kind"], json.loads(found["data"]), came, text="text", whole="text")
    return told


def of_websocket(frames: Sequence[tuple[int, bytes]]) -> Told:
    """A session's messages, each with the moment when it came."""
    told = Told()
    for came, frame in frames:
        message = json.loads(frame)
        if message["type"] == "accepted":
            told.run_id = message["run_id"]
        _add(told, message["type"], message, came, text="token", whole="response")
    return told


def _chunks(whole: bytes, at: int) -> list[tuple[int, str]]:
    """The chunks of a body, each with the place in the bytes where it ends; stops at the last one that is there."""
    found: list[tuple[int, str]] = []
    while (line := whole.find(b"\r\n", at)) > at:
        size = int(whole[at:line], 16)
        at = line + 2 + size + 2
        if not size or at > len(whole):
            break
        found.append((at - 2, whole[line + 2 : at - 2].decode()))
    return found


def _add(told: Told, kind: str, data: dict[str, Any], came: int, *, text: str, whole: str) -> None:
    match kind:
        case "token":
            told.pieces.append((came, data[text]))
        case "final" | "response":
            told.final = data[whole]
        case "done":
            told.status = data["status"]
        case "error":
            told.problem = str(data)
        case "restarted":
            told.problem = "the answer was started anew, though nobody died"
        case _:
            pass
