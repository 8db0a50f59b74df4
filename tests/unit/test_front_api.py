"""The front is typed from the API as it is: front/openapi.json is the document that the server gives (`make front-api` writes it)."""

import json
from pathlib import Path

from app.bootstrap.version import app_version
from app.infrastructure.web.application import openapi_document

COMMITTED = Path(__file__).parents[2] / "front" / "openapi.json"


def test_the_committed_document_is_the_servers() -> None:
    committed = json.loads(COMMITTED.read_text())
    assert committed == openapi_document(app_version()), "the API has changed: run `make front-api`"
