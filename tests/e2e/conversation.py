"""One question, its run, and what must be true of both afterwards, whoever read it and whatever happened on the way."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx

from tests.providers.running import RunningProviders
from tests.providers.script import expected_text
from tests.providers.server import Recorded
from tests.reader import Reader, Seen
from tests.talk import new_thread, post, run

_numbers = count(1)


@dataclass(frozen=True)
class Asked:
    """A question that was posted. `text` is what a healthy provider answers to it."""

    thread_id: str
    run_id: str
    answer_id: str
    question: str

    @property
    def text(self) -> str:
        return expected_text(self.question)

    def requests(self, providers: RunningProviders) -> list[Recorded]:
        """What the provider was asked for this question."""
        return [record for record in providers.requests if asks(record, self.question)]


def asks(record: Recorded, question: str) -> bool:
    """Whether a request to the provider is about this question: earlier ones are only its history."""
    questions = [turn["content"] for turn in record.body.get("messages", ()) if turn["role"] == "user" and "[[" in turn["content"]]
    return bool(questions) and questions[-1].endswith(question)


async def ask(client: httpx.AsyncClient, base_url: str, directives: str, thread_id: str | None = None, **fields: Any) -> Asked:
    """Post a question whose words are its own: in a new thread of a new user unless told otherwise."""
    thread_id = thread_id or await new_thread(client, base_url)
    question = f"What next? [[id=q{next(_numbers)}x {directives}]]"
    posted = await post(client, base_url, thread_id, question, **fields)
    return Asked(thread_id, posted["run_id"], posted["answer_id"], question)


async def ask_all(client: httpx.AsyncClient, base_urls: Sequence[str], directives: Iterable[str]) -> list[Asked]:
    """Many questions at once, dealt to the servers in turn."""
    return list(await asyncio.gather(*(ask(client, base_urls[n % len(base_urls)], text) for n, text in enumerate(directives))))


async def answer(client: httpx.AsyncClient, base_url: str, asked: Asked) -> dict[str, Any]:
    """The stored answer."""
    page = await client.get(f"{base_url}/api/threads/{asked.thread_id}/messages", params={"limit": 100})
    [stored] = [message for message in page.json()["messages"] if message["message_id"] == asked.answer_id]
    return stored


async def late_reader(client: httpx.AsyncClient, base_url: str, asked: Asked) -> Seen:
    """What somebody sees who comes when all is over."""
    reader = Reader(client, asked.run_id)
    await reader.read(base_url)
    return reader.seen


async def assert_kept(
    client: httpx.AsyncClient, base_url: str, asked: Asked, *readers: Seen, text: str | None = None, status: str = "done"
) -> dict[str, Any]:
    """All readers, a late one among them, saw the same exact log; message, run and log agree on text and end. Answers the run."""
    text = asked.text if text is None else text
    late = await late_reader(client, base_url, asked)
    late.assert_exact(text)
    for seen in readers:
        seen.assert_exact(text)
        assert seen.frames == late.frames
    kept, stored = await run(client, base_url, asked.run_id), await answer(client, base_url, asked)
    assert (stored["content"], stored["status"], late.status, kept["status"]) == (text, status, status, status)
    assert kept["last_seq"] == len(late.frames)
    finals = [frame.data["text"] for frame in late.frames if frame.event == "final"]
    assert finals == ([text] if status == "done" else [])
    return kept
