"""What is attached to a conversation is searched beside what is live for everyone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.answering.attached import JointSearch
from rag.passage import DocumentInfo, Passage, SearchScope, Signals

SCOPE = SearchScope("staff", "L2")


def passage(document_id: str, score: float) -> Passage:
    return Passage(
        document=DocumentInfo(document_id, "題", "staff", "L2"),
        section=(),
        page=None,
        page_index=0,
        start=0,
        end=1,
        text="文",
        score=score,
        signals=Signals(dense=0.0, lexical=0.0, fused=score),
    )


class Found:
    """Finds what it was given, and remembers in which scope it was asked."""

    def __init__(self, *passages: Passage, rarity: float = 0.0) -> None:
        self.scopes: list[SearchScope] = []
        self._passages = list(passages)
        self._rarity = rarity

    def search(self, query: str, scope: SearchScope, top_k: int = 10) -> list[Passage]:
        assert query == "補助率"
        self.scopes.append(scope)
        return self._passages[:top_k]

    def idf(self, _token: str, _audience: str) -> float:
        return self._rarity


def ids(passages: list[Passage]) -> list[str]:
    return [each.document.document_id for each in passages]


def test_best_of_both_come_first_and_the_attached_one_at_the_same_score():
    live = Found(passage("live-1", 0.9), passage("live-2", 0.5))
    own = Found(passage("own-1", 0.9), passage("own-2", 0.1))

    assert ids(JointSearch(live, own).search("補助率", SCOPE, 3)) == ["own-1", "live-1", "live-2"]


def test_own_document_is_found_whatever_its_level_and_nobody_elses_is():
    live, own = Found(), Found()
    JointSearch(live, own).search("補助率", SCOPE)

    assert live.scopes == [SCOPE]
    assert own.scopes == [replace(SCOPE, max_level="L4")]


def test_word_is_as_rare_as_in_what_is_live():
    joined = JointSearch(Found(rarity=3.0), Found(rarity=1.0))

    assert joined.idf("補助率", "staff") == pytest.approx(3.0)
