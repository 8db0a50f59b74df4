"""What the LLM writer asks of a model: one JSON text for one prompt. `app_model.py` gives it the server's adapters; tests give it a script."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

JsonSchema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JsonPrompt:
    """`task` says who the model is and what it writes; `request` is this one piece of work."""

    task: str
    request: str


class ModelFailed(Exception):
    """The model gave no answer: no key, no network, refused, overloaded. Asking again at once is pointless."""


class JsonModel(Protocol):
    """A model that answers in JSON."""

    @property
    def name(self) -> str:
        """Provider and model, as recorded with what it wrote."""
        ...

    async def complete_json(self, prompt: JsonPrompt, schema: JsonSchema) -> str:
        """The model's answer, meant to be JSON that fits the schema; the caller checks. Raises `ModelFailed`."""
        ...
