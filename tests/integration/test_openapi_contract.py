"""The OpenAPI document and the server say the same, and the document is one that a generated client is pleasant with.

schemathesis makes requests from the document, right and wrong ones, and holds every answer against it: status, headers, media type, schema, and
that what the document allows is accepted and what it forbids refused. `follow_thread` never ends, so it is asked by hand.
"""

import copy
import json
import re
from collections import Counter
from collections.abc import Generator, Iterator
from typing import Any

import httpx
import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.config import SchemathesisConfig
from sqlalchemy import URL

from app.bootstrap.version import app_version
from app.infrastructure.web.application import openapi_document
from tests.integration.serving import assert_quiet, serving
from tests.processes import Process

Json = dict[str, Any]

ACCEPTED = ["2xx", "404", "409"]
CONFIG: Json = {
    "generation": {"allow-x00": False},  # refused in any text: a pattern for it would only make the document hard to read
    "checks": {"positive_data_acceptance": {"expected-statuses": ACCEPTED}},
    "operations": [
        # What no schema can say: whose cursor or message it is, and whether a key was used before.
        {"include-operation-id": "list_threads", "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "400"]}}},
        *(
            {"include-operation-id": name, "checks": {"positive_data_acceptance": {"expected-statuses": [*ACCEPTED, "422"]}}}
            for name in ("post_message", "regenerate_run")
        ),
    ],
}
ALL_CHECKS: Any = list(HealthCheck)
BOUNDED = settings(max_examples=40, deadline=None, suppress_health_check=ALL_CHECKS, derandomize=True, database=None)


@pytest.fixture(scope="module")
def server(cluster: URL, template: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Process]:
    with serving(cluster, template, tmp_path_factory.mktemp("openapi")) as process:
        yield process


DOCUMENT = openapi_document(app_version())
OPERATIONS = [
    pytest.param(path, method, operation, id=operation["operationId"])
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]
load: Any = schemathesis.openapi.from_dict
read_config: Any = SchemathesisConfig.from_dict  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - a bare dict
schema: Any = load(copy.deepcopy(DOCUMENT), config=read_config(CONFIG)).exclude(operation_id="follow_thread")


# -- document and server ---------------------------------------------------------------------------------------------------------------


def test_the_server_serves_the_document_that_the_command_prints(server: Process) -> None:
    assert httpx.get(f"{server.url}/openapi.json").json() == json.loads(json.dumps(DOCUMENT))


@schema.parametrize()
@BOUNDED
def test_each_operation_answers_as_documented(case: Any, server: Process) -> None:
    case.call_and_validate(base_url=server.url, timeout=10)
    assert_quiet(server)


def test_sequences_of_calls_answer_as_documented(server: Process) -> None:
    schema.config.update(base_url=server.url)
    schema.as_state_machine().run(settings=settings(BOUNDED, max_examples=60, stateful_step_count=6))
    assert_quiet(server)


def test_a_thread_stream_is_made_of_documented_frames(server: Process) -> None:
    with httpx.Client(base_url=server.url, timeout=10) as client:
        user_id = client.post("/api/users", json={"name": "x"}).json()["user_id"]
        thread = client.post("/api/threads", json={"user_id": user_id}).json()["thread_id"]
        client.post(f"/api/threads/{thread}/messages", json={"content": "Who knows Kubernetes?"}).raise_for_status()
        with client.stream("GET", f"/api/threads/{thread}/events", params={"after": "0"}) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            frames = list(_until_done(response))
    assert [frame["event"] for frame in frames if frame["event"] != "token"] == ["started", "sources", "final", "done"]
    for frame in frames:
        _validator("RunEventFrame").validate(frame)
        _validator(f"{frame['event'].capitalize()}Event").validate(json.loads(frame["data"]))


def _until_done(response: httpx.Response) -> Iterator[dict[str, str]]:
    frame: dict[str, str] = {}
    for line in response.iter_lines():
        name, _, value = line.partition(": ")
        if line and name in ("id", "event", "data"):
            frame[name] = value
        elif not line and frame:
            yield frame
            if frame["event"] == "done":
                return
            frame = {}


# -- the document alone ----------------------------------------------------------------------------------------------------------------


def _validator(name: str) -> jsonschema_rs.Validator:
    return _validator_of({"$ref": f"#/components/schemas/{name}"})


def _validator_of(described: Json) -> jsonschema_rs.Validator:
    return jsonschema_rs.Draft202012Validator({**described, "components": DOCUMENT["components"]}, validate_formats=True)


def test_operation_ids_are_plain_and_unique() -> None:
    names = Counter(param.id for param in OPERATIONS)
    assert max(names.values()) == 1
    assert all(re.fullmatch(r"[a-z]+(_[a-z]+)*", str(name)) for name in names)


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_an_operation_is_described(path: str, method: str, operation: Json) -> None:
    assert operation["summary"]
    assert len(operation["tags"]) == 1
    for parameter in operation.get("parameters", ()):
        assert parameter["description"]
        assert parameter["schema"]["type"] in ("string", "integer"), "a parameter has one type, and is never null"
    named = {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == "path"}
    assert named == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_error_of_an_operation_is_documented(path: str, method: str, operation: Json) -> None:
    """In the product's one form, with an example of each code."""
    responses = operation["responses"]
    if operation["tags"] != ["service"]:
        expected: set[str] = {"500", "503"} | ({"422"} if operation.get("parameters") else set())
        assert expected | ({"400", "413", "415", "422"} if "requestBody" in operation else set()) <= responses.keys()
        assert "404" in responses or not named_ids(path, operation)
    for status, response in responses.items():
        assert response["headers"]["X-Request-ID"]
        if status >= "400" and operation["tags"] != ["service"]:
            content = response["content"]["application/json"]
            assert content["schema"] == {"$ref": "#/components/schemas/ProblemOut"}
            assert content["examples"].keys() == {example["value"]["error"]["code"] for example in content["examples"].values()}


def named_ids(path: str, operation: Json) -> bool:
    """Whether the operation names something that may not exist."""
    return "{" in path or "user_id" in str(operation.get("requestBody"))


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_examples_are_valid(path: str, method: str, operation: Json) -> None:
    for parameter in operation.get("parameters", ()):
        for example in parameter["schema"].get("examples", ()):
            _validator_of(parameter["schema"]).validate(example)
    bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
    for content in (content for body in bodies for kind, content in body.get("content", {}).items() if kind == "application/json"):
        for example in content.get("examples", {}).values():
            _validator_of(content["schema"]).validate(example["value"])


@pytest.mark.parametrize("name", [name for name, described in DOCUMENT["components"]["schemas"].items() if "examples" in described])
def test_the_examples_of_a_schema_are_valid(name: str) -> None:
    for example in DOCUMENT["components"]["schemas"][name]["examples"]:
        _validator(name).validate(example)


def test_bodies_and_their_answers_have_examples() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    without = {name for name, described in schemas.items() if name.endswith("Body") and "examples" not in described}
    assert not without


def test_every_schema_is_used_and_none_is_the_frameworks() -> None:
    text = json.dumps(DOCUMENT)
    unused = {name for name in DOCUMENT["components"]["schemas"] if f'"#/components/schemas/{name}"' not in text}
    assert unused == {"RunEvent"}
    assert "HTTPValidationError" not in text


def test_sources_and_usage_are_the_same_in_events_and_elsewhere() -> None:
    """They share one schema in the document; this holds it true."""
    source = DOCUMENT["components"]["schemas"]["SourceOut"]["examples"][0]
    final = {
        "text": "x",
        "sources": [source],
        "usage": {"input_tokens": 1, "output_tokens": 2, "cached_input_tokens": None},
        "finish_reason": "stop",
    }
    _validator("FinalEvent").validate(final)


def test_streams_are_described_as_streams() -> None:
    for path in ("/api/runs/{run_id}/events", "/api/threads/{thread_id}/events"):
        content: Json = DOCUMENT["paths"][path]["get"]["responses"]["200"]["content"]
        assert list(content) == ["text/event-stream"]
        assert content["text/event-stream"]["itemSchema"] == {"$ref": "#/components/schemas/RunEventFrame"}
