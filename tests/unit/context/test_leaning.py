"""Which questions may be answered from the cache in the middle of a conversation."""

import pytest

from app.infrastructure.context.leaning import leans_on_conversation


@pytest.mark.parametrize(
    "question",
    [
        "Translate that to Spanish",
        "And what about her?",
        "Say it again",
        "Tell me more",
        "Dime más",
        "Et elle ?",
        "Was hat sie studiert?",
        "Shorter, please",
    ],
)
def test_leaning(question: str) -> None:
    assert leans_on_conversation(question)


@pytest.mark.parametrize(
    "question",
    [
        "Who knows Kubernetes?",
        "Who has more than five years of Python?",
        "¿Quién tiene más de 5 años de Java?",
        "Wo hat Renate Förster gearbeitet?",
    ],
)
def test_standing_alone(question: str) -> None:
    assert not leans_on_conversation(question)
