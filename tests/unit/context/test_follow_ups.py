"""The small model that makes a follow-up stand alone, and what happens when it does not do it."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from app.application.ports import Completion, Prompt
from app.domain.chat.entities import Message, MessageStatus, Role
from app.domain.chat.errors import ModelError
from app.infrastructure.context.follow_ups import FollowUps


class Says:
    """A model that says the same to everything, or fails."""

    provider, model, continues_exactly = "test", "small", False

    def __init__(self, *pieces: str | ModelError) -> None:
        self.pieces = pieces
        self.asked: list[Prompt] = []

    async def stream(self, prompt: Prompt) -> AsyncGenerator[str | Completion, None]:
        self.asked.append(prompt)
        for piece in self.pieces:
            if isinstance(piece, ModelError):
                raise piece
            yield piece
        yield Completion("stop", None)

    async def close(self) -> None: ...


def said(role: Role, content: str) -> Message:
    return Message(
        message_id=uuid4(), thread_id=uuid4(), ordinal=1, role=role, content=content, status=MessageStatus.DONE, parent_id=None, run_id=None, sources=(), error=None,
        created_at=datetime.now(UTC),
    )  # fmt: skip


HISTORY = [said(Role.USER, "Who is Ada?"), said(Role.ASSISTANT, "Ada Byron writes Go [1].")]


async def test_the_question_is_rewritten_with_the_conversation() -> None:
    model = Says("Where did ", "Ada Byron study?\n")
    assert await FollowUps(model).standing_alone("and where did she study?", HISTORY) == "Where did Ada Byron study?"
    assert "Ada Byron writes Go" in model.asked[0].question
    assert model.asked[0].question.endswith("and where did she study?")


@pytest.mark.parametrize(
    "pieces",
    [(), ("  \n",), ("One line\nand another",), ("endless " * 200,), ("half", ModelError("provider_timeout", "Too slow.", retryable=True))],
)
async def test_the_rules_do_it_when_the_model_does_not(pieces: tuple[str | ModelError, ...]) -> None:
    assert await FollowUps(Says(*pieces)).standing_alone("and she?", HISTORY) == ""
