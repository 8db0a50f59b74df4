"""Asks a model for a typed value until the answer is one: an answer that doesn't parse goes back to the model with what is wrong with it."""

import json
from collections.abc import Callable
from re import DOTALL, search
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from cv_generation.writer import WritingFailed
from cv_generation.writer.json_model import JsonModel, JsonPrompt, ModelFailed

Value = TypeVar("Value", bound=BaseModel)
Result = TypeVar("Result")

ATTEMPTS = 3


class Unacceptable(Exception):
    """The value parses, and still won't do. The message is for the model."""


async def ask(model: JsonModel, prompt: JsonPrompt, shape: type[Value], accept: Callable[[Value], Result]) -> Result:
    """What `accept` makes of the model's answer. `accept` may raise `Unacceptable` or a `ValidationError`; then, and when the answer isn't
    JSON of this shape, the model is asked again with the complaint, `ATTEMPTS` times in all. Raises `WritingFailed`."""
    request = prompt.request
    complaint = ""
    for _ in range(ATTEMPTS):
        try:
            answer = await model.complete_json(JsonPrompt(prompt.task, request), shape.model_json_schema())
        except ModelFailed as failure:
            raise WritingFailed(f"{model.name}: {failure}") from failure
        try:
            return accept(shape.model_validate_json(_bare_json(answer)))
        except ValidationError as invalid:
            complaint = _complaint(invalid)
        except Unacceptable as unacceptable:
            complaint = str(unacceptable)
        request = f"{prompt.request}\n\nYour last answer was:\n{answer}\n\nIt can't be used:\n{complaint}\n\nAnswer again with the whole JSON, corrected."
    raise WritingFailed(f"{model.name} gave no usable JSON in {ATTEMPTS} attempts; the last complaint: {complaint.splitlines()[0]}")


def _bare_json(answer: str) -> str:
    """Without the fence or the sentence that some models put around it."""
    found = search(r"\{.*\}", answer, DOTALL)
    return found[0] if found else answer


def _complaint(invalid: ValidationError) -> str:
    """One line a fault: where, what, and what stood there."""
    lines: list[str] = []
    for fault in invalid.errors(include_url=False, include_context=False):
        where = ".".join(str(part) for part in fault["loc"]) or "the whole"
        lines.append(f"- {where}: {fault['msg']} (got {json.dumps(fault['input'], default=str, ensure_ascii=False)[:120]})")
    return "\n".join(lines)
