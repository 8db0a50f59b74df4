"""One chaos run: start everything, let people talk and faults happen, wait until all is quiet, judge."""

import asyncio
import random
import tempfile
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from tests.chaos.checker import Checker, reconnects_at
from tests.chaos.client import Clients
from tests.chaos.clock import build_library
from tests.chaos.database import running_database
from tests.chaos.faults import Faults
from tests.chaos.fleet import Fleet, make_fleet
from tests.chaos.ledger import Asked, Ledger
from tests.chaos.schedule import ALL, Planned, plan
from tests.chaos.vitals import Vitals, still_busy
from tests.e2e.database_proxy import DatabaseProxy
from tests.providers.running import running_providers

LEASE = 3.0

ACCIDENTS = ("Traceback", "was never retrieved", "was destroyed but it is pending", "was never awaited")
"""What no process may ever say, whatever happens around it."""

QUIET = 30.0
"""Seconds within which everything must be at rest after the last question."""

SETTINGS = {
    "LLM_PROVIDER": "openai_compatible",
    "LLM_MODEL": "fake",
    "LLM_TIMEOUT": "5",
    "LLM_TOKEN_TIMEOUT": "12",  # longer than any stop: who wakes up late must not blame the provider
    "RUN_LEASE": f"{LEASE}",
    "RUN_MAX_ATTEMPTS": "50",
    "SHUTDOWN_GRACE": "0",
    "STREAM_HEARTBEAT": "1",
    "STREAM_SEND_TIMEOUT": "3",
    "DATABASE_POOL_SIZE": "6",
}


@dataclass(frozen=True)
class Plan:
    """What to do. `spared` slots live as long as the run does, apart from being stopped, cut off and misled."""

    seed: int
    seconds: float
    conversations: int
    faults: Collection[str] = ALL
    spared: Collection[str] = ()
    keep: Path | None = None
    """A folder to leave the processes' log lines in."""

    @property
    def schedule(self) -> list[Planned]:
        return plan(self.seed, self.seconds, self.faults, self.spared)


@dataclass
class Outcome:
    """What came of it."""

    ledger: Ledger
    vitals: Vitals
    deploys: list[int] = field(default_factory=list[int])
    """How often a steady reader connected anew in a deploy that nothing else disturbed."""
    tracebacks: list[str] = field(default_factory=list[str])


async def drive(wanted: Plan, say: Callable[[str], None] = print) -> Outcome:
    """Let it happen. What is wrong is in the outcome's complaints."""
    say(f"seed {wanted.seed}, {wanted.seconds:.0f} s, {wanted.conversations} conversations, faults {','.join(wanted.faults)}")
    for planned in wanted.schedule:
        say(str(planned))
    with (
        tempfile.TemporaryDirectory(prefix="chaos-") as folder,
        running_providers() as providers,
        running_database(256 + int(wanted.seconds * 0.6)) as database,
    ):
        gateway_folder = Path(folder) / "gateway"
        gateway_folder.mkdir()
        async with DatabaseProxy(gateway_folder, database.url).running() as gateway:
            settings = {**SETTINGS, "LLM_BASE_URL": f"{providers.url}/v1"}
            fleet = make_fleet(Path(folder), database.url, gateway.url, settings, build_library(Path(folder)), wanted.conversations)
            ledger = Ledger()
            faults = Faults(fleet, database, gateway, ledger, wanted.spared)
            checker = Checker(database.dsn, providers, ledger)
            try:
                await fleet.start()
                return await _Run(wanted, fleet, faults, checker, ledger, database.dsn, say).through()
            finally:
                if wanted.keep:
                    _keep_logs(fleet, wanted.keep)
                fleet.stop()


def _keep_logs(fleet: Fleet, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, (name, output) in enumerate(fleet.outputs()):
        (folder / f"{name}-{number}.log").write_text(output)


class _Run:
    def __init__(
        self, wanted: Plan, fleet: Fleet, faults: Faults, checker: Checker, ledger: Ledger, dsn: str, say: Callable[[str], None]
    ) -> None:
        self._wanted = wanted
        self._fleet = fleet
        self._faults = faults
        self._checker = checker
        self._ledger = ledger
        self._say = say
        self._outcome = Outcome(ledger, Vitals(fleet, dsn))

    async def through(self) -> Outcome:
        watching = asyncio.ensure_future(self._outcome.vitals.watch())
        clients = Clients(self._fleet, self._ledger, self._wanted.seed, self._wanted.faults, self._judge)
        begin = time.monotonic()
        try:
            async with asyncio.TaskGroup() as tasks:
                for planned in self._wanted.schedule:
                    tasks.create_task(self._happen(planned, begin))
                for number in range(self._wanted.conversations):
                    tasks.create_task(clients.talk(number, begin + self._wanted.seconds))
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
            await clients.close()
        await self._fleet.settle()
        await self._rest()
        await self._checker.judge_all()
        said = self._fleet.outputs()
        self._outcome.tracebacks = [f"{name}: {_around(text, sign)}" for name, text in said for sign in ACCIDENTS if sign in text]
        self._ledger.complaints += self._outcome.tracebacks
        self._ledger.complaints += self._outcome.vitals.leaks()
        return self._outcome

    async def _happen(self, planned: Planned, begin: float) -> None:
        await asyncio.sleep(max(0.0, begin + planned.at - time.monotonic()))
        self._say(f"now {time.monotonic() - begin:6.1f} s  {planned.kind} {planned.target}")
        await self._faults.do(planned)

    async def _judge(self, asked: Asked) -> None:
        await self._checker.judge(asked)
        for window in self._ledger.windows:
            if window.kind == "sigterm" and self._ledger.calm(window.begin, window.end, but_for=["deploy"]):
                self._outcome.deploys += [
                    reconnects_at(sighting, window.begin, window.end + 1)
                    for sighting in asked.sightings
                    if sighting.manner == "steady" and sighting.begun[0] < window.begin < sighting.begun[-1] + 60 and sighting.done
                ]

    async def _rest(self) -> None:
        """Nobody asks, nobody reads: nothing may be held any more."""
        deadline = time.monotonic() + QUIET
        async with httpx.AsyncClient(timeout=2) as client:
            while busy := still_busy(await self._outcome.vitals.sample(client)):
                if time.monotonic() > deadline:
                    self._ledger.complaints.append(f"still busy when all is quiet: {busy}")
                    return
                await asyncio.sleep(0.2)


def _around(text: str, sign: str) -> str:
    begin = text.rindex(sign)
    return text[max(0, begin - 300) : begin + 3000]


def random_seed() -> int:
    return random.SystemRandom().randrange(10_000)
