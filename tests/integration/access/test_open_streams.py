"""Streams that are open end soon after what was shown for them: a revoked key, a signed-out cookie, a token that runs out; and only those."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx
import websockets

from tests.integration.access.conftest import Place
from tests.integration.serving import assert_quiet
from tests.socket_reader import Message, Socket, address

SOON = 12.0
"""One heartbeat, and a little for a busy machine."""

Headers = dict[str, str]
End = tuple[int | None, list[Message]]


class Stream:
    """A reader of a thread's events: waits for nothing but the end."""

    def __init__(self, response: httpx.Response) -> None:
        self.text = ""
        self.reading = asyncio.ensure_future(self._read(response))

    async def _read(self, response: httpx.Response) -> None:
        async for text in response.aiter_text():  # raises if the answer is broken off instead of ended
            self.text += text

    async def ends(self) -> str:
        await asyncio.wait_for(self.reading, SOON)
        return self.text


@asynccontextmanager
async def people(place: Place) -> AsyncGenerator["Readers"]:
    """Everything that a test opens, closed at its end."""
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=place.url, timeout=httpx.Timeout(10, read=60)))
        yield Readers(place, client, stack)


class Readers:
    def __init__(self, place: Place, client: httpx.AsyncClient, stack: AsyncExitStack) -> None:
        self._place, self._client, self._stack = place, client, stack

    async def thread_of(self, headers: Headers) -> str:
        session = (await self._client.get("/api/session", headers=headers)).raise_for_status().json()
        made = await self._client.post("/api/threads", json={"user_id": session["user_id"]}, headers=headers)
        return made.raise_for_status().json()["thread_id"]

    async def status(self, path: str, headers: Headers, **parameters: str) -> int:
        async with self._client.stream("GET", path, headers=headers, params=parameters) as response:
            return response.status_code

    async def stream(self, thread: str, headers: Headers, **parameters: str) -> Stream:
        response = await self._stack.enter_async_context(
            self._client.stream("GET", f"/api/threads/{thread}/events", headers=headers, params=parameters)
        )
        assert response.status_code == 200
        return Stream(response)

    async def socket(self, headers: Headers, **parameters: str) -> "asyncio.Task[End]":
        url = address(self._place.url, **parameters)
        connection = await self._stack.enter_async_context(websockets.connect(url, additional_headers=headers))
        opened = Socket(connection)
        assert (await opened.hear())["type"] == "session"
        return asyncio.ensure_future(asyncio.wait_for(opened.to_the_end(), SOON))

    async def ticket(self, headers: Headers, **body: str) -> str:
        return (await self._client.post("/api/tickets", json=body, headers=headers)).raise_for_status().json()["ticket"]

    async def cookie(self, bearer: Headers) -> Headers:
        """As a page holds it."""
        async with httpx.AsyncClient(base_url=self._place.url) as browser:
            (await browser.post("/api/session", headers=bearer)).raise_for_status()
            [(name, token)] = browser.cookies.items()
        return {"Cookie": f"{name}={token}", "Origin": self._place.url}

    async def sign_out(self, cookie: Headers) -> None:
        (await self._client.delete("/api/session", headers=cookie)).raise_for_status()


def bearer(token: str) -> Headers:
    return {"Authorization": f"Bearer {token}"}


def assert_sent_off(end: End) -> None:
    """Told why, and closed so that the client does not come back as it is."""
    code, heard = end
    assert code == 1008
    assert (heard[-1]["type"], heard[-1]["code"], heard[-1]["reason"]) == ("error", "VALIDATION_ERROR", "invalid_credentials")


def assert_no_hint(text: str) -> None:
    """The stream began, and ended without asking to come back at once."""
    assert re.findall(r"^retry: (\d+)$", text, re.MULTILINE) == ["1000"]


async def test_a_revoked_key_ends_what_it_opened_and_nothing_else(place: Place) -> None:
    key = place.keys("create", "--user", str(place.ada.user_id), "--name", "lost")
    async with people(place) as they:
        cookie = await they.cookie(bearer(key))
        thread = await they.thread_of(bearer(key))
        streams = [
            await they.stream(thread, bearer(key)),
            await they.stream(thread, cookie),
            await they.stream(thread, {}, ticket=await they.ticket(bearer(key), thread_id=thread)),
        ]
        sockets = [
            await they.socket(bearer(key), session_id=thread),
            await they.socket({}, ticket=await they.ticket(cookie), assistant="cvs"),
        ]
        others = await they.stream(thread, place.ada.bearer), await they.socket(place.ada.bearer, session_id=thread)
        place.keys("revoke", key.split("_")[1])
        for stream in streams:
            assert_no_hint(await stream.ends())
        for end in await asyncio.gather(*sockets):
            assert_sent_off(end)
        assert await they.status(f"/api/threads/{thread}/events", bearer(key)) == 401
        assert await they.status(f"/api/threads/{thread}/events", cookie) == 401
        assert not others[0].reading.done()
        assert not others[1].done()
        for one in (others[0].reading, others[1]):
            one.cancel()
    assert_quiet(place.process)


async def test_signing_out_ends_what_the_page_opened_and_its_tickets(place: Place) -> None:
    async with people(place) as they:
        cookie, other = await they.cookie(place.ada.bearer), await they.cookie(place.ada.bearer)
        thread = await they.thread_of(cookie)
        by_ticket = {"ticket": await they.ticket(cookie, thread_id=thread)}
        streams = [await they.stream(thread, cookie), await they.stream(thread, {}, **by_ticket)]
        sockets = [await they.socket(cookie, session_id=thread), await they.socket({}, ticket=await they.ticket(cookie), assistant="cvs")]
        elsewhere = await they.stream(thread, other)
        await they.sign_out(cookie)
        assert await they.status(f"/api/threads/{thread}/events", cookie) == 401, "at once"
        assert await they.status(f"/api/threads/{thread}/events", {}, **by_ticket) == 401, "its tickets, too"
        for stream in streams:
            assert_no_hint(await stream.ends())
        for end in await asyncio.gather(*sockets):
            assert_sent_off(end)
        assert not elsewhere.reading.done()
        elsewhere.reading.cancel()
    assert_quiet(place.process)


async def test_a_token_that_runs_out_ends_its_streams_once_it_is_not_believed_any_more(place: Place) -> None:
    """The door believes a token for thirty seconds beyond its end: clocks differ. Till then a stream stays, or its reader would come back at once."""
    over = int(time.time()) - 22
    brief, lasting = bearer(place.provider.token(exp=over)), bearer(place.provider.token())
    async with people(place) as they:
        thread = await they.thread_of(brief)
        streams = [await they.stream(thread, brief), await they.stream(thread, {}, ticket=await they.ticket(brief, thread_id=thread))]
        sockets = [await they.socket(brief, session_id=thread)]
        others = await they.stream(thread, lasting)
        for stream in streams:
            assert_no_hint(await stream.ends())
        for end in await asyncio.gather(*sockets):
            assert_sent_off(end)
        assert time.time() >= over + 30, "not before the door would refuse it"
        assert await they.status(f"/api/threads/{thread}/events", brief) == 401
        assert not others.reading.done()
        others.reading.cancel()
    assert_quiet(place.process)
