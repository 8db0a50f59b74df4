"""Storage of answers that may be given again."""

from typing import Protocol

from app.domain.chat.entities import CachedAnswer


class AnswerRepository(Protocol):
    """A key stands for everything that an answer depends on; whoever asks makes it."""

    async def get(self, key: str) -> CachedAnswer | None:
        """The answer stored under a key, or None."""
        ...

    async def put(self, key: str, answer: CachedAnswer) -> None:
        """Store an answer; an older one under the same key gives way. Answers that have grown old are forgotten on the way."""
        ...
