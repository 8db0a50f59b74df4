"""The OpenAPI document, completed: what FastAPI cannot know, so that a generated client has a type for everything that can come.

FastAPI describes routes, bodies and answers. Added here: the errors that no single route names (a body that is no JSON, a database that is away) in the
product's one form instead of FastAPI's own, the headers of every answer, and the frames of an event stream with the payload of each event.
Called by `web/application.py`; what is particular to one route stands at the route.
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter

from app.domain.chat.events import Done, Error, Event, Final, Restarted, Sources, Started, Token
from app.infrastructure.web.errors import SIGN_IN
from app.infrastructure.web.schemas import RunOut, problem_example
from app.infrastructure.web.websocket.messages import CLIENT_MESSAGE, SERVER_MESSAGE

Json = dict[str, Any]
Example = tuple[int, str, str]

WITH_A_BODY: tuple[Example, ...] = (
    (400, "invalid_json", "The body is not valid JSON in UTF-8."),
    (413, "body_too_large", "The request body is larger than 262144 bytes."),
    (415, "unsupported_media_type", "Send the body as JSON, with the header Content-Type: application/json."),
)
WITH_ANY_INPUT: Example = (422, "invalid_request", "name: Field required")
ALWAYS: tuple[Example, ...] = (
    (500, "internal_error", "Something went wrong here. It has been logged under this request_id."),
    (503, "database_unavailable", "The database cannot be reached right now. Nothing you sent was lost halfway; try again."),
    (503, "database_busy", "All database connections are in use. Try again in a moment."),
)
BEHIND_THE_DOOR: tuple[Example, ...] = (
    SIGN_IN,
    (401, "invalid_credentials", "The key or token is not valid, or not any more."),
    (429, "rate_limited", "Too many requests from this user: at most 600 in 60 seconds. Wait 12 seconds."),
)
"""Errors as (status, code, message)."""

HEADERS: Json = {
    "RequestId": {
        "description": "Names this request, in errors and in the log. A short plain word that you send under the same name is kept.",
        "required": True,
        "schema": {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,64}$"},
        "example": "b7c8e0a52f1d4c6e",
    },
    "RetryAfter": {"description": "Seconds to wait before you try again.", "schema": {"type": "integer", "minimum": 1}, "example": 1},
    "IdempotentReplayed": {
        "description": "`true` if the Idempotency-Key was known and this is the run it started.",
        "schema": {"type": "string", "enum": ["true"]},
    },
}

SCHEMES: Json = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An API key (`chatbot keys create`), or with AUTH_MODE=jwt a token."},
    "cookie": {"type": "apiKey", "in": "cookie", "name": "chatbot", "description": "From `POST /api/session`; `__Host-chatbot` over TLS."},
}
"""Ways to say who you are; streams take a ticket besides."""

OF_A_RUN = ("read_run", "follow_run", "cancel_run", "regenerate_run")
"""Operations."""

_FASTAPI_ERRORS = ("HTTPValidationError", "ValidationError")
_EVENTS = (Started, Sources, Token, Restarted, Final, Error, Done)
_NAMES: dict[str, str] = {kind.__name__: f"{kind.__name__}Event" for kind in _EVENTS} | {"Source": "SourceOut", "Usage": "UsageOut"}
"""What the components call the types of the events: sources and usage look as they do elsewhere."""


def completed(document: Json) -> Json:
    """The document that FastAPI made, with the rest. Changes it in place; doing it twice changes nothing."""
    components = document["components"]
    if "headers" in components:
        return document
    components["headers"] = HEADERS
    components["securitySchemes"] = SCHEMES
    components["schemas"]["RunOut"]["examples"] = RunOut.model_json_schema()["examples"]  # FastAPI drops null, also inside of examples
    _add_run_events(components["schemas"])
    _add_websocket_messages(components["schemas"])
    for operation in _operations(document):
        _drop_null(operation)
        _add_errors(operation)
        _add_security(operation)
        _add_headers(operation)
        _add_links(operation)
    for name in _FASTAPI_ERRORS:
        components["schemas"].pop(name, None)
    return document


def _operations(document: Json) -> Iterator[Json]:
    for path in document["paths"].values():
        yield from path.values()


def _drop_null(operation: Json) -> None:
    """A parameter may be left out; it cannot be null, whatever its Python type says."""
    for parameter in operation.get("parameters", ()):
        options = parameter["schema"].get("anyOf", ())
        if {"type": "null"} in options:
            parameter["schema"] |= options[0]
            del parameter["schema"]["anyOf"]


def _add_errors(operation: Json) -> None:
    if operation["tags"] == ["service"]:
        return
    errors = [*ALWAYS, *(() if operation["tags"] == ["sign-in"] else BEHIND_THE_DOOR)]
    if "requestBody" in operation:
        errors += WITH_A_BODY
    if "requestBody" in operation or operation.get("parameters"):
        errors.append(WITH_ANY_INPUT)
    for status, code, message in errors:
        _add_error(operation["responses"], status, code, message)
    operation["responses"] = dict(sorted(operation["responses"].items()))


def _add_error(responses: Json, status: int, code: str, message: str) -> None:
    if "HTTPValidationError" in str(responses.get(str(status))):
        del responses[str(status)]
    response = responses.setdefault(str(status), {"description": HTTPStatus(status).phrase, "content": {"application/json": {}}})
    content = response["content"]["application/json"]
    content["schema"] = {"$ref": "#/components/schemas/ProblemOut"}
    content.setdefault("examples", {})[code] = {"value": problem_example(code, message)}


def _add_security(operation: Json) -> None:
    """Optional, since AUTH_MODE=off asks for nothing."""
    if "401" in operation["responses"]:
        operation["security"] = [{}, *({scheme: []} for scheme in SCHEMES)]


def _add_headers(operation: Json) -> None:
    for status, response in operation["responses"].items():
        headers = response.setdefault("headers", {})
        headers["X-Request-ID"] = {"$ref": "#/components/headers/RequestId"}
        if status == "429":
            headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
        if status == "503" and operation["tags"] != ["service"]:
            headers["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
        if status == "201" and any(parameter["name"] == "Idempotency-Key" for parameter in operation.get("parameters", ())):
            headers["Idempotent-Replayed"] = {"$ref": "#/components/headers/IdempotentReplayed"}


def _add_links(operation: Json) -> None:
    """From an answer with a new run to what can be done with it."""
    schema = operation["responses"].get("201", {}).get("content", {}).get("application/json", {}).get("schema", {})
    if schema.get("$ref") == "#/components/schemas/PostedOut":
        runs = {name: {"operationId": name, "parameters": {"run_id": "$response.body#/run_id"}} for name in OF_A_RUN}
        operation["responses"]["201"]["links"] = runs


def _add_run_events(schemas: Json) -> None:
    """`TokenEvent` and its like for the payloads, `RunEvent` for any of them, `RunEventFrame` for a frame of a stream."""
    names = {kind.type.value: f"{kind.__name__}Event" for kind in _EVENTS}
    described = _renamed(TypeAdapter[Event](Event).json_schema(mode="serialization"))
    for name, schema in described.pop("$defs").items():
        schemas.setdefault(_named(name), {**schema, "title": _named(name)})
    listed = ", ".join(f"`{event}` is {name}" for event, name in names.items())
    schemas["RunEvent"] = {"title": "RunEvent", "description": f"The `data` of a frame, by its `event`: {listed}.", **described}
    schemas["RunEventFrame"] = {
        "title": "RunEventFrame",
        "description": "One event of a run as it comes over an event stream. `id` is the cursor to come back with.",
        "oneOf": [_frame(event, name) for event, name in names.items()],
    }


def _add_websocket_messages(schemas: Json) -> None:
    """What is said over `/ws`: no operation of a path can name it, so it stands among the schemas, for readers and for generators of types."""
    for name, messages in (("WebSocketClientMessage", CLIENT_MESSAGE), ("WebSocketServerMessage", SERVER_MESSAGE)):
        described = messages.json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
        for part, schema in described.pop("$defs").items():
            schemas.setdefault(part, schema)
        schemas[name] = {"title": name, **described}


def _renamed(schema: Json) -> Json:
    """With references into the document's components, under the names used there."""
    text = json.dumps(schema)
    for name in schema["$defs"]:
        text = text.replace(f'"#/$defs/{name}"', f'"#/components/schemas/{_named(name)}"')
    return json.loads(text)


def _named(model: str) -> str:
    return _NAMES.get(model, model)


def _frame(event: str, payload: str) -> Json:
    return {
        "type": "object",
        "properties": {
            "id": {"type": "string"},
            "event": {"type": "string", "const": event},
            "data": {
                "type": "string",
                "contentMediaType": "application/json",
                "contentSchema": {"$ref": f"#/components/schemas/{payload}"},
            },
        },
        "required": ["id", "event", "data"],
    }
