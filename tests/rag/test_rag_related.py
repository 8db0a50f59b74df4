"""Related words count for a passage that says a description in other words, and unusual words are not taken for slips of the finger."""

import gzip
from pathlib import Path

import numpy as np
import pytest

from rag.expansion import sought_in
from rag.library import Library
from rag.likeness import likeness
from rag.names import tokens_of
from rag.query import read_question
from rag.related import Thesaurus, related_terms, thesaurus
from rag.scoring import Scores
from rag.spelling import respelled


def test_a_sense_gives_its_words_and_those_around_it() -> None:
    table = Thesaurus("# licence\n=taught teach\nmove\nteach instruct1|1||-1\nteacher|||1\ncoach train3|2\nperson2")
    assert table.related("taught") == {"teach": 0.8, "instruct": 0.8, "move": 0.45, "teacher": 0.64, "coach": 0.6, "train": 0.6}
    assert table.related("instruct")["coach"] == pytest.approx(0.6 * 0.85)  # a rarer sense of the word
    assert table.related("nothing") == {}


def test_the_shipped_table_knows_work_by_other_names() -> None:
    assert {"truck", "lorry"} <= set(thesaurus().related("lorries"))
    assert "instructor" in thesaurus().related("taught")
    assert "=teacher" in dict(related_terms("taught"))  # the concept, which other languages share


def test_the_table_is_small_and_carries_its_licence() -> None:
    table = Path(__file__).parents[2] / "rag" / "vocabulary" / "related.txt.gz"
    assert table.stat().st_size < 1_000_000
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in gzip.decompress(table.read_bytes()).decode()


def test_an_unusual_english_word_is_no_slip() -> None:
    mended = respelled(tokens_of("karate served translaton"), lambda _: False)
    assert [token.folded for token in mended] == ["karate", "served", "translation"]


def test_a_related_word_counts_for_the_passage_and_for_the_whole_cv(library: Library) -> None:
    generation = library.generation()
    question = read_question("someone who makes predictions", generation.names, generation.lexical.frequency)
    things = sought_in(question.tokens, question.telling, question.language, generation.lexical)
    vector = np.zeros(library.embedder.dimension, dtype=np.float32)
    scores = Scores(generation, things, question.tokens, vector, of_named=False, telling=[1.0] * len(things))
    like = likeness(generation, question, scores)
    saying = generation.lexical.passages_with("forecast")
    assert len(saying)
    assert (like.passage[saying] > scores.coverage[saying]).any()
    elsewhere = np.flatnonzero(generation.corpus.cv_of == generation.corpus.cv_of[saying[0]])
    assert (like.cv[elsewhere] >= like.passage[saying[0]]).all()
