"""The model that all sides of the benchmark stream from: every token is the moment at which it was made.

`rate` tokens a second, or as fast as they are taken (0), the first one after `thinking` seconds, for `seconds`. A token is `"<monotonic nanoseconds> "`: the clock is
the machine's, so a client in another process can tell how long a token took. The size, 16 to 20 characters, is that of a few words. The usage tells
the client how many there were.
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

    def __init__(self, seconds: float, rate: float, thinking: float = 0.0) -> None:
        self._seconds = seconds
        self._thinking = thinking
        self._pause = 1 / rate if rate else 0.0

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        """Tokens, evenly paced from the first one on; one at least."""
        loop = asyncio.get_running_loop()
        due, tokens = loop.time() + self._thinking, 0
        end = due + self._seconds
        while not tokens or (due if self._pause else loop.time()) < end:
            await asyncio.sleep(
                due - loop.time() if self._pause or not tokens else 0
            )  # a model never answers without giving the loop a turn
            yield f"{time.monotonic_ns()} "
            due, tokens = due + self._pause, tokens + 1
        yield Completion("stop", Usage(output_tokens=tokens))

    async def close(self) -> None:
        """Nothing to give back."""
