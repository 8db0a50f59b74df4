"""`/api/runs`: one answer in the making: its state, its events, its end."""

from fastapi import APIRouter, Response

from app.application.chat.post_message_create_run import RegenerateRequest
from app.infrastructure.web.dependencies import AfterSeq, Cases, IdempotencyKeyHeader, LastSeqHeader, PaceQuery, RunIdPath, Streams
from app.infrastructure.web.door import WhileBelieved
from app.infrastructure.web.errors import BUDGET_SPENT, KEY_REUSED, QUEUE_FULL, THREAD_BUSY, TOO_MANY_RUNS, TOO_MANY_STREAMS, answers
from app.infrastructure.web.guarded_route import GuardedRoute
from app.infrastructure.web.routers.event_stream import ENDED, EVENT_STREAM
from app.infrastructure.web.schemas import PostedOut, RegenerateBody, RunOut
from app.infrastructure.web.sse import RunEventsResponse, chunks, run_cursor, run_event_id

router = APIRouter(prefix="/api/runs", tags=["runs"], route_class=GuardedRoute)

NO_RUN = (404, "run_not_found", "There is no run 019aa3f2-8a40-7b6e-8f0a-2f1f0c9b7d52.")


@router.get("/{run_id}", summary="Read a run", responses=answers(NO_RUN))
async def read_run(run_id: RunIdPath, cases: Cases) -> RunOut:
    """Where it stands, who answers, what it cost."""
    return RunOut.of(await cases.read_run.execute(run_id))


@router.get(
    "/{run_id}/events",
    status_code=200,
    summary="Follow a run",
    response_class=RunEventsResponse,
    responses={**EVENT_STREAM, **ENDED, **answers(NO_RUN, TOO_MANY_STREAMS, (400, "invalid_cursor", "The cursor 'abc' is not a number."))},
)
async def follow_run(
    run_id: RunIdPath,
    cases: Cases,
    streams: Streams,
    believed: WhileBelieved,
    after: AfterSeq = None,
    last_event_id: LastSeqHeader = None,
    pace: PaceQuery = 0,
) -> RunEventsResponse:
    """The run's events, those stored and those to come, until `done`. Come back with the `id` of the last event seen: no gap, no repeat,
    whichever process answers, also long after the end."""
    batches = await cases.follow_run.execute(run_id, run_cursor(last_event_id, after))
    return RunEventsResponse(chunks(batches, run_event_id, pace), streams, believed)


@router.post("/{run_id}/cancel", status_code=202, summary="Cancel a run", responses=answers(NO_RUN))
async def cancel_run(run_id: RunIdPath, cases: Cases) -> RunOut:
    """Final at once, from any process, whatever state the executor is in. The text so far is kept. A finished run stays as it is."""
    return RunOut.of(await cases.cancel_run.execute(run_id))


@router.post(
    "/{run_id}/regenerate",
    status_code=201,
    summary="Answer again",
    responses=answers(NO_RUN, THREAD_BUSY, QUEUE_FULL, KEY_REUSED, TOO_MANY_RUNS, BUDGET_SPENT),
)
async def regenerate_run(
    run_id: RunIdPath, cases: Cases, response: Response, body: RegenerateBody | None = None, idempotency_key: IdempotencyKeyHeader = None
) -> PostedOut:
    """A new run on the same user message; the older answer stays as a sibling."""
    body = body or RegenerateBody()
    posted = await cases.regenerate_run.execute(RegenerateRequest(run_id, body.on_busy, idempotency_key))
    if posted.replayed:
        response.headers["Idempotent-Replayed"] = "true"
    return PostedOut.of(posted.run)
