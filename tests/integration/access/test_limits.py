"""Limits are exact, whoever counts: two real processes on one database, and clients that all come at once."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy import URL

from app.application.chat.allowance import RESERVATION
from app.domain.chat.ending import ASSUMED_INPUT
from tests.integration.access.conftest import run_keys
from tests.integration.serving import OFFLINE, assert_problem, assert_quiet
from tests.processes import Processes
from tests.providers.running import running_providers

UNLIMITED = {"AUTH_MODE": "api_key", "RATE_LIMIT_STORE": "postgres", "RATE_LIMIT_USER": "off", "USER_RUNS": "0", "USER_TOKENS_PER_DAY": "0"}
NOBODY_WRITES = {"RUN_SLOTS": "0"}
"""Runs stay queued: they are unfinished for as long as a test looks."""


@dataclass
class Fleet:
    """Two servers, and a user whose requests go to them in turn."""

    processes: Processes
    clients: list[httpx.AsyncClient]
    user_id: int

    def at(self, number: int) -> httpx.AsyncClient:
        return self.clients[number % len(self.clients)]

    async def threads(self, count: int) -> list[str]:
        bodies = [self.at(n).post("/api/threads", json={"user_id": self.user_id}) for n in range(count)]
        return [answer.raise_for_status().json()["thread_id"] for answer in await asyncio.gather(*bodies)]

    async def post_everywhere(self, threads: list[str]) -> list[httpx.Response]:
        """A message into each thread, all at once, through both servers."""
        return list(await asyncio.gather(*(self._post(n, thread) for n, thread in enumerate(threads))))

    async def _post(self, number: int, thread: str) -> httpx.Response:
        """A 503 is no answer to the question: on a machine with too much to do some wait too long for the user's row, and come again."""
        while True:
            answer = await self.at(number).post(f"/api/threads/{thread}/messages", json={"content": "?"})
            if answer.status_code != 503:
                return answer


@pytest.fixture
def processes(database_url: URL, tmp_path: Path) -> Generator[Processes]:
    started = Processes(database_url, tmp_path, OFFLINE | UNLIMITED)
    yield started
    started.stop()


@asynccontextmanager
async def fleet(processes: Processes, settings: dict[str, str] | None = None, servers: int = 2) -> AsyncGenerator[Fleet]:
    key = run_keys(processes.database, processes.folder, "create", "--new-user", "Ada")
    running = [processes.serve(**(settings or {})) for _ in range(servers)]
    headers = {"Authorization": f"Bearer {key}"}
    clients = [
        httpx.AsyncClient(base_url=process.url, timeout=90, headers=headers, limits=httpx.Limits(max_connections=60)) for process in running
    ]
    yield Fleet(processes, clients, 1)
    for client in clients:
        await client.aclose()
    for process in running:
        assert_quiet(process)


def codes(answers: list[httpx.Response]) -> Counter[str]:
    return Counter(answer.json()["error"]["code"] if answer.is_error else "ok" for answer in answers)


# -- requests --------------------------------------------------------------------------------------------------------------------------


async def test_two_processes_together_let_through_what_one_may(processes: Processes) -> None:
    async with fleet(processes, {"RATE_LIMIT_USER": "50/hour"}) as both:
        answers = await asyncio.gather(*(both.at(n).get("/api/session") for n in range(200)))
    assert codes(list(answers)) == {"ok": 50, "rate_limited": 150}
    left = sorted(int(answer.headers["ratelimit"].split("r=")[1].split(";")[0]) for answer in answers if answer.is_success)
    assert left == list(range(50))  # each number once: nobody was let in on somebody else's request


async def test_addresses_are_counted_together_too(processes: Processes) -> None:
    async with fleet(processes, {"RATE_LIMIT_ADDRESS": "30/hour"}) as both:
        answers = await asyncio.gather(*(both.at(n).get("/api/session") for n in range(80)))
    assert codes(list(answers)) == {"ok": 30, "rate_limited": 50}


async def test_a_refusal_says_which_limit_and_how_long_to_wait(processes: Processes) -> None:
    async with fleet(
        processes, {"RATE_LIMIT_USER": "2/minute", "RATE_LIMIT_ADDRESS": "100/hour", "RATE_LIMIT_STORE": "memory"}, servers=1
    ) as one:
        first, _, refused = [await one.at(0).get("/api/session") for _ in range(3)]
        assert first.headers["ratelimit-policy"] == '"address";q=100;w=3600, "user";q=2;w=60'
        assert first.headers["ratelimit"] == '"address";r=99;t=3600, "user";r=1;t=60'
        assert_problem(refused, 429, "rate_limited")
        assert refused.headers["ratelimit"].endswith(f'"user";r=0;t={refused.headers["retry-after"]}')
        assert 55 <= int(refused.headers["retry-after"]) <= 60
        assert (await one.at(0).get("/health")).status_code == 200  # who asks whether we live is not counted


async def test_whoever_hammers_costs_no_statement(processes: Processes) -> None:
    """After its first refusal a process remembers, and does not ask the database until the window is over."""
    async with fleet(processes, {"RATE_LIMIT_USER": "3/hour"}, servers=1) as one:
        for _ in range(20):
            await one.at(0).get("/api/session")
    address = processes.database.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(address) as connection:
        assert connection.execute("SELECT hits FROM rate_windows WHERE subject = 'user:1'").fetchone() == (4,)


# -- runs ------------------------------------------------------------------------------------------------------------------------------


async def test_a_user_has_as_many_unfinished_runs_as_allowed_and_not_one_more(processes: Processes) -> None:
    async with fleet(processes, {"USER_RUNS": "7", **NOBODY_WRITES}) as both:
        threads = await both.threads(40)
        answers = await both.post_everywhere(threads)
        assert codes(answers) == {"ok": 7, "too_many_runs": 33}
        refused = next(answer for answer in answers if answer.is_error)
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1
        run = next(answer for answer in answers if answer.is_success).json()["run_id"]
        (await both.at(0).post(f"/api/runs/{run}/cancel")).raise_for_status()
        again = await both.post_everywhere(await both.threads(10))
        assert codes(again) == {"ok": 1, "too_many_runs": 9}


async def test_a_refused_post_leaves_nothing_and_its_key_is_free(processes: Processes) -> None:
    async with fleet(processes, {"USER_RUNS": "1", **NOBODY_WRITES}) as both:
        one, two = await both.threads(2)
        (first,) = await both.post_everywhere([one])
        headers = {"Idempotency-Key": "again"}
        refused = await both.at(1).post(f"/api/threads/{two}/messages", json={"content": "?"}, headers=headers)
        assert_problem(refused, 429, "too_many_runs")
        assert (await both.at(0).get(f"/api/threads/{two}/messages")).json()["messages"] == []
        (await both.at(0).post(f"/api/runs/{first.json()['run_id']}/cancel")).raise_for_status()
        accepted = await both.at(1).post(f"/api/threads/{two}/messages", json={"content": "?"}, headers=headers)
        replayed = await both.at(0).post(f"/api/threads/{two}/messages", json={"content": "?"}, headers=headers)
        assert accepted.status_code == replayed.status_code == 201  # a repeated post is the same run, not one more
        assert accepted.json() == replayed.json()


async def test_interrupting_makes_room_for_the_run_that_interrupts(processes: Processes) -> None:
    async with fleet(processes, {"USER_RUNS": "1", **NOBODY_WRITES}) as both:
        (thread,) = await both.threads(1)
        await both.post_everywhere([thread])
        body = {"content": "!", "on_busy": "interrupt"}
        assert (await both.at(1).post(f"/api/threads/{thread}/messages", json=body)).status_code == 201


# -- tokens ----------------------------------------------------------------------------------------------------------------------------


async def test_many_posts_at_once_do_not_spend_the_same_rest_of_a_day(processes: Processes) -> None:
    """Each unfinished run holds its reservation, on whichever process it was posted."""
    async with fleet(processes, {"USER_TOKENS_PER_DAY": str(RESERVATION * 6 + 17), **NOBODY_WRITES}) as both:
        answers = await both.post_everywhere(await both.threads(30))
        assert codes(answers) == {"ok": 6, "token_budget_spent": 24}


async def test_a_run_is_charged_what_the_provider_counted_and_the_day_ends_there(database_url: URL, tmp_path: Path) -> None:
    with running_providers() as providers:
        provider = {
            "LLM_PROVIDER": "openai_compatible",
            "LLM_BASE_URL": f"{providers.url}/v1",
            "LLM_MODEL": "fake",
            "ANSWER_CACHE": "false",
        }
        processes = Processes(database_url, tmp_path, UNLIMITED | provider)
        try:
            async with fleet(processes, {"USER_TOKENS_PER_DAY": str(RESERVATION + 100)}) as both:
                (thread,) = await both.threads(1)
                spent = 0
                while spent <= 100:
                    posted = (await both.post_everywhere([thread]))[0].raise_for_status().json()
                    assert "event: done" in (await both.at(1).get(posted["events_url"])).text
                    usage = (await both.at(0).get(f"/api/runs/{posted['run_id']}")).json()["usage"]
                    assert usage["input_tokens"] + usage["output_tokens"] > 0
                    spent += usage["input_tokens"] + usage["output_tokens"]
                    session = (await both.at(1).get("/api/session")).json()
                    assert (session["tokens_today"], session["tokens_per_day"]) == (spent, RESERVATION + 100)
                (refused,) = await both.post_everywhere([thread])
                assert_problem(refused, 429, "token_budget_spent")
                assert 0 < int(refused.headers["retry-after"]) <= 86_400
                await both.at(0).delete(f"/api/threads/{thread}")  # what was spent stays spent
                assert codes(await both.post_everywhere(await both.threads(1))) == {"token_budget_spent": 1}
        finally:
            processes.stop()


async def test_cancelling_in_time_is_not_free(database_url: URL, tmp_path: Path) -> None:
    """The provider has read the prompt, whatever becomes of the answer."""
    processes = Processes(database_url, tmp_path, OFFLINE | UNLIMITED | {"OFFLINE_TOKENS_PER_SECOND": "2", "ANSWER_CACHE": "false"})
    try:
        async with fleet(processes) as both:
            (thread,) = await both.threads(1)
            (posted,) = await both.post_everywhere([thread])
            run = posted.raise_for_status().json()["run_id"]
            async with both.at(1).stream("GET", f"/api/runs/{run}/events") as stream:
                async for line in stream.aiter_lines():
                    if line == "event: started":
                        break
            (await both.at(0).post(f"/api/runs/{run}/cancel")).raise_for_status()
            assert (await both.at(1).get("/api/session")).json()["tokens_today"] >= ASSUMED_INPUT
    finally:
        processes.stop()
