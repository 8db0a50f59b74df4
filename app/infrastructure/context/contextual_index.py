"""Indexes the CVs with a language model's help: `chatbot index --contextual`. The model is the product's, the building is `rag`'s.

The building is synchronous and runs in a thread; the model lives on the event loop. Between them goes one request a CV. A CV that the model fails on keeps
the view of the rules.
"""

import asyncio
from collections.abc import Callable
from contextlib import aclosing

from app.application.ports import LanguageModel, Prompt, Turn
from app.domain.chat.entities import Role
from app.infrastructure.context.cv_index_place import CvIndexPlace
from app.infrastructure.context.first_index import turn_to_build


async def build_with_model(place: CvIndexPlace, model: LanguageModel, tell: Callable[[str], None]) -> None:
    """Index the folder and make the result current. Raises `BuildFailed`."""
    loop = asyncio.get_running_loop()

    def complete(task: str, request: str) -> str:
        return asyncio.run_coroutine_threadsafe(_answer(model, task, request), loop).result()

    def build() -> None:
        from app.infrastructure.context.hybrid_rag.contextual import build_contextual

        build_contextual(place, complete, tell)

    async with turn_to_build(place.store):
        await asyncio.to_thread(build)


async def _answer(model: LanguageModel, task: str, request: str) -> str:
    prompt = Prompt(system=task, turns=(Turn(Role.USER, request),), question=request)
    async with aclosing(model.stream(prompt)) as pieces:
        return "".join([piece async for piece in pieces if isinstance(piece, str)])
