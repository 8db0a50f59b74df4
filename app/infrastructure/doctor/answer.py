"""One real question, and what becomes of its stream on the way: the provider, the proxy's buffers, resuming, heartbeats."""

import asyncio
import time
from dataclasses import dataclass
from typing import Any

import httpx

from app.infrastructure.doctor.deployment import Deployment, Stream
from app.infrastructure.doctor.report import Report

QUESTION = "What did this person do in each job, what did they study, and which skills and languages do they have?"
"""Of the assistant `resume`, whose answers are never given again: the model is really asked."""

ANSWER_SECONDS = 180.0
HEARTBEAT_SECONDS = 10.0
"""What the protocol promises (docs/protocol.md §3.1)."""

UNBUFFER = (
    "Switch off response buffering for /api in the proxy (nginx: proxy_buffering off; Apache: flushpackets=on; Cloudflare and CDNs: no caching, no "
    "transformation), and compression of text/event-stream."
)

_FAILURES = {
    "provider_auth": "The provider refused the key: set a valid one and restart the servers and workers.",
    "provider_bad_request": "LLM_MODEL names a model that the provider does not have, or LLM_BASE_URL another kind of server.",
    "provider_rate_limited": "The account's limit is reached: raise it there, or lower RUN_SLOTS.",
    "provider_unavailable": "The servers cannot reach the provider: outgoing connections, DNS, its base URL.",
    "provider_timeout": "The provider did not answer in time: see its status page, LLM_TIMEOUT.",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that was answered: where, and what came."""

    thread_id: str
    run_id: str
    stream: Stream


async def open_thread(deployment: Deployment, session: dict[str, Any], report: Report) -> str | None:
    """A conversation to try things in. With AUTH_MODE=off a user named doctor is made for it, and stays."""
    try:
        user_id = session.get("user_id")
        if user_id is None:
            user_id = (await deployment.post("/api/users", {"name": "doctor"})).raise_for_status().json()["user_id"]
        body = {"user_id": user_id, "assistant": "resume", "title": "chatbot doctor"}
        return (await deployment.post("/api/threads", body)).raise_for_status().json()["thread_id"]
    except httpx.HTTPStatusError as error:
        report.fail(
            "conversation",
            f"{error.request.url.path} answers {error.response.status_code}.",
            "Let the proxy pass POST requests to /api through.",
        )
        return None


async def check_answer(deployment: Deployment, thread_id: str, question: str, report: Report) -> Asked | None:
    """Ask, and follow the answer; None if there was none to look at."""
    posted = await deployment.post(f"/api/threads/{thread_id}/messages", {"content": question})
    if posted.status_code != 201:
        report.fail(
            "answer",
            f"Posting a message answers {posted.status_code}: {posted.text[:200]}",
            "See the log of the server, by the request_id.",
        )
        return None
    answered, run_id = time.monotonic(), posted.json()["run_id"]
    path = f"/api/runs/{run_id}/events"
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            stream = await deployment.followed(path)
    except (httpx.HTTPError, TimeoutError) as error:
        status = (await deployment.get(f"/api/runs/{run_id}")).json().get("status")
        if status == "queued":
            report.fail(
                "answer",
                "The run was never started.",
                "No process has a free slot: start `chatbot worker`, or serve with RUN_SLOTS above 0.",
            )
        else:
            report.fail(
                "stream",
                f"The stream broke off or stayed silent ({type(error).__name__}); the run is {status}.",
                f"{UNBUFFER} Raise its read time-out above 15 s.",
            )
        return None
    if stream.status != 200 or "text/event-stream" not in stream.headers.get("content-type", ""):
        report.fail(
            "stream",
            f"{path} answers {stream.status} {stream.headers.get('content-type', '')}.",
            "Let the proxy pass the stream through as it is.",
        )
        return None
    _judge_ending(stream, report)
    _judge_numbers(stream, report)
    _judge_headers(stream, report)
    await _judge_spread(deployment, run_id, answered, stream, report)
    return Asked(thread_id, run_id, stream)


def _judge_ending(stream: Stream, report: Report) -> None:
    done, errors = stream.of("done"), stream.of("error")
    if errors:
        code = str(errors[-1].data.get("code"))
        report.fail(
            "answer",
            f"The run failed with {code}: {errors[-1].data.get('message')}",
            _FAILURES.get(code, "The log of the server says more, by the run's id."),
        )
    elif not done:
        report.fail("stream", "The stream ended before `done`.", "The proxy cuts long answers: raise its read and total time-outs.")
    else:
        taken = stream.frames[-1].at - stream.opened
        report.ok("answer", f"The model answered {len(stream.text)} characters in {taken:.1f} s.")


def _judge_numbers(stream: Stream, report: Report) -> None:
    final = stream.of("final")
    if stream.seqs != list(range(1, len(stream.frames) + 1)):
        report.fail(
            "exactness",
            f"Events are missing or come twice: {stream.seqs[:10]} …",
            "Something between here and the server changes the stream.",
        )
    elif final and final[-1].data["text"] != stream.text:
        report.fail(
            "exactness", "The pieces put together are not the whole answer.", "Something between here and the server changes the stream."
        )
    else:
        report.ok("exactness", f"{len(stream.frames)} events without a gap; the pieces put together are the answer.")


def _judge_headers(stream: Stream, report: Report) -> None:
    if encoding := stream.headers.get("content-encoding"):
        report.warn("headers", f"The stream arrives compressed ({encoding}): who compresses holds back.", UNBUFFER)
    elif "no-transform" not in stream.headers.get("cache-control", ""):
        report.warn(
            "headers",
            "Cache-Control: no-transform was lost on the way.",
            "Let the proxy keep the server's Cache-Control: others behind it obey it.",
        )
    else:
        report.ok("headers", "The stream's headers arrive as they were sent.")


async def _judge_spread(deployment: Deployment, run_id: str, posted: float, stream: Stream, report: Report) -> None:
    """The first token must not come only when the last one has been written. `posted` is when the post was answered: by then the run had begun."""
    tokens = stream.of("token")
    timings: dict[str, float | None] = (await deployment.get(f"/api/runs/{run_id}")).json().get("timings") or {}
    first, total = timings.get("first_token") or 0.0, timings.get("total") or 0.0
    written = total - first
    begin = posted + (timings.get("queued") or 0.0) + first
    if len(tokens) < 2 or written < 0.5 or stream.opened > begin + written * 0.3:
        report.skip("buffering", "The answer was too quick to see whether it is held back; the silent stream below tells.")
    elif tokens[0].at > begin + written * 0.8:
        words = f"Tokens were written over {written:.1f} s, and the first one arrived when they were almost through"
        report.fail("buffering", f"{words}: something holds the stream back.", UNBUFFER)
    else:
        report.ok("buffering", f"Tokens written over {written:.1f} s arrived over {tokens[-1].at - tokens[0].at:.1f} s.")


async def check_resuming(deployment: Deployment, asked: Asked, report: Report) -> None:
    """Come back in the middle, as an `EventSource` does: exactly the rest must come."""
    frames = asked.stream.frames
    if len(frames) < 3:
        report.skip("resume", "There was too little to resume.")
        return
    path, middle = f"/api/runs/{asked.run_id}/events", len(frames) // 2
    expected = [(frame.id, frame.event, frame.data) for frame in frames[middle:]]
    cursor = frames[middle - 1].id
    by_header = await deployment.followed(path, cursor)
    if [(frame.id, frame.event, frame.data) for frame in by_header.frames] == expected:
        at_end = await deployment.followed(path, frames[-1].id)
        if at_end.status == 204:
            report.ok("resume", f"Coming back after event {cursor} gave exactly the rest; at the end 204 says that there is no more.")
        else:
            report.fail(
                "resume",
                f"At the end of a finished run {at_end.status} came instead of 204: browsers would come back for ever.",
                "Let the proxy pass 204 through.",
            )
        return
    by_query = await deployment.followed(f"{path}?after={cursor}")
    if [(frame.id, frame.event, frame.data) for frame in by_query.frames] == expected:
        report.fail(
            "resume",
            "Last-Event-ID does not reach the server: a browser that comes back gets everything again.",
            "Let the proxy pass the request header Last-Event-ID through, and do not cache /api.",
        )
    else:
        report.fail(
            "resume",
            f"Coming back after event {cursor} gave something else than the rest.",
            "A cache answers in the server's place: do not cache /api.",
        )


async def check_silence(deployment: Deployment, thread_id: str, report: Report) -> None:
    """A stream on which nothing happens: it must open at once and show a heartbeat within ten seconds."""
    stream = Stream()
    started = time.monotonic()
    try:
        async with asyncio.timeout(HEARTBEAT_SECONDS + 3):
            async for _ in deployment.follow(f"/api/threads/{thread_id}/events", stream):
                if stream.comments:
                    break
    except TimeoutError:
        what = "opened, but no heartbeat came" if stream.retries else "gave not a single byte"
        report.fail("heartbeat", f"A silent stream {what} within {HEARTBEAT_SECONDS + 3:.0f} s: something holds it back.", UNBUFFER)
        return
    except httpx.HTTPError as error:
        report.fail(
            "heartbeat",
            f"A silent stream was cut after {time.monotonic() - started:.1f} s ({type(error).__name__}).",
            "Raise the proxy's read time-out above 15 s.",
        )
        return
    if not stream.comments:
        report.fail(
            "heartbeat",
            f"A silent stream ended after {time.monotonic() - started:.1f} s, with status {stream.status}.",
            "Raise the proxy's read time-out above 15 s.",
        )
    else:
        report.ok("heartbeat", f"A silent stream opens at once; its first heartbeat came after {stream.comments[0] - started:.1f} s.")
