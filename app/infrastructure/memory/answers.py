"""Answers that may be given again, on memory. Contract: `app/domain/chat/repositories/answers.py`."""

from app.domain.chat.entities import CachedAnswer
from app.infrastructure.memory.database import Session


class MemoryAnswers:
    """See `AnswerRepository`."""

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, key: str) -> CachedAnswer | None:
        """See `AnswerRepository.get`."""
        return self._session.tables.answers.get(key)

    async def put(self, key: str, answer: CachedAnswer) -> None:
        """See `AnswerRepository.put`. Memory ends before answers grow old."""
        tables = await self._session.write()
        tables.answers[key] = answer
