"""Kill a server in the middle of an answer, and see whether a reader of the deployment notices more than a pause.

The victim is a server of the doctor's own, on the deployment's database: nobody else knows its port. The question is posted there, so it writes the
answer; it is read through the deployment's address; then the victim is killed (SIGKILL), and somebody in the deployment has to go on.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx

from app.infrastructure.doctor.deployment import Deployment, Stream, reached
from app.infrastructure.doctor.report import Report

START_SECONDS = 60.0
END_SECONDS = 120.0
_SIGN = "Chatbot SSE API on "


class NoVictim(Exception):
    """The doctor's own server did not start; the message says why."""


async def check_chaos(deployment: Deployment, thread_id: str, question: str, report: Report) -> None:
    """One finding, `chaos`."""
    try:
        async with _victim() as (process, address), reached(address, deployment.key) as victim:
            victim_sees = await victim.get(f"/api/threads/{thread_id}")
            if victim_sees.status_code != 200:
                report.fail(
                    "chaos",
                    "The doctor's own server does not know the deployment's conversation.",
                    "Set DATABASE_URL (and AUTH_MODE) as the deployment has them.",
                )
                return
            posted = await victim.post(f"/api/threads/{thread_id}/messages", {"content": question})
            if posted.status_code != 201 or posted.json()["status"] != "running":
                report.skip(
                    "chaos",
                    f"The doctor's own server could not take the question ({posted.status_code}). Try again when nothing else waits.",
                )
                return
            await _kill_and_read(deployment, process, posted.json()["run_id"], report)
    except NoVictim as error:
        report.fail("chaos", str(error), "Run the doctor where the deployment's settings are: DATABASE_URL, the provider's key.")


async def _kill_and_read(deployment: Deployment, process: asyncio.subprocess.Process, run_id: str, report: Report) -> None:
    stream, killed = Stream(), 0.0
    deadline = time.monotonic() + END_SECONDS
    while not stream.of("done") and time.monotonic() < deadline:
        cursor = stream.frames[-1].id if stream.frames else None
        with contextlib.suppress(httpx.HTTPError, TimeoutError):
            async with asyncio.timeout(max(0.1, deadline - time.monotonic())):
                async for _ in deployment.follow(f"/api/runs/{run_id}/events", stream, cursor):
                    if not killed and len(stream.text) >= 20 and not stream.of("done"):
                        process.kill()
                        killed = time.monotonic()
        await asyncio.sleep(0.2)
    _judge(stream, killed, (await deployment.get(f"/api/runs/{run_id}")).json().get("attempt"), report)


def _judge(stream: Stream, killed: float, attempt: int | None, report: Report) -> None:
    if not killed:
        report.skip("chaos", "The answer was over before the server could be killed: ask for a longer one with --question.")
        return
    if not stream.of("done"):
        report.fail(
            "chaos",
            "Nobody went on with the answer.",
            "Is there another process with free slots: `chatbot worker`, or serve with RUN_SLOTS above 0?",
        )
        return
    status, final = stream.of("done")[0].data["status"], stream.of("final")
    whole = bool(final) and final[0].data["text"] == stream.text
    if stream.seqs != list(range(1, len(stream.frames) + 1)) or len(stream.of("done")) != 1:
        report.fail(
            "chaos", f"The reader saw gaps or repeats: {stream.seqs[-10:]}.", "This must not happen: please open an issue with this report."
        )
    elif status != "done" or not whole:
        report.fail(
            "chaos", f"The run ended as {status}.", "The log says why, by the run's id; the provider must answer from every process."
        )
    elif attempt == 1:
        report.skip("chaos", "The answer was over before the server could be killed: ask for a longer one with --question.")
    else:
        pause = next(frame.at for frame in stream.frames if frame.at > killed and frame.event in ("restarted", "started", "token")) - killed
        kept = stream.of("restarted")[-1].data["keep"] if stream.of("restarted") else 0
        how = f"went on after {kept} characters" if kept else "began the answer anew"
        report.ok(
            "chaos",
            f"The server was killed in mid-answer; {pause:.1f} s later another {how}. No gap, no repeat, {len(stream.text)} characters.",
        )


@asynccontextmanager
async def _victim() -> AsyncGenerator[tuple[asyncio.subprocess.Process, str], None]:
    """A server with the settings of this folder and environment, on a free port of this machine, with one slot."""
    arguments = ("-m", "app", "serve", "--host", "127.0.0.1", "--port", "0", "--slots", "1")
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments, stdout=pipe, stderr=asyncio.subprocess.DEVNULL)
    try:
        yield process, await _address(process)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            while line := await process.stdout.readline():
                if _SIGN in (text := line.decode()):
                    return text.partition(_SIGN)[2].strip()
    except TimeoutError:
        raise NoVictim("The doctor's own server did not start in a minute.") from None
    raise NoVictim("The doctor's own server did not start: `chatbot serve --port 0` says why.")
