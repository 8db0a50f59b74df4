"""What the offline model quotes: true, relevant, cited, in the language of the question; and how it goes on from a partial answer."""

import re
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.application.ports import Completion, Passage, Prompt, Turn
from app.domain.chat.entities import Role
from app.infrastructure.llm import words
from app.infrastructure.llm.offline import offline_model, remainder
from app.infrastructure.llm.quoting import NOTHING, NOTICE, quote

ADA = Passage(
    1,
    "Ada Lovelace — Experience",
    """Ada Lovelace
EXPERIENCE
Senior Backend Engineer, Analytical Engines Ltd (2019 – 2024)
• Designed event-driven services in Python and FastAPI that
serve 2 million requests a day.
• Led a team of five engineers and introduced Kubernetes.
Software Engineer, Babbage & Co (2015 – 2019)
• Built billing in Go and PostgreSQL.
""",
)
ADA_STUDIES = Passage(
    2,
    "Ada Lovelace — Education",
    """EDUCATION
MSc Computer Science, University of Cambridge, 2013 – 2015
LANGUAGES
English (native), French (fluent)
""",
)
ELENA = Passage(
    3,
    "Elena Ñúñez",
    """FORMACIÓN
Grado en Ingeniería Informática, Universidad de Sevilla, 2014
EXPERIENCIA
Ingeniera de datos, Banco Azul (2016 - 2024)
- Diseñó canalizaciones de datos con Python, Spark y Airflow.
- Migró el almacén a Kubernetes.
""",
)
PASSAGES = (ADA, ADA_STUDIES, ELENA)


def prompt(question: str, *before: str, partial: str = "", passages: tuple[Passage, ...] = PASSAGES) -> Prompt:
    turns = [Turn(Role.ASSISTANT if index % 2 else Role.USER, text) for index, text in enumerate((*before, question))]
    if partial:
        turns += [Turn(Role.ASSISTANT, partial), Turn(Role.USER, f"Your answer to '{question}' was cut off. Continue it.")]
    return Prompt("system", tuple(turns), question, passages, partial)


def cited(answer: str) -> set[int]:
    return {int(number) for number in re.findall(r"\[(\d+)\]", answer)}


@pytest.mark.parametrize(
    ("question", "says", "cites"),
    [
        ("Who knows Kubernetes?", ["introduced Kubernetes", "Migró el almacén"], {1, 3}),
        ("Who has experience with Kubernetes?", ["introduced Kubernetes", "Migró el almacén"], {1, 3}),
        ("Where did Ada study?", ["University of Cambridge"], {2}),
        ("¿Dónde estudió Elena?", ["Universidad de Sevilla"], {3}),
        ("¿dónde estudio elena nunez?", ["Universidad de Sevilla"], {3}),
        ("Who has worked in banking?", ["Banco Azul"], {3}),
        ("What languages does Ada speak?", ["French (fluent)"], {2}),
        ("Has anybody led teams?", ["Led a team of five"], {1}),
        ("When was Ada at Babbage?", ["2015 – 2019"], {1}),
    ],
)
def test_quotes_what_answers_the_question(question: str, says: list[str], cites: set[int]) -> None:
    answer = quote(prompt(question))
    assert all(text in answer for text in says)
    assert cited(answer) == cites


@pytest.mark.parametrize("question", ["Who knows COBOL?", "What is the capital of France?", "hello", "¿Quién ganó el mundial?"])
def test_says_so_when_nothing_answers(question: str) -> None:
    assert quote(prompt(question)) in NOTHING.values()


def test_says_so_when_there_are_no_sources() -> None:
    assert quote(prompt("Who knows Python?", passages=())) == NOTHING["en"]


@pytest.mark.parametrize(
    ("question", "before", "cites"),
    [
        ("and where did she study?", ("Tell me about Ada", "…"), {2}),
        ("and where did she study?", ("Who worked in a bank?", "**Elena Ñúñez**\n- Ingeniera de datos, Banco Azul [3]"), {3}),
        ("¿Y dónde estudió ella?", ("Háblame de Elena", "…"), {3}),
        ("What about Elena?", ("Where did Ada study?", "…"), {3}),
    ],
)
def test_takes_the_person_or_the_subject_from_what_was_said_before(question: str, before: tuple[str, ...], cites: set[int]) -> None:
    assert cited(quote(prompt(question, *before))) == cites


@pytest.mark.parametrize(
    ("question", "before", "spanish"),
    [
        ("Who knows Python?", (), False),
        ("¿Quién sabe Python?", (), True),
        ("quien trabajo con kubernetes", (), True),
        ("Python?", ("¿Quién sabe Go?", "…"), True),
        ("Python?", (), False),
    ],
)
def test_speaks_the_language_of_the_question_and_says_what_it_is(question: str, before: tuple[str, ...], spanish: bool) -> None:
    assert quote(prompt(question, *before)).startswith(NOTICE["es" if spanish else "en"])


def test_every_line_stands_in_the_passage_it_cites() -> None:
    for question in ("Tell me about Ada Lovelace", "Who knows Python?", "¿Quién estudió ingeniería?"):
        lines = [line for line in quote(prompt(question)).splitlines() if line.startswith("- ")]
        assert 1 <= len(lines) <= 6
        for line in lines:
            text, number = re.fullmatch(r"- (.*) \[(\d)\]", line).groups()  # type: ignore[union-attr]  # pyright: ignore[reportOptionalMemberAccess]
            assert text in " ".join(PASSAGES[int(number) - 1].text.split())


def test_groups_by_candidate_the_best_first() -> None:
    answer = quote(prompt("Who knows Spark and Python?"))
    assert answer.index("**Elena Ñúñez**") < answer.index("- Diseñó")
    assert answer.count("**Elena Ñúñez**") == 1


def test_reads_a_long_resume_in_no_time() -> None:
    text = "\n".join(f"- Did task {number} with tool{number % 50} for the department of things." for number in range(3000))
    began = time.process_time()  # by the clock it takes as long as whatever runs beside it wants
    assert cited(quote(prompt("Who used tool7?", passages=(Passage(1, "Ada Lovelace", text),)))) == {1}
    assert time.process_time() - began < 1.0


QUESTIONS = ["Who knows Kubernetes?", "¿Dónde estudió Elena?", "Tell me about Ada Lovelace", "Who knows COBOL?"]


@given(st.sampled_from(QUESTIONS), st.floats(0, 1))
def test_goes_on_at_the_very_next_character(question: str, share: float) -> None:
    whole = quote(prompt(question, "Hello", "Good day"))
    partial = whole[: round(share * len(whole))]
    assert partial + remainder(quote(prompt(question, "Hello", "Good day", partial=partial)), partial) == whole


@given(st.text(max_size=40), st.sampled_from(QUESTIONS), st.floats(0, 1))
def test_gives_its_whole_answer_after_the_beginning_of_another_model(foreign: str, question: str, share: float) -> None:
    answer = quote(prompt(question))
    first = remainder(answer, foreign)
    assert (foreign + first).endswith(answer)
    interrupted = foreign + first[: round(share * len(first))]
    assert (interrupted + remainder(answer, interrupted)).endswith(answer)


async def test_streams_word_pieces_then_a_completion() -> None:
    asked = prompt("Who knows Kubernetes?")
    pieces = [piece async for piece in offline_model(tokens_per_second=0).stream(asked)]
    assert isinstance(pieces[-1], Completion)
    text = [piece for piece in pieces if isinstance(piece, str)]
    assert "".join(text) == quote(asked)
    assert all(text)
    assert len(text) > 20


async def test_goes_on_in_a_stream_too() -> None:
    whole = quote(prompt("Who knows Kubernetes?"))
    rest = [piece async for piece in offline_model(tokens_per_second=0).stream(prompt("Who knows Kubernetes?", partial=whole[:70]))]
    assert whole[:70] + "".join(piece for piece in rest if isinstance(piece, str)) == whole


async def test_keeps_the_pace_it_is_given() -> None:
    began = time.perf_counter()
    count = len([None async for _ in offline_model(tokens_per_second=400).stream(prompt("Who knows COBOL?"))])
    assert time.perf_counter() - began >= (count - 2) / 400


@settings(max_examples=200)
@given(st.text())
def test_words_of_any_text_can_be_compared(text: str) -> None:
    assert all(words.stem(word) for word in words.words(text))
    assert words.terms(text) <= {words.stem(word) for word in words.words(text)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("estudió", "estudios"),
        ("studied", "studies"),
        ("developer", "development"),
        ("university", "Universidad"),
        ("Managed", "management"),
        ("engineering", "Engineers"),
    ],
)
def test_knows_a_word_by_its_stem(one: str, other: str) -> None:
    assert words.terms(one) == words.terms(other)


def test_keeps_the_names_of_languages_whole() -> None:
    assert {"c++", "c#", "node.js"} <= words.terms("C++, C# and Node.js.")
