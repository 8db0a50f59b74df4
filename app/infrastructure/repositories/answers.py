"""Answers that may be given again, on Postgres. Contract: `app/domain/chat/repositories/answers.py`."""

import json
from dataclasses import asdict

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from app.domain.chat.entities import CachedAnswer, Source

_GET = text("SELECT text, sources FROM cached_answers WHERE key = :key AND created_at > now() - interval '30 days'")
_PUT = text("""
    INSERT INTO cached_answers (key, text, sources) VALUES (:key, :text, CAST(:sources AS json))
    ON CONFLICT (key) DO UPDATE SET text = excluded.text, sources = excluded.sources, created_at = now()
""")
_FORGET = text("""
    DELETE FROM cached_answers WHERE key IN (
        SELECT key FROM cached_answers WHERE created_at < now() - interval '30 days' ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED
    )
""")


class PostgresAnswers:
    """See `AnswerRepository`. An answer is old after 30 days."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, key: str) -> CachedAnswer | None:
        """See `AnswerRepository.get`."""
        row = (await self._connection.execute(_GET, {"key": key})).one_or_none()
        return CachedAnswer(row.text, tuple(Source(**source) for source in row.sources)) if row else None

    async def put(self, key: str, answer: CachedAnswer) -> None:
        """See `AnswerRepository.put`."""
        sources = json.dumps([asdict(source) for source in answer.sources], ensure_ascii=False)
        await self._connection.execute(_PUT, {"key": key, "text": answer.text, "sources": sources})
        await self._connection.execute(_FORGET)
