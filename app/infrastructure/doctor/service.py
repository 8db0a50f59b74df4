"""Is it there, and ready? Address, TLS, clock, readiness, access: everything before a question is asked."""

import asyncio
import ssl
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from app.infrastructure.doctor.deployment import Deployment
from app.infrastructure.doctor.report import Report

CLOCK_WARN, CLOCK_FAIL = 2.5, 60.0
"""Seconds a clock may be off. `Date` counts whole ones."""

CERTIFICATE_DAYS = 14

_READY_ADVICE = {
    "database": "Is Postgres running, DATABASE_URL right, max_connections enough? The log of the server says more.",
    "migrations": "Run `chatbot migrate` with the version that is deployed.",
    "provider": "Set the provider's key in the environment of the servers and workers.",
    "shutdown": "This process is on its way out: a load balancer should have taken it out already. Look again in a moment.",
}


async def check_reachable(deployment: Deployment, report: Report, version: str) -> bool:
    """False if there is nothing to talk to."""
    try:
        answer = await deployment.get("/health")
        if answer.is_redirect:
            target = str(answer.headers.get("location", "")).removesuffix("/health")
            report.warn(
                "address",
                f"{deployment.base} redirects to {target}.",
                "Give clients the address that needs no redirect: a POST may not survive one.",
            )
            deployment.base = target or deployment.base
            answer = await deployment.get("/health")
    except httpx.ConnectError as error:
        certificate = "certificate" in str(error).lower()
        advice = (
            "The certificate is not one that clients trust: check the chain and the name."
            if certificate
            else "Is the server running, the address right, the port open? `chatbot serve` listens on 127.0.0.1 unless HOST says otherwise."
        )
        report.fail("reachable", f"No connection to {deployment.base}: {error}.", advice)
        return False
    except httpx.HTTPError as error:
        report.fail(
            "reachable",
            f"{deployment.base} does not answer: {type(error).__name__}.",
            "A connection is made, but no answer comes: look at the proxy's upstream.",
        )
        return False
    health = _object(answer)
    if answer.status_code != 200 or health.get("status") != "ok":
        report.fail(
            "reachable",
            f"{deployment.base}/health answers {answer.status_code}, and not as this product does.",
            "Something else answers at this address, or a proxy does not pass /health through. 421: put the name into ALLOWED_HOSTS.",
        )
        return False
    deployed = str(health.get("version"))
    report.ok("reachable", f"{deployment.base} runs version {deployed}.")
    if deployed != version:
        report.warn("version", f"The deployment is {deployed}, this doctor {version}.", "Use the doctor of the version that is deployed.")
    if health.get("provider") == "offline":
        report.warn("model", "No model is configured: answers quote the documents.", "Set a provider's key, such as ANTHROPIC_API_KEY.")
    else:
        report.ok("model", f"{health.get('provider')} / {health.get('model')}")
    check_clock(report, answer)
    return True


def check_clock(report: Report, answer: httpx.Response) -> None:
    """By the `Date` of an answer, which was written while the request was under way."""
    try:
        said = parsedate_to_datetime(answer.headers["date"]).timestamp() + 0.5
    except (KeyError, ValueError):
        report.skip("clock", "The answer has no Date.")
        return
    judge_clock(report, "clock", "the server (or its proxy)", said - (time.time() - answer.elapsed.total_seconds() / 2))


def judge_clock(report: Report, name: str, whose: str, off: float) -> None:
    """`off` seconds is how far that clock is ahead of this machine's."""
    words = f"The clock of {whose} is {abs(off):.1f} s {'ahead of' if off > 0 else 'behind'} this machine's."
    advice = "Run a time service (chrony, systemd-timesyncd) on both. Tokens and cookies end by the clock; leases and answers do not depend on it."
    if abs(off) > CLOCK_FAIL:
        report.fail(name, words, advice)
    elif abs(off) > CLOCK_WARN:
        report.warn(name, words, advice)
    else:
        report.ok(name, f"The clock of {whose} agrees with this machine's.")


async def check_transport(deployment: Deployment, report: Report) -> None:
    """TLS, its certificate, and whether HTTP/2 is offered."""
    url = httpx.URL(deployment.base)
    if url.scheme != "https":
        if deployment.is_local:
            report.ok("transport", "Plain HTTP, on this machine only.")
        else:
            report.warn(
                "transport",
                "Plain HTTP: whoever is on the way can read conversations and keys.",
                "Put a proxy with a certificate in front.",
            )
        return
    context = ssl.create_default_context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    try:
        async with asyncio.timeout(10):
            _, writer = await asyncio.open_connection(url.host, url.port or 443, ssl=context)
    except (OSError, TimeoutError) as error:
        report.fail("transport", f"No TLS connection: {error}.", "Check the certificate's chain and name.")
        return
    tls: ssl.SSLObject = writer.get_extra_info("ssl_object")
    writer.close()
    expires = ssl.cert_time_to_seconds(str((tls.getpeercert() or {}).get("notAfter", "Jan  1 00:00:00 2100 GMT")))
    days = (datetime.fromtimestamp(expires, UTC) - datetime.now(UTC)).days
    if days < CERTIFICATE_DAYS:
        report.warn("transport", f"The certificate ends in {days} days.", "Renew it, and see why it was not renewed by itself.")
    spoken = (
        "HTTP/2"
        if tls.selected_alpn_protocol() == "h2"
        else "HTTP/1.1, so a browser opens six connections at most: one stream a tab is fine"
    )
    report.ok("transport", f"{tls.version()}, {spoken}; the certificate is valid for {days} days.")


async def check_ready(deployment: Deployment, report: Report) -> None:
    """`/ready`: every check and every note of it."""
    answer = await deployment.get("/ready")
    body = _object(answer)
    checks: dict[str, str] = body.get("checks") or {}
    notes: dict[str, str] = body.get("notes") or {}
    if not checks:
        report.fail(
            "ready",
            f"/ready answers {answer.status_code}, and not as this product does.",
            "Let the proxy pass /ready through, or ask from inside.",
        )
        return
    for name, outcome in checks.items():
        if outcome == "ok":
            report.ok(name, {"database": "The database answers.", "migrations": "The schema is the newest."}.get(name, "ok"))
        else:
            report.fail(name, f"{outcome}.", _READY_ADVICE.get(name, "The log of the server says more."))
    for name, note in notes.items():
        if name == "provider":
            continue  # `check_reachable` says it, with what to do
        report.warn(name, note, "It works, but should be mended.")


async def check_access(deployment: Deployment, report: Report) -> dict[str, Any] | None:
    """Who we are there; None if no question can be asked."""
    answer = await deployment.get("/api/session")
    session = _object(answer)
    if answer.status_code == 429:
        report.fail("access", "Too many requests from here already.", "Look again in a minute, or raise RATE_LIMIT_ADDRESS.")
        return None
    if answer.status_code in (401, 403):
        if deployment.key:
            report.fail("access", "The key or token is refused.", "Make one with `chatbot keys create --new-user doctor`.")
        else:
            report.fail(
                "access",
                "It asks who is there, and the doctor has no key.",
                "Say --api-key, or set CHATBOT_API_KEY: `chatbot keys create --new-user doctor`.",
            )
        return None
    if answer.status_code != 200:
        report.fail("access", f"/api/session answers {answer.status_code}.", "Let the proxy pass all of /api through.")
        return None
    if session.get("auth") == "off":
        words = "AUTH_MODE=off: everybody who reaches it may do everything."
        if deployment.is_local:
            report.ok("access", words)
        else:
            report.warn("access", words, "Set AUTH_MODE=api_key or jwt, unless something in front knows who may come in.")
        return session
    if session.get("user_id") is None:
        report.warn("access", "The key is an admin's, who has no conversations: no question was asked.", "Give the doctor a user's key.")
        return None
    report.ok("access", f"AUTH_MODE={session['auth']}, let in as user {session['user_id']}.")
    return session


def _object(answer: httpx.Response) -> dict[str, Any]:
    try:
        body = answer.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}  # pyright: ignore[reportUnknownVariableType] - JSON
