"""The dashboard and the alert rules name only what a real /metrics shows, in PromQL that a parser takes; each alert has its place in the runbook."""

import json
import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from tests.observability.conftest import Story

DOCS = Path(__file__).parents[2] / "docs"
DASHBOARD: dict[str, Any] = json.loads((DOCS / "operations" / "grafana-dashboard.json").read_text())
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((DOCS / "operations" / "alerts.yaml").read_text())["groups"] for rule in group["rules"]
]
PANELS: list[dict[str, Any]] = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]

VARIABLES = {"$__rate_interval": "5m", "$instance": ".*"}
"""What Grafana puts into an expression."""


def _spelled_out(expression: str) -> str:
    for name, value in VARIABLES.items():
        expression = expression.replace(name, value)
    return expression


def _metrics(expression: str) -> set[str]:
    """The names of the metrics in an expression."""
    return set(re.findall(r"\b(?:chatbot|process|python)_[a-z_]+\b", expression))


def _labels(expression: str) -> set[tuple[str, str]]:
    """(metric, label) for each label that an expression filters by, and its `by (...)` labels for each of its metrics."""
    filtered = {
        (metric, label)
        for metric, matchers in re.findall(r"\b((?:chatbot|process)_[a-z_]+)\{([^}]*)\}", expression)
        for label in re.findall(r"(\w+)\s*(?:=~|!=|!~|=)", matchers)
    }
    grouped = {label for labels in re.findall(r"\bby \(([^)]*)\)", expression) for label in re.split(r",\s*", labels)}
    return {(metric, label) for metric, label in filtered | {(m, g) for m in _metrics(expression) for g in grouped} if label != "instance"}


@pytest.fixture(scope="module")
def shown(story: Story) -> dict[str, set[str]]:
    """Every sample's name, with all labels it was seen with, of all processes."""
    found: dict[str, set[str]] = {}
    for page in story.pages.values():
        for family in text_string_to_metric_families(page):
            for sample in family.samples:
                found.setdefault(sample.name, set()).update(sample.labels)
    return found


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *(rule["expr"] for rule in RULES)])
def test_an_expression_is_promql_over_metrics_and_labels_that_exist(shown: dict[str, set[str]], expression: str) -> None:
    promql_parser.parse(_spelled_out(expression))
    names = _metrics(expression)
    assert names
    assert names <= shown.keys()
    assert {(metric, label) for metric, label in _labels(expression) if label not in shown[metric]} == set()


def test_every_metric_of_ours_is_on_the_dashboard(story: Story) -> None:
    """What nobody looks at need not be counted."""
    ours = {
        family.name
        for page in story.pages.values()
        for family in text_string_to_metric_families(page)
        if family.name.startswith("chatbot_")
    }
    seen = " ".join(EXPRESSIONS)
    unseen = {name for name in ours if name not in seen}
    alerted = {"chatbot_database_up", "chatbot_resume_outdated"}
    assert unseen == {"chatbot_runs_started", "chatbot_runs_taken_away", "chatbot_model_calls_in_progress", *alerted}
    assert alerted <= {name for rule in RULES for name in _metrics(rule["expr"])}


def test_names_follow_the_conventions(story: Story) -> None:
    for page in story.pages.values():
        for family in text_string_to_metric_families(page):
            if family.name.startswith("chatbot_"):
                assert family.documentation
                assert not family.name.endswith(("_total", "_ms", "_milliseconds", "_count"))
                if family.type == "histogram":
                    assert family.name.endswith(("_seconds", "_runs"))


def test_the_dashboard_is_one_that_grafana_can_show() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    assert DASHBOARD["uid"]
    assert DASHBOARD["schemaVersion"] >= 39
    assert "__inputs" not in DASHBOARD
    places = [panel["gridPos"] for panel in DASHBOARD["panels"]]
    taken = [
        (x, y) for place in places for x in range(place["x"], place["x"] + place["w"]) for y in range(place["y"], place["y"] + place["h"])
    ]
    assert len(taken) == len(set(taken)), "panels lie on one another"
    assert max(x for x, _ in taken) < 24
    variables = {variable["name"] for variable in DASHBOARD["templating"]["list"]}
    assert variables == {"datasource", "instance"}
    for panel in PANELS:
        assert panel["title"]
        refs = [target["refId"] for target in panel["targets"]]
        assert len(refs) == len(set(refs))
        assert all(target["datasource"]["uid"] == "${datasource}" for target in panel["targets"])


def test_every_panel_that_can_be_read_by_instance_is() -> None:
    shared = ("chatbot_queue_", "chatbot_runs_running", "chatbot_executors")
    for expression in EXPRESSIONS:
        if not any(name in expression for name in shared):
            assert 'instance=~"$instance"' in expression


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_an_alert_says_how_bad_it_is_and_what_to_do(rule: dict[str, Any]) -> None:
    assert re.fullmatch(r"Chatbot[A-Za-z]+", rule["alert"])
    assert rule["labels"]["severity"] in ("critical", "warning")
    assert set(rule["annotations"]) == {"summary", "description", "runbook"}
    page, _, anchor = rule["annotations"]["runbook"].partition("#")
    headings = re.findall(r"^#+ (.+)$", (DOCS.parent / page).read_text(), re.MULTILINE)
    assert anchor == rule["alert"].lower()
    assert rule["alert"] in headings


def test_no_two_alerts_share_a_name() -> None:
    names = [rule["alert"] for rule in RULES]
    assert len(names) == len(set(names)) >= 10
