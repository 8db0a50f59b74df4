"""Invariant 9: a process is killed in mid-answer; another one goes on within five seconds, and no reader can tell from the text."""

import asyncio
import time

import httpx
import pytest

from tests.e2e.conversation import Asked, ask_all, assert_kept
from tests.e2e.facts import until, until_tokens
from tests.e2e.fleet import server, start
from tests.processes import Processes
from tests.providers.running import RunningProviders
from tests.reader import Frame, Reader, Seen

pytestmark = pytest.mark.alone

SPEED = "tokens=150 rate=25"
CONTINUATIONS = ("exact", "exact", "overlap", "restart", "different")


async def test_kill_of_an_executor_and_of_a_server_that_only_reads(
    processes: Processes, providers: RunningProviders, client: httpx.AsyncClient
) -> None:
    lease = {"RUN_LEASE": "3"}
    victim, heir, window = await start(processes, server(**lease), server(**lease), server("--slots", "0", **lease))
    asked = await ask_all(client, [victim.url], [f"{SPEED} continue={how}" for how in CONTINUATIONS] + ["first=4 tokens=20"])
    at_victim, at_heir, at_window = ([Reader(client, one.run_id, pace=pace) for one in asked] for pace in (50, 0, 50))
    reading = [asyncio.ensure_future(reader.read_to_the_end(victim.url, heir.url)) for reader in at_victim]
    reading += [asyncio.ensure_future(reader.read_to_the_end(heir.url)) for reader in at_heir]
    reading += [asyncio.ensure_future(reader.read_to_the_end(window.url, heir.url)) for reader in at_window]
    for reader in (*at_victim[:-1], *at_heir[:-1], *at_window[:-1]):
        await until_tokens(reader.seen, 100)

    window.kill()
    for reader in at_window[:-1]:
        await until_tokens(reader.seen, len(reader.seen.text) + 50)
    assert not any(_restarts(reader.seen) for reader in at_window), "a server that only reads takes no answer with it"

    killed = time.monotonic()
    victim.kill()
    await until(lambda: all(_restarts(reader.seen) for reader in (*at_heir[:2], at_heir[-1])), within=20)
    taken_over = time.monotonic() - killed
    print(f"answers go on {taken_over:.2f} s after kill -9")
    assert taken_over < 5

    await asyncio.gather(*reading)
    for number, one in enumerate(asked):
        readers = [at_victim[number].seen, at_heir[number].seen, at_window[number].seen]
        kept = await assert_kept(client, heir.url, one, *readers, text=_expected(one, readers[0]))
        [restarted] = _restarts(readers[0])
        assert (restarted.data["attempt"], restarted.data["reason"], kept["attempt"]) == (2, "executor_lost", 2)
        assert len(one.requests(providers)) == 2
    assert _restarts(at_heir[-1].seen)[0].data["keep"] == 0


def _restarts(seen: Seen) -> list[Frame]:
    return [frame for frame in seen.frames if frame.event == "restarted"]


def _expected(asked: Asked, seen: Seen) -> str:
    """The provider's text; where it goes on with something else, that follows what was there."""
    if "continue=different" not in asked.question:
        return asked.text
    keep = _restarts(seen)[0].data["keep"]
    assert keep >= 100
    name = asked.question.partition("id=")[2].split()[0]
    return asked.text[:keep] + asked.text.replace(name, "other")
