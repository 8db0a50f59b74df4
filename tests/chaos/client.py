"""People who talk: one conversation after another question, with readers of all manners, and now and then a cancel, a delete, a post sent several times.

What they do follows from the seed and their number. Everything is written into the ledger; the checker is told when a question is over.
"""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Any

import httpx

from tests.chaos import wire
from tests.chaos.fleet import Fleet
from tests.chaos.ledger import Asked, Ledger, Sighting

PATIENCE = 5.0
"""Seconds of silence after which a reader tries elsewhere; the servers send heartbeats every second."""

STUCK = 120.0
"""Seconds after which a reader without an end is a complaint."""

STUCK_BESIDE_SILENCE = 300.0
"""The same where the provider never says a word: that takes half a minute of every executor, and five may follow each other."""

TROUBLES = (
    "fault=429 times=1 retry_after=0.2",
    "fault=503 times=2",
    "fault=429 retry_after=0.1",
    "fault=500",
    "fault=400",
    "fault=drop after={some}",
    "fault=drop times=1",
    "fault=hang after={some}",
    "fault=silent",
    "fault=garbage after={some}",
    "fault=error_event after={some}",
    "fault=truncate after={some}",
    "fault=empty",
    "fault=html",
)
"""Each may end the run as failed, with a beginning of the answer or, where the provider recovers, all of it."""

ODDITIES = ("slow_drip=0.004 rate=0 tokens=12", "huge=120000", "split=7", "crlf", "first=1.5", "pings=3", "chunk=4 rate=200")
"""The provider does nothing wrong: the answer must be exact."""

CONTINUATIONS = ("exact", "exact", "overlap", "restart")

READERS = ("restless", "stalling", "late")


class Clients:
    """All of them. `judge` is told about every question that is over."""

    def __init__(
        self, fleet: Fleet, ledger: Ledger, seed: int, manners: Collection[str], judge: Callable[[Asked], Awaitable[None]]
    ) -> None:
        self._fleet = fleet
        self._ledger = ledger
        self._seed = seed
        self._manners = manners
        self._judge = judge
        limits = httpx.Limits(max_connections=500, max_keepalive_connections=0)
        self._http = httpx.AsyncClient(timeout=PATIENCE, limits=limits)

    async def talk(self, number: int, until: float) -> None:
        """One person's conversation, until that moment of the monotonic clock; what was asked is read to its end."""
        dice = random.Random(f"client {self._seed} {number}")
        await asyncio.sleep(dice.uniform(0, 2))
        thread_id, questions = "", 0
        while time.monotonic() < until:
            if not thread_id or questions % 10 == 0:
                thread_id = await self._new_thread(dice)
            questions += 1
            asked = await self._ask(thread_id, f"s{self._seed}c{number}q{questions}x", dice)
            async with asyncio.TaskGroup() as tasks:
                for sighting in asked.sightings:
                    tasks.create_task(self._read(asked, sighting, random.Random(dice.random())))
                self._interfere(asked, dice, tasks)
            await self._judge(asked)
            if asked.deleted:
                thread_id = ""
            await asyncio.sleep(dice.uniform(0, 0.3))

    async def close(self) -> None:
        await self._http.aclose()

    # -- asking ------------------------------------------------------------------------------------------------------------------------

    async def _new_thread(self, dice: random.Random) -> str:
        user = await self._call("POST", "/api/users", dice, json={"name": "chaos"})
        thread = await self._call("POST", "/api/threads", dice, json={"user_id": user.json()["user_id"], "assistant": "resume"})
        return thread.json()["thread_id"]

    async def _ask(self, thread_id: str, name: str, dice: random.Random) -> Asked:
        directive, healthy = self._directive(dice)
        question = f"What next? [[id={name} {directive}]]"
        copies = dice.randint(2, 4) if "duplicate" in self._manners and dice.random() < 0.3 else 1
        path, headers = f"/api/threads/{thread_id}/messages", {"Idempotency-Key": name}
        posting = [self._call("POST", path, dice, json={"content": question}, headers=headers) for _ in range(copies)]
        answers = [answer.json() for answer in await asyncio.gather(*posting)]
        if len({answer["run_id"] for answer in answers}) != 1:
            self._ledger.complaints.append(f"{name}: one key, several runs: {answers}")
        posted = answers[0]
        sightings = [Sighting("steady"), *(Sighting(manner) for manner in dice.sample(READERS, dice.randint(1, 2)))]
        return Asked(thread_id, posted["run_id"], posted["answer_id"], question, healthy, sightings=sightings)

    def _directive(self, dice: random.Random) -> tuple[str, bool]:
        tokens, how = dice.randint(10, 150), dice.choice(CONTINUATIONS)
        words = [f"tokens={tokens}", f"rate={dice.choice((20, 40, 80))}", f"continue={how}"]
        if "provider" in self._manners and dice.random() < 0.2:
            return " ".join((*words, dice.choice(TROUBLES).format(some=dice.randint(1, tokens)))), False
        if dice.random() < 0.2:
            odd = dice.choice(ODDITIES).split()
            names = {word.partition("=")[0] for word in odd}
            words = [word for word in words if word.partition("=")[0] not in names] + odd
        return " ".join(words), True

    async def _call(self, method: str, path: str, dice: random.Random, **fields: Any) -> httpx.Response:
        """Ask one server after another until one answers; what a server refuses for the moment is asked again."""
        deadline, last = time.monotonic() + STUCK, ""
        while time.monotonic() < deadline:
            try:
                answer = await self._http.request(method, dice.choice(self._fleet.urls) + path, **fields)
            except httpx.TransportError as error:
                last = repr(error)
            else:
                if answer.status_code < 300 or (method == "DELETE" and answer.status_code == 404):
                    return answer
                last = f"{answer.status_code} {answer.text}"
                if answer.status_code != 503:
                    raise AssertionError(f"{method} {path}: {last}")
            await asyncio.sleep(0.2)
        raise AssertionError(f"{method} {path}: no answer in {STUCK} s, at last {last}")

    # -- interfering -------------------------------------------------------------------------------------------------------------------

    def _interfere(self, asked: Asked, dice: random.Random, tasks: asyncio.TaskGroup) -> None:
        after = random.Random(dice.random()).choice((0.0, dice.uniform(0, 0.3), dice.uniform(0, 4)))
        chance, child = dice.random(), random.Random(dice.random())
        if "cancel" in self._manners and chance < 0.15:
            tasks.create_task(self._cancel(asked, after, child))
        elif "delete" in self._manners and chance > 0.93:
            tasks.create_task(self._delete(asked, after, child))

    async def _cancel(self, asked: Asked, after: float, dice: random.Random) -> None:
        await asyncio.sleep(after)
        asked.cancelled = True
        begin = time.time()
        answer = await self._call("POST", f"/api/runs/{asked.run_id}/cancel", dice)
        self._ledger.cancels.append((begin, time.time() - begin))
        if answer.json()["status"] not in ("cancelled", "done", "failed"):
            self._ledger.complaints.append(f"{asked.run_id}: a cancel was not final: {answer.text}")

    async def _delete(self, asked: Asked, after: float, dice: random.Random) -> None:
        await asyncio.sleep(after)
        asked.deleted = True
        await self._call("DELETE", f"/api/threads/{asked.thread_id}", dice)

    # -- reading -----------------------------------------------------------------------------------------------------------------------

    async def _read(self, asked: Asked, sighting: Sighting, dice: random.Random) -> None:
        if sighting.manner == "late":
            await asyncio.sleep(dice.uniform(0, 3))
        deadline = time.monotonic() + (STUCK_BESIDE_SILENCE if "fault=silent" in asked.question else STUCK)
        while not sighting.done and not sighting.complaint:
            if time.monotonic() > deadline:
                sighting.complaint = "no end in sight"
                return
            sighting.begun.append(time.time())
            why = await self._connect(asked, sighting, dice)
            if why == "deleted":
                return
            if not sighting.done:
                self._ledger.reconnects[why] += 1
                await asyncio.sleep(0.05 if why in ("dropped", "drained") else 0.3)

    async def _connect(self, asked: Asked, sighting: Sighting, dice: random.Random) -> str:
        """One connection; why it ended."""
        # Ever more, so that also a frame of a hundred thousand characters comes through at some time.
        drop_after = int(10 ** dice.uniform(1, 4 + len(sighting.begun) / 10)) if sighting.manner == "restless" else None
        path = f"/api/runs/{asked.run_id}/events"
        cursor = sighting.cursor or None
        try:
            async with wire.get(dice.choice(self._fleet.urls), path, cursor, PATIENCE) as stream:
                if stream.status != 200:
                    return self._refused(asked, sighting, stream.status)
                async for frame in stream.frames(drop_after):
                    sighting.frames.append(frame)
                    if sighting.manner == "stalling" and dice.random() < 0.02:
                        await asyncio.sleep(dice.uniform(0.5, 4.0))
                return "dropped" if drop_after is not None else "drained" if stream.drained else "ended early"
        except wire.LostError as lost:
            return str(lost)

    def _refused(self, asked: Asked, sighting: Sighting, status: int) -> str:
        if status == 404 and asked.deleted:
            return "deleted"
        if status != 503:
            sighting.complaint = f"status {status} after {sighting.cursor}"
        return f"status {status}"
