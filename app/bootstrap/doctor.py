"""The doctor's round, in order: is it there, is it ready, may we in; a question and its stream; resuming; silence; the WebSocket; notifications.

Called by `chatbot doctor`. What belongs to the network is in `infrastructure/doctor`, what belongs to Postgres in `infrastructure/db/diagnosis.py`.
"""

import httpx
import psycopg

from app.bootstrap.version import app_version
from app.infrastructure.db.diagnosis import diagnose
from app.infrastructure.db.engine import DatabaseUrlError, parse_url
from app.infrastructure.doctor import answer, service, socket
from app.infrastructure.doctor.chaos import check_chaos
from app.infrastructure.doctor.deployment import Deployment, reached
from app.infrastructure.doctor.report import Report
from app.settings import Settings

POOLER = (
    "A pooler in transaction mode swallows LISTEN: give the product a direct connection, or one in session mode. Until then it polls three times a second, "
    "correctly, and a little later."
)


async def examine(
    url: str, settings: Settings, key: str | None, report: Report, *, question: str = answer.QUESTION, chaos: bool = False
) -> None:
    """Look at everything, and write it into the report. Never raises for what is wrong out there."""
    async with reached(url, key) as deployment:
        try:
            await _examine(deployment, report, question, chaos=chaos)
        except httpx.HTTPError as error:
            where = error.request.url.path if error._request else deployment.base  # noqa: SLF001 - `request` raises without one  # pyright: ignore[reportPrivateUsage]
            report.fail("network", f"{where} broke off: {type(error).__name__} {error}".strip(), "Look at the proxy's log for this moment.")
        await _check_notifications(deployment, settings, report)


async def _examine(deployment: Deployment, report: Report, question: str, *, chaos: bool) -> None:
    if not await service.check_reachable(deployment, report, app_version()):
        return
    await service.check_transport(deployment, report)
    await service.check_ready(deployment, report)
    session = await service.check_access(deployment, report)
    thread_id = await answer.open_thread(deployment, session, report) if session else None
    if thread_id is None:
        return
    try:
        asked = await answer.check_answer(deployment, thread_id, question, report)
        if asked is not None:
            await answer.check_resuming(deployment, asked, report)
        await answer.check_silence(deployment, thread_id, report)
        await socket.check_websocket(deployment, thread_id, report)
        if chaos:
            await check_chaos(deployment, thread_id, question, report)
    finally:
        await deployment.delete(f"/api/threads/{thread_id}")


async def _check_notifications(deployment: Deployment, settings: Settings, report: Report) -> None:
    """Through DATABASE_URL if it is at hand, else by what the server says of itself."""
    if settings.database_url is not None:
        await _check_database(settings.database_url.get_secret_value(), report)
        return
    try:
        metrics = await deployment.get("/metrics")
    except httpx.HTTPError:
        return
    if metrics.status_code != 200:
        report.skip("notifications", "Neither DATABASE_URL nor /metrics (an admin key, or METRICS_PUBLIC) is at hand.")
    elif "\nchatbot_notifications_deaf 1" in metrics.text:
        report.warn("notifications", "Notifications do not arrive at this server.", POOLER)
    elif "\nchatbot_notifications_deaf 0" in metrics.text:
        report.ok("notifications", "Notifications arrive at this server.")


async def _check_database(url: str, report: Report) -> None:
    try:
        found = await diagnose(parse_url(url))
    except DatabaseUrlError as error:
        report.fail("postgres", str(error), "Mend DATABASE_URL.")
        return
    except (psycopg.Error, OSError) as error:
        report.fail(
            "postgres",
            f"DATABASE_URL does not answer: {str(error).strip().splitlines()[0]}.",
            "From here, that is: the servers may see another network.",
        )
        return
    report.ok("postgres", f"DATABASE_URL is Postgres {found.server}.")
    if found.revision != found.newest:
        report.fail(
            "schema", f"The database is at {found.revision or 'nothing'}, this version wants {found.newest}.", "Run `chatbot migrate`."
        )
    service.judge_clock(report, "postgres clock", "Postgres", found.clock_ahead)
    if found.notified:
        report.ok("notifications", "LISTEN and NOTIFY work through DATABASE_URL.")
    else:
        report.warn("notifications", "NOTIFY does not arrive through DATABASE_URL.", POOLER)
