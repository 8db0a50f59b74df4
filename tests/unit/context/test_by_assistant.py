"""Each assistant gets its own context."""

from collections.abc import Sequence

import pytest

from app.application.ports import Context, Passage
from app.domain.chat.entities import Assistant, Message
from app.infrastructure.context.by_assistant import ContextByAssistant


class Fixed:
    """A context provider that always finds one passage."""

    def __init__(self, title: str) -> None:
        self.context = Context(passages=(Passage(1, title, title),))

    async def find(self, question: str, history: Sequence[Message], assistant: Assistant) -> Context:
        return self.context


async def test_the_thread_s_assistant_decides() -> None:
    cvs, resume = Fixed("cvs"), Fixed("resume")
    context = ContextByAssistant({Assistant.CVS: cvs, Assistant.RESUME: resume})
    assert await context.find("?", [], Assistant.CVS) is cvs.context
    assert await context.find("?", [], Assistant.RESUME) is resume.context


def test_an_assistant_without_a_provider_stops_the_start() -> None:
    with pytest.raises(ValueError, match="No context provider for: resume"):
        ContextByAssistant({Assistant.CVS: Fixed("cvs")})
