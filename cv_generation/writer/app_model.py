"""The server's language models as JSON writers: any provider that the chat can use can write CVs.

The server's interface streams text, so the schema goes into the prompt and the pieces are put together; `repair.py` deals with answers that
don't fit. `open_writer` is the one place where the generator meets the server's wiring.
"""

import json
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import assert_never

from app.application.ports import Completion, LanguageModel, Prompt, Turn
from app.bootstrap.models import make_model
from app.domain.chat.entities import Role
from app.domain.chat.errors import ModelError
from app.settings import Provider, Settings
from cv_generation.settings import CvSettings
from cv_generation.writer.json_model import JsonPrompt, JsonSchema, ModelFailed
from cv_generation.writer.llm import LlmWriter

_LONGEST_CV = 8192
"""Tokens; a senior's CV in JSON takes about half."""


class AppModel:
    """A `JsonModel` over the server's `LanguageModel`."""

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    @property
    def name(self) -> str:
        """See `JsonModel.name`."""
        return f"{self._model.provider}:{self._model.model}"

    async def complete_json(self, prompt: JsonPrompt, schema: JsonSchema) -> str:
        """See `JsonModel.complete_json`. An answer that was cut off at its longest is given as it is."""
        system = f"{prompt.task}\n\nJSON schema of the answer:\n{json.dumps(schema, ensure_ascii=False)}"
        asked = Prompt(system=system, turns=(Turn(Role.USER, prompt.request),), question=prompt.request)
        pieces: list[str] = []
        try:
            async with aclosing(self._model.stream(asked)) as stream:
                async for piece in stream:
                    match piece:
                        case str():
                            pieces.append(piece)
                        case Completion(finish_reason="refusal"):
                            raise ModelFailed("the model refused to write this CV")
                        case Completion():
                            pass
                        case _:
                            assert_never(piece)
        except ModelError as error:
            raise ModelFailed(error.message) from error
        return "".join(pieces)


@asynccontextmanager
async def open_writer(settings: Settings, cv_settings: CvSettings) -> AsyncGenerator[LlmWriter]:
    """The writer that the settings describe; its connections are closed afterwards. Raises `SettingsError` for a provider without a key."""
    async with AsyncExitStack() as stack:

        def opened(name: str | None) -> AppModel:
            model = make_model(_for_model(settings, name))
            stack.push_async_callback(model.close)
            return AppModel(model)

        stylist = cv_settings.cv_stylist_model
        yield LlmWriter(opened(cv_settings.cv_writer_model), opened(stylist) if stylist else None)


def _for_model(settings: Settings, name: str | None) -> Settings:
    """The server's settings, turned to one model with room for a whole CV."""
    provider, _, rest = (name or "").partition(":")
    if rest and provider in set(Provider):
        chosen: dict[str, object] = {"llm_provider": Provider(provider), "llm_model": rest}
    else:
        chosen = {"llm_provider": settings.provider, "llm_model": name or settings.model}
    return Settings.model_validate({**settings.model_dump(), **chosen, "llm_max_tokens": max(settings.llm_max_tokens, _LONGEST_CV)})
