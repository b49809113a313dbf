import numpy as np

from rag.lexical_index import LexicalIndex


def test_documents_that_share_rare_words_score_highest():
    index = LexicalIndex([["補助", "率"], ["補助", "過疎", "債"], ["期限"]])
    scores = index.scores(["過疎", "債", "補助"])
    assert scores.argmax() == 1
    assert scores[2] == 0
    assert index.idf("過疎") > index.idf("補助")


def test_unknown_words_find_nothing():
    index = LexicalIndex([["補助"], ["期限"]])
    assert not index.scores(["宇宙"]).any()
    assert not index.knows("宇宙")


def test_an_empty_index_answers_with_zeros():
    assert LexicalIndex([]).scores(["補助"]).shape == (0,)
    assert not LexicalIndex([[], []]).scores(["補助"]).any()
    assert np.isfinite(LexicalIndex([]).idf("補助"))
