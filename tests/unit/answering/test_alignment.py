import numpy as np
import pytest

from app.answering.alignment import Aligner, Alignment
from rag.word_vectors import WordVectors

_WORDS = {"駐車場": 0, "図書館": 1, "開館": 2, "時間": 3, "は": 4, "席": 5}


class Reader:
    """Each known word is a direction of its own, so that only the same word is near."""

    def __init__(self):
        self.passages = []

    def read_queries(self, texts):
        return [self._read(text) for text in texts]

    def read_passages(self, texts):
        self.passages += texts
        return self.read_queries(texts)

    def _read(self, text):
        pieces = tuple(text.split())
        vectors = np.zeros((len(pieces), len(_WORDS)), np.float32)
        for row, piece in enumerate(pieces):
            vectors[row, _WORDS[piece]] = 1
        whole = vectors.sum(axis=0)
        return WordVectors(pieces, vectors, whole / max(1.0, float(np.linalg.norm(whole))))


def test_the_one_word_that_no_unit_speaks_of_is_seen():
    units = ["図書館 は 開館 時間", "席 は 図書館"]
    near_miss = Aligner(Reader()).align("図書館 は 駐車場", units)
    answered = Aligner(Reader()).align("図書館 は 開館", units)
    assert near_miss.least_word == 0
    assert answered.least_word == 1


def test_words_without_meaning_of_their_own_do_not_count_as_the_least():
    assert Aligner(Reader()).align("図書館 は", ["図書館"]).least_word == 1


def test_the_nearest_unit_counts_as_a_whole():
    found = Aligner(Reader()).align("開館 時間", ["席", "開館 時間"])
    assert found.sentence == pytest.approx(1)
    assert found.sentences == pytest.approx(0.5)


@pytest.mark.parametrize(("question", "units"), [("図書館", []), ("", ["図書館"]), ("席", [""])])
def test_where_there_is_nothing_to_compare_everything_is_zero(question, units):
    assert Aligner(Reader()).align(question, units) == Alignment()


def test_units_are_read_once_and_questions_are_not_kept():
    reader = Reader()
    aligner = Aligner(reader)
    aligner.align("席", ["図書館", "席"])
    aligner.align("駐車場", ["席", "図書館"])
    assert reader.passages == ["図書館", "席"]
