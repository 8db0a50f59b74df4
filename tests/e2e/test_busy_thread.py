"""A message for a thread that is still being answered: refused, put in the queue, or in place of the answer; and the same message twice."""

import asyncio

import httpx

from tests.e2e.conversation import Asked, ask, assert_kept
from tests.e2e.facts import until_tokens
from tests.e2e.fleet import Fleet
from tests.reader import Reader
from tests.talk import messages, new_thread


async def test_reject_names_the_run_that_answers(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = await ask(client, fleet.first.url, "tokens=40 rate=40")
    refused = await client.post(f"{fleet.second.url}/api/threads/{asked.thread_id}/messages", json={"content": "And?"})

    assert refused.status_code == 409
    error = refused.json()["error"]
    assert (error["code"], error["run_id"]) == ("thread_busy", asked.run_id)
    assert error["request_id"] == refused.headers["X-Request-ID"]
    seen = await Reader(client, asked.run_id).read_to_the_end(fleet.second.url)
    await assert_kept(client, fleet.second.url, asked, seen)
    assert len((await messages(client, fleet.second.url, asked.thread_id))["messages"]) == 2
    again = await ask(client, fleet.second.url, "tokens=5", asked.thread_id)
    await Reader(client, again.run_id).read_to_the_end(fleet.first.url)


async def test_enqueue_answers_in_the_order_of_the_posts(fleet: Fleet, client: httpx.AsyncClient) -> None:
    first = await ask(client, fleet.first.url, "tokens=30 rate=60")
    rest = [await ask(client, fleet.urls[number % 2], "tokens=15 rate=60", first.thread_id, on_busy="enqueue") for number in range(4)]
    asked = [first, *rest]
    seen = await asyncio.gather(*(Reader(client, one.run_id).read_to_the_end(*fleet.urls) for one in asked))

    for one, reader in zip(asked, seen, strict=True):
        await assert_kept(client, fleet.second.url, one, reader)
    stored = (await messages(client, fleet.first.url, first.thread_id))["messages"]
    by_id = {message["message_id"]: message for message in stored}
    questions = [by_id[by_id[one.answer_id]["parent_id"]] for one in asked]
    assert [question["content"] for question in questions] == [one.question for one in asked]
    assert [question["parent_id"] for question in questions] == [None, *(one.answer_id for one in asked[:-1])]
    starts = [one.requests(fleet.providers)[0].arrived for one in asked]
    assert starts == sorted(starts)


async def test_the_queue_has_an_end(fleet: Fleet, client: httpx.AsyncClient) -> None:
    first = await ask(client, fleet.first.url, "first=30")
    waiting = [await ask(client, fleet.second.url, "tokens=1", first.thread_id, on_busy="enqueue") for _ in range(10)]
    body = {"content": "One more", "on_busy": "enqueue"}
    refused = await client.post(f"{fleet.first.url}/api/threads/{first.thread_id}/messages", json=body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "queue_full")
    await client.delete(f"{fleet.first.url}/api/threads/{first.thread_id}")
    assert (await client.get(f"{fleet.second.url}/api/runs/{waiting[-1].run_id}")).status_code == 404


async def test_interrupt_keeps_what_was_said(fleet: Fleet, client: httpx.AsyncClient) -> None:
    first = await ask(client, fleet.first.url, "tokens=2000 rate=50")
    reader = Reader(client, first.run_id)
    reading = asyncio.ensure_future(reader.read_to_the_end(fleet.first.url))
    await until_tokens(reader.seen, 60)
    second = await ask(client, fleet.second.url, "tokens=20", first.thread_id, on_busy="interrupt")

    await asyncio.wait_for(reading, 1)
    answered = await Reader(client, second.run_id).read_to_the_end(fleet.first.url)
    assert first.text.startswith(reader.seen.text)
    await assert_kept(client, fleet.second.url, first, reader.seen, text=reader.seen.text, status="cancelled")
    await assert_kept(client, fleet.second.url, second, answered)
    await fleet.providers.until(lambda _: all(record.disconnected for record in first.requests(fleet.providers)), within=1)


async def test_interrupt_storm_leaves_one_answer(fleet: Fleet, client: httpx.AsyncClient) -> None:
    """Everybody interrupts everybody: each accepted run ends once, the one stored last is answered."""
    thread_id = await new_thread(client, fleet.first.url)
    storm = (ask(client, fleet.urls[n % 2], "tokens=30 rate=60", thread_id, on_busy="interrupt") for n in range(20))
    asked = await asyncio.gather(*storm)
    seen = await asyncio.gather(*(Reader(client, one.run_id).read_to_the_end(*fleet.urls) for one in asked))
    ends = [reader.status for reader in seen]
    assert sorted(map(str, ends)) == ["cancelled"] * 19 + ["done"]
    for one, reader in zip(asked, seen, strict=True):
        await assert_kept(client, fleet.first.url, one, reader, text=reader.text, status=str(reader.status))


async def test_twenty_posts_under_one_key_are_one_run(fleet: Fleet, client: httpx.AsyncClient) -> None:
    thread_id = await new_thread(client, fleet.first.url)
    question = f"Once [[id={thread_id[-6:]}k tokens=40 rate=80]]"

    async def post(url: str, content: str) -> httpx.Response:
        address = f"{url}/api/threads/{thread_id}/messages"
        return await client.post(address, json={"content": content}, headers={"Idempotency-Key": "once"})

    posted = await asyncio.gather(*(post(fleet.urls[n % 2], question) for n in range(20)))

    assert {answer.status_code for answer in posted} == {201}
    assert len({answer.json()["run_id"] for answer in posted}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in posted) == 1
    other = await post(fleet.second.url, "Something else")
    assert (other.status_code, other.json()["error"]["code"]) == (422, "idempotency_key_reused")
    body = posted[0].json()
    asked = Asked(thread_id, body["run_id"], body["answer_id"], question)
    seen = await Reader(client, asked.run_id).read_to_the_end(fleet.first.url)
    await assert_kept(client, fleet.second.url, asked, seen)
    assert (await post(fleet.second.url, question)).json()["run_id"] == asked.run_id
    assert len(asked.requests(fleet.providers)) == 1
    assert len((await messages(client, fleet.first.url, thread_id))["messages"]) == 2
