"""The doctor finds what is wrong, says what to do, and finds nothing where nothing is wrong: against real servers behind real proxies."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import URL

from app.bootstrap.doctor import examine
from app.infrastructure.doctor import answer
from app.infrastructure.doctor.report import Level, Report
from app.settings import Settings, load_settings
from tests.e2e.database_proxy import DatabaseProxy
from tests.e2e.fleet import Fleet
from tests.e2e.http_proxy import proxied
from tests.processes import ROOT, Processes

SLOWLY = "Well? [[tokens=120 rate=30]]"
"""Four seconds: time enough to come to the stream before it is over, also on a busy machine."""
AT_ONCE = "Well? [[tokens=5]]"


def settings(database: URL | None = None) -> Settings:
    url = SecretStr(address(database)) if database else None
    return load_settings(None, {"database_url": url} if url else {})


def address(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


async def findings(url: str, question: str = SLOWLY, database: URL | None = None, key: str | None = None) -> Report:
    report = Report()
    await examine(url, settings(database), key, report, question=question)
    print("\n".join(map(str, report.findings)))
    return report


def assert_only(report: Report, **wrong: Level) -> None:
    """These findings, and everything else in order."""
    found = {finding.name: finding.level for finding in report.findings if finding.level in (Level.WARN, Level.FAIL)}
    assert found == wrong
    assert all(finding.advice for finding in report.findings if finding.name in wrong)


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the silent stream stays silent, it is not waited for long."""
    monkeypatch.setattr(answer, "HEARTBEAT_SECONDS", 0.5)  # and what is added to it


async def test_a_healthy_deployment_has_nothing_wrong(fleet: Fleet) -> None:
    report = await findings(fleet.first.url)
    assert_only(report)
    assert not report.failed
    names = {finding.name for finding in report.findings if finding.level is Level.OK}
    assert names >= {
        *("reachable", "model", "clock", "transport", "database", "migrations", "provider", "access"),
        *("answer", "exactness", "headers", "resume", "heartbeat", "websocket", "notifications"),
    }


async def test_what_was_tried_leaves_no_conversation(fleet: Fleet, client: httpx.AsyncClient) -> None:
    await findings(fleet.first.url, AT_ONCE)
    made = (await client.post(f"{fleet.first.url}/api/users", json={"name": "next"})).json()["user_id"]
    threads = (await client.get(f"{fleet.first.url}/api/users/{made - 1}/threads")).json()["threads"]
    assert not [thread for thread in threads if thread["title"] == "chatbot doctor"]


async def test_a_proxy_that_buffers_is_found_twice(fleet: Fleet, hasty: None) -> None:
    async with proxied(fleet.first.url, buffers=True) as proxy:
        report = await findings(proxy)
    assert report.failed
    assert_only(report, buffering=Level.FAIL, heartbeat=Level.FAIL)


async def test_a_proxy_that_drops_last_event_id_is_found(fleet: Fleet) -> None:
    async with proxied(fleet.first.url, drops_header="last-event-id") as proxy:
        report = await findings(proxy, AT_ONCE)
    assert_only(report, resume=Level.FAIL)
    finding = report.of("resume")
    assert finding
    assert "Last-Event-ID" in finding.advice


async def test_a_proxy_without_websockets_is_found(fleet: Fleet) -> None:
    async with proxied(fleet.first.url, refuses_upgrades=True) as proxy:
        assert_only(await findings(proxy, AT_ONCE), websocket=Level.FAIL)


@pytest.mark.parametrize(("seconds", "level"), [(-300.0, Level.FAIL), (20.0, Level.WARN)])
async def test_a_wrong_clock_is_found(fleet: Fleet, seconds: float, level: Level) -> None:
    async with proxied(fleet.first.url, shifts_date=seconds) as proxy:
        report = await findings(proxy, AT_ONCE)
    assert_only(report, clock=level)


async def test_a_refused_provider_key_is_found_through_a_real_run(fleet: Fleet) -> None:
    report = await findings(fleet.first.url, "Well? [[fault=auth]]")
    assert_only(report, answer=Level.FAIL)
    finding = report.of("answer")
    assert finding
    assert "key" in finding.advice


async def test_without_any_key_it_is_said_that_answers_are_quotes(processes: Processes) -> None:
    server = processes.serve(LLM_PROVIDER="offline")
    report = await findings(server.url, answer.QUESTION)
    assert_only(report, model=Level.WARN)
    finding = report.of("answer")
    assert finding
    assert finding.level is Level.OK


async def test_a_deployment_without_an_executor_is_found(processes: Processes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "ANSWER_SECONDS", 2.0)
    server = processes.serve("--slots", "0")
    assert_only(await findings(server.url, AT_ONCE), answer=Level.FAIL)


async def test_nobody_there_and_somebody_else_there(fleet: Fleet) -> None:
    assert_only(await findings("http://127.0.0.1:9"), reachable=Level.FAIL)
    assert_only(await findings(fleet.providers.url), reachable=Level.FAIL)


async def test_with_auth_on_it_wants_a_users_key(processes: Processes, database_url: URL) -> None:
    server = processes.serve(AUTH_MODE="api_key", METRICS_PUBLIC="true")
    user, admin = (_key(processes.folder, database_url, *who) for who in (["--new-user", "Doctor"], ["--admin"]))
    assert_only(await findings(server.url, AT_ONCE), access=Level.FAIL)
    assert_only(await findings(server.url, AT_ONCE, key="nonsense"), access=Level.FAIL)
    assert_only(await findings(server.url, AT_ONCE, key=admin), access=Level.WARN)
    report = await findings(server.url, AT_ONCE, key=user)
    assert_only(report)
    websocket = report.of("websocket")
    assert websocket
    assert websocket.level is Level.OK


async def test_a_pooler_that_swallows_notifications_is_found(fleet: Fleet, database_url: URL) -> None:
    with tempfile.TemporaryDirectory() as folder:
        async with DatabaseProxy(Path(folder), database_url).running() as pooler:
            pooler.swallows_notifications = True
            report = await findings(fleet.first.url, AT_ONCE, pooler.url)
            assert_only(report, notifications=Level.WARN)
            pooler.swallows_notifications = False
            assert_only(await findings(fleet.first.url, AT_ONCE, pooler.url))


async def test_a_database_that_was_never_migrated_or_is_not_there_is_found(fleet: Fleet, empty_database_url: URL) -> None:
    assert_only(await findings(fleet.first.url, AT_ONCE, empty_database_url), schema=Level.FAIL)
    nowhere = empty_database_url.set(database="nowhere")
    assert_only(await findings(fleet.first.url, AT_ONCE, nowhere), postgres=Level.FAIL)


def test_chaos_kills_a_server_of_its_own_and_sees_the_deployment_go_on(processes: Processes, database_url: URL) -> None:
    server = processes.serve()
    question = "Well? [[tokens=200 rate=40 continue=exact]]"
    done = _doctor(processes, database_url, server.url, "--json", "--chaos", "--question", question)
    report = json.loads(done.stdout)
    print(done.stdout, done.stderr)
    assert done.returncode == 0
    assert not report["failed"]
    [chaos] = [finding for finding in report["findings"] if finding["name"] == "chaos"]
    assert chaos["level"] == "ok"
    assert "killed in mid-answer" in chaos["message"]
    assert server.popen.poll() is None, "it is not the deployment that is killed"


def test_the_exit_status_and_the_words_are_for_people_and_scripts(processes: Processes, database_url: URL) -> None:
    broken = _doctor(processes, database_url, "http://127.0.0.1:9")
    assert broken.returncode == 1
    assert broken.stdout.startswith("fail  reachable")
    assert "Something is broken." in broken.stdout.splitlines()[-1]


def _doctor(processes: Processes, database: URL, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**processes.settings, "DATABASE_URL": address(database), "PYTHONPATH": str(ROOT), "RUN_LEASE": "2"}
    command = [sys.executable, "-m", "app", "doctor", *arguments]
    return subprocess.run(command, cwd=processes.folder, env=environment, check=False, capture_output=True, text=True, timeout=110)


def _key(folder: Path, database: URL, *who: str) -> str:
    environment = {"DATABASE_URL": address(database), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "app", "keys", "create", *who]
    return subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True, text=True).stdout.strip()
