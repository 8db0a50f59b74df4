"""The model that needs no key and no network: it quotes the sources, and says so.

For trying the product, for demonstrations and tests. Promises sentences that stand in the prompt's passages, the same answer for the same
prompt, and to go on from `Prompt.partial` at the very next character. Paced like a real model, so that what can be seen with it can be
seen with the others. `bootstrap` makes one with `offline_model`; the choosing is in `quoting.py`.
"""

import asyncio
import re
from collections.abc import AsyncGenerator

from app.application.ports import Completion, Prompt
from app.domain.chat.entities import Usage
from app.infrastructure.llm.quoting import quote

FIRST_TOKEN_DELAY = 0.15
_PIECE = re.compile(r"\s*\S{1,7}|\s+$")


class OfflineModel:
    """A `LanguageModel` without a language model."""

    provider = "offline"
    continues_exactly = True

    def __init__(self, model: str, tokens_per_second: float) -> None:
        self.model = model
        self._pause = 1 / tokens_per_second if tokens_per_second else 0.0

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        """See `LanguageModel.stream`. Never raises `ModelError`."""
        pieces = _PIECE.findall(remainder(quote(prompt), prompt.partial))
        loop = asyncio.get_running_loop()
        due = loop.time() + (FIRST_TOKEN_DELAY if self._pause else 0.0)
        for piece in pieces:
            await asyncio.sleep(max(0.0, due - loop.time()))
            due += self._pause
            yield piece
        yield Completion("stop", Usage(output_tokens=len(pieces)))

    async def close(self) -> None:
        """Nothing to give back."""


def offline_model(*, model: str = "quotes", tokens_per_second: float = 60.0) -> OfflineModel:
    """The offline model; 0 tokens per second means as fast as they are taken."""
    return OfflineModel(model, tokens_per_second)


def remainder(answer: str, partial: str) -> str:
    """What is still to be said of `answer` after `partial`.

    `partial` is normally a beginning of the answer. If another model began, the whole answer follows as a paragraph of its own, and if that
    was interrupted too, what is missing of it.
    """
    if answer.startswith(partial):
        return answer[len(partial) :]
    following = f"\n\n{answer}"
    said = next(length for length in range(min(len(partial), len(following)), -1, -1) if partial.endswith(following[:length]))
    return following[said:]
