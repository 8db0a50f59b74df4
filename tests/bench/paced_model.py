"""The model that both sides of the benchmark stream from: every token is the moment at which it was made.

`rate` tokens a second, or as fast as they are taken (0). A token is `"<monotonic nanoseconds> "`: the clock is the machine's, so a client in another
process can tell how long a token took. The size, 16 to 20 characters, is that of a few words.
"""

import asyncio
import time
from collections.abc import AsyncGenerator

from app.application.ports import Completion, Prompt
from app.domain.chat.entities import Usage


class PacedModel:
    """A `LanguageModel` that costs next to nothing itself."""

    provider = "bench"
    model = "paced"
    continues_exactly = False

    def __init__(self, tokens: int, rate: float) -> None:
        self._tokens = tokens
        self._pause = 1 / rate if rate else 0.0

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        """`tokens` tokens, evenly paced from the first one on."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        for _ in range(self._tokens):
            if self._pause:
                due += self._pause
                await asyncio.sleep(due - loop.time())
            else:
                await asyncio.sleep(0)  # a model never answers without giving the loop a turn
            yield f"{time.monotonic_ns()} "
        yield Completion("stop", Usage(output_tokens=self._tokens))

    async def close(self) -> None:
        """Nothing to give back."""
