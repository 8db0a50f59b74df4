"""What a Prometheus reads after one answer that went well, one that failed, one that was cancelled, one that outlived its executor."""

import socket
from collections.abc import Iterable
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import URL

from tests.observability.conftest import QUESTION, Story
from tests.processes import Processes

CALL = {"provider": "openai_compatible", "model": "fake"}


def value(story: Story, pages: Iterable[str], name: str, **labels: str) -> float:
    """The sum over these processes."""
    families = [family for page in pages for family in text_string_to_metric_families(story.pages[page])]
    found = [s.value for family in families for s in family.samples if s.name == name and labels.items() <= s.labels.items()]
    assert found, f"there is no {name} {labels}"
    return sum(found)


WORKERS = ("victim", "heir")
ALL = ("server", *WORKERS)


def test_every_run_is_counted_once_where_it_was_closed(story: Story) -> None:
    assert value(story, WORKERS, "chatbot_runs_finished_total", status="done", attempt="1") == 1
    assert value(story, WORKERS, "chatbot_runs_finished_total", status="failed", attempt="1") == 1
    assert value(story, ["server"], "chatbot_runs_finished_total", status="cancelled", attempt="1") == 1
    assert value(story, ["heir"], "chatbot_runs_finished_total", status="done", attempt="2") == 1
    assert value(story, ALL, "chatbot_runs_finished_total") == 4
    assert value(story, WORKERS, "chatbot_runs_started_total") == 5
    assert value(story, ["heir"], "chatbot_runs_taken_over_total") == 1
    assert value(story, WORKERS, "chatbot_runs_taken_away_total") == 1
    assert value(story, WORKERS, "chatbot_run_failures_total", code="provider_bad_request") == 1
    assert value(story, WORKERS, "chatbot_provider_errors_total", code="provider_bad_request", **CALL) == 1


def test_model_calls_are_measured(story: Story) -> None:
    assert value(story, WORKERS, "chatbot_model_first_token_seconds_count", **CALL) >= 3
    assert value(story, WORKERS, "chatbot_model_token_gap_seconds_count", **CALL) > 40
    assert value(story, WORKERS, "chatbot_model_tokens_total", kind="output", **CALL) >= 40
    assert value(story, WORKERS, "chatbot_run_first_token_seconds_count") >= 2
    assert value(story, WORKERS, "chatbot_run_duration_seconds_count", outcome="left") == 1


def test_the_log_and_what_is_behind_it_are_measured(story: Story) -> None:
    assert value(story, WORKERS, "chatbot_log_flush_seconds_count") > 0
    assert value(story, WORKERS, "chatbot_log_rows_total") > 10
    assert value(story, ["heir"], "chatbot_pool_size", pool="requests") == 10
    assert value(story, ["heir"], "chatbot_pool_checked_out", pool="requests") == 0
    assert value(story, ["heir"], "chatbot_pool_waiting", pool="control") == 0
    assert value(story, ["heir"], "chatbot_event_loop_lag_seconds_count") > 0


def test_every_process_shows_what_all_share(story: Story) -> None:
    for page in ("server", "heir"):
        assert value(story, [page], "chatbot_database_up") == 1
        assert value(story, [page], "chatbot_queue_runs") == 0
        assert value(story, [page], "chatbot_queue_oldest_seconds") == 0
    assert value(story, ["victim"], "chatbot_executors") == 3


def test_requests_are_counted_by_template(story: Story) -> None:
    posted = {"method": "POST", "route": "/api/threads/{thread_id}/messages", "status": "201"}
    assert value(story, ["server"], "chatbot_http_requests_total", **posted) == 4
    assert value(story, ["server"], "chatbot_http_requests_total", route="(none)", status="404") == 1
    page = story.pages["server"]
    assert story.asked["well"].run_id not in page
    assert QUESTION not in page
    assert value(story, ["server"], "chatbot_http_request_duration_seconds_count", route="/api/runs/{run_id}/events") == 3


def test_readiness_tells_what_was_looked_at_in_a_worker_too(story: Story) -> None:
    for ready in story.ready.values():
        assert ready["status"] == "ready"
        assert ready["checks"] == {"database": "ok", "migrations": "ok", "provider": "ok", "shutdown": "ok"}
        assert ready["notes"] == {}


def test_a_worker_whose_port_is_taken_says_so_in_a_sentence(database_url: URL, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        processes = Processes(database_url, tmp_path, {"LLM_PROVIDER": "offline", "METRICS_PORT": str(port)})
        try:
            with pytest.raises(AssertionError, match=f"Cannot listen on 127.0.0.1:{port}: .* Choose another port with METRICS_PORT."):
                processes.worker()
        finally:
            processes.stop()
        assert processes.running[0].wait() == 2
