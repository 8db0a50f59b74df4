"""A WebSocket answer is a run like any other: nothing that happens to the connection, the process or the executor is seen in the text."""

import asyncio
import random

import httpx
import pytest

from tests.e2e.conversation import Asked, assert_kept
from tests.e2e.facts import until
from tests.e2e.fleet import Fleet, server, start
from tests.processes import Processes
from tests.providers.running import RunningProviders
from tests.reader import Reader
from tests.socket_reader import SocketReader, socket

CUTS = 100


async def _ask(base_url: str, question: str) -> tuple[str, Asked]:
    """Ask over a WebSocket, and leave as soon as the question is accepted."""
    async with socket(base_url) as opened:
        session_id = (await opened.hear())["session_id"]
        await opened.say(type="question", question=question, id="q")
        accepted = await opened.hear()
    assert accepted["type"] == "accepted"
    return session_id, Asked(session_id, accepted["run_id"], accepted["answer_id"], question)


async def test_a_client_that_is_cut_off_a_hundred_times_anywhere_sees_the_exact_answer(fleet: Fleet, client: httpx.AsyncClient) -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    dice = random.Random(seed)
    cuts = answers = 0
    while cuts < CUTS and answers < 40:  # a busy machine puts many tokens into one frame: then it takes more answers
        session_id, asked = await _ask(fleet.first.url, f"Cut me off [[id=cut{answers} tokens=500 rate=100]]")
        steady = asyncio.ensure_future(SocketReader(session_id, asked.run_id).read_to_the_end(fleet.second.url))
        restless = SocketReader(session_id, asked.run_id)
        while restless.heard.status is None:
            await restless.read(fleet.urls[restless.connections % 2], frames=dice.randint(1, 4))
        restless.heard.assert_exact(asked.text)
        (await steady).assert_exact(asked.text)
        await assert_kept(client, fleet.second.url, asked)
        cuts, answers = cuts + restless.connections - 1, answers + 1
    print(f"{cuts} cuts in {answers} answers")
    assert cuts >= CUTS


async def test_sse_and_websocket_at_the_same_time_show_the_same(fleet: Fleet, client: httpx.AsyncClient) -> None:
    asked = [await _ask(fleet.first.url, f"Both [[id=both{n} tokens=120 rate=60]]") for n in range(10)]
    frames = [Reader(client, one.run_id).read_to_the_end(fleet.urls[n % 2]) for n, (_, one) in enumerate(asked)]
    messages = [SocketReader(session, one.run_id).read_to_the_end(fleet.urls[n // 5]) for n, (session, one) in enumerate(asked)]
    seen, heard = await asyncio.gather(asyncio.gather(*frames), asyncio.gather(*messages))
    for n, (_, one) in enumerate(asked):
        heard[n].assert_exact(one.text)
        assert (seen[n].text, seen[n].status) == (heard[n].text, heard[n].status)
        by_number = {int(frame.id): frame for frame in seen[n].frames}
        for message in heard[n].messages:
            frame = by_number[message["seq"]]
            assert frame.event == {"response": "final"}.get(message["type"], message["type"])
        await assert_kept(client, fleet.first.url, one, seen[n])


async def test_kill_of_the_server_in_mid_answer(processes: Processes, providers: RunningProviders, client: httpx.AsyncClient) -> None:
    """kill -9 of the process that reads and writes; the client comes back elsewhere with its place, and so does one that was elsewhere all along."""
    victim, heir = await start(processes, server(), server())
    questions = [f"Go on [[id=go{how} tokens=300 rate=20 continue={how}]]" for how in ("exact", "overlap", "restart")]
    asked = [await _ask(victim.url, question) for question in questions]
    here = [SocketReader(session_id, one.run_id) for session_id, one in asked]
    there = [SocketReader(session_id, one.run_id) for session_id, one in asked]
    reading = [asyncio.ensure_future(reader.read_to_the_end(victim.url, heir.url)) for reader in here]
    reading += [asyncio.ensure_future(reader.read_to_the_end(heir.url)) for reader in there]
    await until(lambda: all(len(reader.heard.text) >= 100 for reader in (*here, *there)), within=20)

    victim.kill()
    await asyncio.gather(*reading)
    taken_over = 0
    for number, (_, one) in enumerate(asked):
        for reader in (here[number], there[number]):
            reader.heard.assert_exact(one.text)
            restarts = [message for message in reader.heard.messages if message["type"] == "restarted"]
            assert all((restarted["attempt"], restarted["reason"]) == (2, "executor_lost") for restarted in restarts)
            taken_over += len(restarts)
        assert there[number].connections == 1
        await assert_kept(client, heir.url, one)
    assert taken_over >= 2, (
        "on a machine so busy that its lease ran out a server may leave a run to the other from the start; not all of them"
    )


async def test_a_question_that_was_sent_but_not_acknowledged_can_be_sent_again(processes: Processes, client: httpx.AsyncClient) -> None:
    """The client dies of the question; whoever it asks then, it is one run."""
    first, second = await start(processes, server(), server())
    question = "Once [[id=once tokens=30 rate=30]]"
    async with socket(first.url) as opened:
        session_id = (await opened.hear())["session_id"]
        await opened.say(type="question", question=question, id="q", on_busy="enqueue")
        opened.connection.transport.abort()
    told: list[str] = []
    for url in (second.url, first.url, second.url):
        async with socket(url, session_id=session_id) as opened:
            await opened.hear()
            await opened.say(type="question", question=question, id="q", on_busy="enqueue")
            heard = await opened.until("accepted")
            while heard[-1]["type"] != "done":
                heard.append(await opened.hear())
        told += [message["response"] for message in heard if message["type"] == "response"]
    page = (await client.get(f"{second.url}/api/threads/{session_id}/messages")).json()
    assert [message["role"] for message in page["messages"]] == ["assistant", "user"]
    assert told == [page["messages"][0]["content"]] * 3


@pytest.mark.alone
async def test_a_process_that_stops_sends_its_clients_elsewhere(processes: Processes, client: httpx.AsyncClient) -> None:
    """SIGTERM: open connections close with 1012, and the answer goes on for whoever comes back; idle ones close too, and the process is gone."""
    stops, heir = await start(processes, server(SHUTDOWN_GRACE="0"), server())
    session_id, asked = await _ask(stops.url, "Move on [[id=move tokens=100 rate=25]]")
    reader = SocketReader(session_id, asked.run_id)
    async with socket(stops.url) as idle, socket(stops.url, session_id=session_id) as busy:
        reading = asyncio.ensure_future(reader.read_to_the_end(stops.url, heir.url))
        await until(lambda: len(reader.heard.text) >= 100, within=20)
        stops.terminate()
        codes = [(await opened.to_the_end())[0] for opened in (idle, busy)]
    assert codes == [1012, 1012]
    assert await asyncio.to_thread(stops.wait, 10) == 0
    (await reading).assert_exact(asked.text)
    assert "Traceback" not in stops.output
    await assert_kept(client, heir.url, asked)


async def test_failed_runs_tell_their_codes(fleet: Fleet, client: httpx.AsyncClient) -> None:
    faults = {"fault=429": "RATE_LIMIT", "fault=auth": "API_ERROR", "fault=drop after=5": "API_ERROR", "fault=refusal": "API_ERROR"}
    for fault, code in faults.items():
        async with socket(fleet.first.url) as opened:
            await opened.hear()
            heard = await opened.ask(f"Fail [[id=fail {fault}]]")
        error, done = heard[-2:]
        assert (error["type"], error["code"], done["status"]) == ("error", code, "failed")
        assert error["reason"].startswith("provider_")
        assert error["error"]
