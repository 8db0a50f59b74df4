"""What watchers make of what they are told: counts that add up, labels from short lists."""

import asyncio
from collections.abc import Mapping

import pytest
from prometheus_client.parser import text_string_to_metric_families
from uuid_utils.compat import uuid7

from app.application.ports import Completion, Prompt
from app.application.service import ServiceInfo
from app.application.telemetry import GAP_BOUNDS, Exchange, Execution, Gaps, ModelCall, Watchers
from app.domain.chat.ending import Ending
from app.domain.chat.entities import Assistant, Claim, Failure, Usage
from app.domain.chat.errors import ModelError
from app.infrastructure.observability.loop_lag import EVERY, watch_lag
from app.infrastructure.observability.metrics import MOST_ATTEMPTS, Metrics
from tests.unit.chat.world import END, ScriptedModel, World

INFO = ServiceInfo("1.2.3", "offline", "m")
PROMPT = Prompt("", (), "")


def samples(metrics: Metrics) -> Mapping[tuple[str, frozenset[tuple[str, str]]], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {(sample.name, frozenset(sample.labels.items())): sample.value for family in families for sample in family.samples}


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return samples(metrics)[name, frozenset(labels.items())]


def claim(attempt: int) -> Claim:
    return Claim(uuid7(), uuid7(), uuid7(), uuid7(), attempt)


def test_gaps_are_counted_where_prometheus_would_count_them() -> None:
    metrics = Metrics(INFO)
    for gaps in ((0.001, 0.002, 0.0021), (7.0, 100.0)):
        call = ModelCall("p", "m", PROMPT)
        for gap in gaps:
            call.gaps.passed(gap)
        with metrics.asking(call):
            pass
    at = {bound: value(metrics, "chatbot_model_token_gap_seconds_bucket", provider="p", model="m", le=f"{bound:g}") for bound in GAP_BOUNDS}
    assert (at[0.002], at[0.005], at[5.0], at[10.0]) == (2, 3, 3, 4)
    assert value(metrics, "chatbot_model_token_gap_seconds_bucket", provider="p", model="m", le="+Inf") == 5
    assert value(metrics, "chatbot_model_token_gap_seconds_count", provider="p", model="m") == 5
    assert value(metrics, "chatbot_model_token_gap_seconds_sum", provider="p", model="m") == pytest.approx(107.0051)


def test_gaps_have_a_class_for_everything() -> None:
    gaps = Gaps()
    for seconds in (0.0, *GAP_BOUNDS, 1e9):
        gaps.passed(seconds)
    assert gaps.counts == [2, *[1] * len(GAP_BOUNDS)]


def test_a_call_that_fails_is_an_error_by_its_code_and_its_tokens_count_all_the_same() -> None:
    metrics = Metrics(INFO)
    call = ModelCall("p", "m", PROMPT, completion=Completion(None, Usage(10, 3, None)))
    with pytest.raises(ModelError), metrics.asking(call):
        raise ModelError("provider_timeout", "Slow.", retryable=True)
    assert value(metrics, "chatbot_provider_errors_total", provider="p", model="m", code="provider_timeout") == 1
    assert value(metrics, "chatbot_model_tokens_total", provider="p", model="m", kind="output") == 3
    assert value(metrics, "chatbot_model_calls_in_progress") == 0


def test_attempts_are_those_of_executors_and_share_a_label_when_they_are_many() -> None:
    metrics = Metrics(INFO)
    metrics.closed(claim(1), Ending.done("x"))
    metrics.closed(claim(2), Ending.cancelled("x"), outside=True)
    metrics.closed(claim(400), Ending.failed(Failure("too_many_attempts", "x", retryable=True)))
    assert value(metrics, "chatbot_runs_finished_total", status="done", attempt="1") == 1
    assert value(metrics, "chatbot_runs_finished_total", status="cancelled", attempt="1") == 1
    assert value(metrics, "chatbot_runs_finished_total", status="failed", attempt=f"{MOST_ATTEMPTS}+") == 1
    assert value(metrics, "chatbot_run_failures_total", code="too_many_attempts") == 1


def test_a_stream_is_timed_to_its_beginning_and_anything_else_to_its_end() -> None:
    metrics = Metrics(INFO)
    for streamed in (True, False):
        exchange = Exchange("GET", "r", route="/s" if streamed else "/p", status=200)
        with metrics.answering(exchange):
            exchange.streamed, exchange.first_byte_seconds, exchange.seconds = streamed, 0.25, 9.0
    assert value(metrics, "chatbot_http_request_duration_seconds_sum", method="GET", route="/s") == 0.25
    assert value(metrics, "chatbot_http_request_duration_seconds_sum", method="GET", route="/p") == 9.0
    assert value(metrics, "chatbot_http_requests_in_progress") == 0


async def test_an_executor_tells_of_everything_it_does() -> None:
    world, metrics = World(), Metrics(INFO)
    model = ScriptedModel("One ", "two ", "three.", END)
    executor = world.executor(model, watch=Watchers(metrics))
    claim = await world.run()
    await executor.execute(claim)
    labels = {"provider": "scripted", "model": "scripted-1"}
    assert value(metrics, "chatbot_model_first_token_seconds_count", **labels) == 1
    assert value(metrics, "chatbot_model_token_gap_seconds_count", **labels) == 2
    assert value(metrics, "chatbot_run_duration_seconds_count", outcome="done") == 1
    assert value(metrics, "chatbot_retrieval_duration_seconds_count", assistant=Assistant.CVS.value) == 1
    lost = await world.run()
    await world.take_over(lost)
    await executor.execute(lost)
    assert value(metrics, "chatbot_run_duration_seconds_count", outcome="left") == 1


async def test_a_loop_that_was_blocked_is_seen_to_be_late() -> None:
    heard = asyncio.Queue[float]()
    loop = asyncio.get_running_loop()
    watching = asyncio.ensure_future(watch_lag(heard.put_nowait))
    await asyncio.sleep(0)
    blocked_until = loop.time() + EVERY + 0.2
    while loop.time() < blocked_until:
        pass
    assert 0.1 < await heard.get() < 5
    watching.cancel()


def test_an_execution_without_an_ending_was_left() -> None:
    metrics = Metrics(INFO)
    with pytest.raises(asyncio.CancelledError), metrics.executing(Execution(claim(1), "p", "m")):
        raise asyncio.CancelledError
    assert value(metrics, "chatbot_run_duration_seconds_count", outcome="left") == 1
