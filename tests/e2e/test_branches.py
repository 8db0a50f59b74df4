"""The tree of a conversation: another answer to the same question, another question in an old one's place, and the end of it all."""

import asyncio

import httpx

from tests.e2e.conversation import Asked, ask, assert_kept
from tests.e2e.facts import until_tokens
from tests.e2e.fleet import Fleet
from tests.reader import Reader
from tests.talk import messages


async def test_a_regenerated_answer_is_a_sibling(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask(client, fleet.first.url, "tokens=20")
    seen = await Reader(client, asked.run_id).read_to_the_end(fleet.first.url)
    posted = (await client.post(f"{fleet.second.url}/api/runs/{asked.run_id}/regenerate")).raise_for_status().json()
    again = Asked(asked.thread_id, posted["run_id"], posted["answer_id"], asked.question)
    seen_again = await Reader(client, again.run_id).read_to_the_end(fleet.first.url)

    await assert_kept(client, fleet.second.url, asked, seen)
    await assert_kept(client, fleet.second.url, again, seen_again)
    stored = (await messages(client, fleet.first.url, asked.thread_id))["messages"]
    assert [message["role"] for message in stored] == ["assistant", "assistant", "user"]
    assert {message["parent_id"] for message in stored[:2]} == {stored[2]["message_id"]} == {posted["message_id"]}


async def test_an_edited_question_begins_a_branch_of_its_own(fleet: Fleet, client: httpx.AsyncClient) -> None:
    first = await ask(client, fleet.first.url, "tokens=10")
    await Reader(client, first.run_id).read_to_the_end(fleet.first.url)
    second = await ask(client, fleet.first.url, "tokens=10", first.thread_id)
    await Reader(client, second.run_id).read_to_the_end(fleet.first.url)
    edited = await ask(client, fleet.second.url, "tokens=10", first.thread_id, parent_id=first.answer_id)
    seen = await Reader(client, edited.run_id).read_to_the_end(fleet.first.url)
    root = await ask(client, fleet.second.url, "tokens=10", first.thread_id, parent_id=None)
    await Reader(client, root.run_id).read_to_the_end(fleet.first.url)

    await assert_kept(client, fleet.second.url, edited, seen)
    by_id = {message["message_id"]: message for message in (await messages(client, fleet.first.url, first.thread_id))["messages"]}
    parents = [by_id[by_id[one.answer_id]["parent_id"]]["parent_id"] for one in (first, second, edited, root)]
    assert parents == [None, first.answer_id, first.answer_id, None]
    [request] = edited.requests(fleet.providers)
    told = [turn["content"] for turn in request.body["messages"][1:]]
    assert told == [first.question, first.text, edited.question]
    [request] = root.requests(fleet.providers)
    assert [turn["content"] for turn in request.body["messages"][1:]] == [root.question]


async def test_deleting_a_thread_stops_its_answer(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask(client, fleet.first.url, "tokens=2000 rate=50")
    waiting = await ask(client, fleet.first.url, "tokens=20", asked.thread_id, on_busy="enqueue")
    readers = [Reader(client, asked.run_id), Reader(client, asked.run_id)]
    reading = [asyncio.ensure_future(reader.read(url)) for reader, url in zip(readers, fleet.urls, strict=True)]
    thread_stream = client.stream("GET", f"{fleet.first.url}/api/threads/{asked.thread_id}/events")
    async with thread_stream as stream:
        for reader in readers:
            await until_tokens(reader.seen, 60)
        assert (await client.delete(f"{fleet.second.url}/api/threads/{asked.thread_id}")).status_code == 204

        for one in reading:
            await asyncio.wait_for(one, 6)
        await asyncio.wait_for(stream.aread(), 6)
    for reader in readers:
        assert asked.text.startswith(reader.seen.text)
        assert reader.seen.seqs == list(range(1, len(reader.seen.frames) + 1))
        assert reader.seen.status == "cancelled"
    await fleet.providers.until(lambda _: all(record.disconnected for record in asked.requests(fleet.providers)), within=1)
    for url in fleet.urls:
        for path in (
            f"threads/{asked.thread_id}",
            f"threads/{asked.thread_id}/events",
            f"runs/{asked.run_id}/events",
            f"runs/{waiting.run_id}",
        ):
            assert (await client.get(f"{url}/api/{path}")).status_code == 404
    assert waiting.requests(fleet.providers) == []
