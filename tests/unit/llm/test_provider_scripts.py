"""The fake providers' scripts: what checkers rely on."""

import pytest

from app.application.chat.prompt import CONTINUE
from tests.providers import script
from tests.providers.script import DirectiveError, Turn, answer, expected_text, parse, task_of


def conversation(*texts: str) -> list[Turn]:
    return [Turn("assistant" if index % 2 else "user", text) for index, text in enumerate(texts)]


def test_the_text_follows_from_the_directive_alone() -> None:
    assert expected_text("Hi [[fault=400]]\n\nthere [[tokens=3 id=a rate=9 fault=drop]]") == "a1 a2 a3"
    assert expected_text("[[tokens=200]]", 3) == expected_text("[[tokens=3]]")
    assert expected_text("[[text=Ada_knows_Go]]") == "Ada knows Go"
    assert len(set(script.pieces(parse("[[tokens=500]]")))) == 500


@pytest.mark.parametrize("wrong", ["[[tokns=3]]", "[[tokens=many]]", "[[fault=flood]]", "[[continue=maybe]]"])
def test_a_mistyped_directive_is_an_error(wrong: str) -> None:
    with pytest.raises(DirectiveError):
        parse(wrong)


def test_the_last_question_counts() -> None:
    assert task_of(conversation("[[tokens=1]]", "word1", "[[tokens=2]]")).script.tokens == 2


def test_understands_how_the_product_asks_to_continue() -> None:
    question = "Who? [[tokens=40]]"
    asked = conversation(question, expected_text(question, 7), CONTINUE)
    assert task_of(asked).partial == expected_text(question, 7)


@pytest.mark.parametrize("cut", [1, 9, 50, 120])
@pytest.mark.parametrize("form", ["turns", "quoted"])
def test_goes_on_from_a_partial_answer(cut: int, form: str) -> None:
    question = "Who? [[tokens=40]]"
    full = expected_text(question)
    partial = full[: max(cut, 12) if form == "quoted" else cut]
    if form == "turns":
        asked = conversation(question, partial, "Continue exactly where you stopped.")
    else:
        asked = conversation(question, "…", f"Your answer was interrupted. So far:\n<<<{partial}>>>\nGo on.")
    assert partial + "".join(answer(task_of(asked))) == full


@pytest.mark.parametrize(("mode", "begins"), [("overlap", " word2 word3"), ("restart", "word1 word2"), ("different", "other1 other2")])
def test_goes_on_badly_if_told_to(mode: str, begins: str) -> None:
    question = f"Who? [[tokens=6 continue={mode}]]"
    partial = expected_text(question)[: len("word1 word2 word3 word4 word5 word6") - 3]
    asked = conversation(question, partial, "Continue exactly where you stopped.")
    assert "".join(answer(task_of(asked))).startswith(begins)


def test_a_new_question_after_a_cancelled_answer_is_no_continuation() -> None:
    asked = conversation("Who? [[tokens=40]]", expected_text("[[tokens=40]]", 4), "Who else? [[tokens=40]]")
    assert task_of(asked).partial == ""


def test_tries_of_one_request_share_a_name_and_questions_do_not() -> None:
    first, second = conversation("[[tokens=1]] a"), conversation("[[tokens=1]] b")
    assert task_of(first).key == task_of(first).key != task_of(second).key
