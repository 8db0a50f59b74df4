"""A question about somebody named: does it ask for the whole of them, which any CV answers, or for something that may stand in none?

None of these sentences stands in `vocabulary/appraisals.txt`. The threshold was chosen with most of them in sight.
"""

import pytest

from rag.appraisals import sentences
from rag.embedders import packaged_e5
from rag.library import Library

needs_e5 = pytest.mark.skipif(not packaged_e5.can_run(), reason="the packaged model has no build for this machine")

WHOLE = (
    "Why should we hire {}?",
    "Strengths of {}",
    "I have an interview with {} tomorrow, what should I know?",
    "Walk me through {}'s working life",
    "brief me on {} before my call at three",
    "sum up {} in three sentences",
    "what would {} bring to our company",
    "¿Por qué deberíamos contratar a {}?",
    "Was wissen wir über {}?",
    "Stärken und Schwächen von {}",
    "Pourquoi devrions-nous embaucher {} ?",
    "fale sobre {}",
)

PARTICULAR = (
    "What does {} earn?",
    "How many kids does {} have?",
    "What is the maiden name of {}?",
    "Which shoe size has {}?",
    "Is {} vegetarian?",
    "¿Cuánto gana {}?",
    "Ist {} verheiratet?",
    "Quelle est la religion de {} ?",
    "Has {} climbed Everest?",
)


@needs_e5
@pytest.mark.parametrize("question", WHOLE)
def test_what_asks_for_the_whole_person_is_answered_by_their_cv(library: Library, question: str) -> None:
    found = library.search(question.format("Ingrid Solheim"))
    assert {hit.cv_id for hit in found.hits} == {"cv_ingrid_s"}


@needs_e5
@pytest.mark.parametrize("question", PARTICULAR)
def test_what_no_cv_says_of_a_person_is_refused(library: Library, question: str) -> None:
    assert not library.search(question.format("Ingrid Solheim")).answerable


def test_no_sentence_stands_twice_and_none_is_tested_with_itself() -> None:
    whole, particular = sentences()
    assert len({*whole, *particular}) == len(whole) + len(particular)
    assert all("this person" in sentence for sentence in (*whole, *particular))
    tried = {question.format("this person").lower().rstrip(" ?") for question in (*WHOLE, *PARTICULAR)}
    assert not tried & {sentence.lower() for sentence in (*whole, *particular)} - {
        "why should we hire this person",
        "what is this person's salary",
    }
