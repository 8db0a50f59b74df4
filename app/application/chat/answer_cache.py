"""Answers given again: the same question, to the same model, from the same state of the documents.

Called by the executor: `find` before it asks the model, `keep` after the run has closed as `done`. What an answer depends on is the context's
fingerprint, the model, and the wording of the prompt; a context without a fingerprint is never cached. Only whole answers are kept: one that was
cut at its longest, refused, cancelled or continued after a takeover is not. Whoever asks for another answer (regenerate) gets another one.

A cache may fail: then the model is asked.
"""

import hashlib
import json
from contextlib import suppress
from uuid import UUID

from app.application.chat.prompt import PROMPT_VERSION
from app.application.ports import LanguageModel, Transactions
from app.domain.chat.ending import Ending
from app.domain.chat.entities import CachedAnswer, Source
from app.domain.chat.errors import Unavailable


class AnswerCache:
    """`on` is False where the operator wants every question asked."""

    def __init__(self, transactions: Transactions, *, on: bool = True) -> None:
        self._transactions = transactions
        self._on = on

    def key(self, fingerprint: str | None, model: LanguageModel) -> str | None:
        """The name an answer is kept under; None if it must not be kept."""
        if fingerprint is None or not self._on:
            return None
        return hashlib.sha256(json.dumps([fingerprint, model.provider, model.model, PROMPT_VERSION]).encode()).hexdigest()

    async def find(self, key: str | None, run_id: UUID, sources: tuple[Source, ...]) -> CachedAnswer | None:
        """The answer kept under the key, if its markers are bound to these sources and the run does not want a fresh one."""
        if key is None:
            return None
        with suppress(Unavailable):
            async with self._transactions.reading() as work:
                answer = await work.answers.get(key)
                if answer is None or _cited(answer.sources) != _cited(sources):
                    return None
                run = await work.runs.get(run_id)
                return None if run is None or run.fresh else answer
        return None

    async def keep(self, key: str | None, ending: Ending) -> None:
        """Keep a whole answer that came from the model."""
        if key is None or ending.cached or ending.finish_reason != "stop":
            return
        with suppress(Unavailable):
            async with self._transactions.begin() as work:
                await work.answers.put(key, CachedAnswer(ending.text, ending.sources))
                await work.commit()


def _cited(sources: tuple[Source, ...]) -> list[tuple[object, ...]]:
    """What the markers of an answer point to. Scores may differ: an equivalent question has other words."""
    return [(source.n, source.cv_id, source.page, source.section, source.snippet) for source in sources]
