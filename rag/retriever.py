"""Hybrid search: a query finds chunks by vector and by word, and returns passages around them."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.answer_type import expectation
from rag.embedder import Embedder
from rag.fusion import FusionWeights, fuse
from rag.lexical_index import LexicalIndex
from rag.passage import Audience, IndexedChunk, Part, Passage, SearchScope, Signals, Snapshot
from rag.tokenizer import Tokenizer
from rag.vector_store import VectorStore
from rag.vocabulary import Vocabulary

MAX_PASSAGE_CHARS = 500
_CENTRE_SHARE = 0.3
_SHARE_OF_OFFICIAL_WORDS = 0.3
_BEST_CHUNKS_OF_DOCUMENT = 3
_AUDIENCES: Mapping[Audience, tuple[Audience, ...]] = {
    "public": ("public",),
    "staff": ("staff", "public"),
}


@dataclass(frozen=True)
class _Live:
    """A snapshot with what is derived from it once: replaced whole, never changed."""

    snapshot: Snapshot
    chunks_of_vector: Mapping[str, tuple[int, ...]]
    words: Mapping[Audience, LexicalIndex]
    members: Mapping[Audience, NDArray[np.int64]]
    collections: Mapping[Audience, str]


class Retriever:
    """Searches the live snapshot. `refresh` swaps it at once; searches under way keep theirs."""

    def __init__(  # noqa: PLR0913 - collaborators, the last ones with a default
        self,
        embedder: Embedder,
        vectors: VectorStore,
        tokenizer: Tokenizer,
        *,
        background_questions: tuple[str, ...] = (),
        weights: FusionWeights | None = None,
        vocabulary: Vocabulary | None = None,
    ) -> None:
        self._embedder = embedder
        self._vectors = vectors
        self._tokenizer = tokenizer
        self._weights = weights or FusionWeights()
        self._background = background_questions
        self._vocabulary = vocabulary or Vocabulary({})
        self._centre: NDArray[np.float32] | None = None
        self._centre_lock = threading.Lock()
        self._live: _Live | None = None

    def refresh(self, snapshot: Snapshot, collections: Mapping[Audience, str]) -> None:
        """Serve `snapshot` from now on. `collections`: the vector collection of each audience."""
        by_vector: dict[str, list[int]] = {}
        for index, chunk in enumerate(snapshot.chunks):
            by_vector.setdefault(chunk.vector_id, []).append(index)
        members = {scope: _members(snapshot, allowed) for scope, allowed in _AUDIENCES.items()}
        words = {
            scope: LexicalIndex([snapshot.chunks[i].tokens for i in indexes])
            for scope, indexes in members.items()
        }
        frozen = {vector: tuple(indexes) for vector, indexes in by_vector.items()}
        self._live = _Live(snapshot, frozen, words, members, dict(collections))

    @property
    def snapshot(self) -> Snapshot | None:
        return self._live.snapshot if self._live else None

    def idf(self, token: str, audience: Audience) -> float:
        """How rare a word is in what that audience may search."""
        return self._live.words[audience].idf(token) if self._live else 0.0

    def warm_up(self) -> None:
        """Load the model and what else the first search would wait for."""
        self.embed("準備")

    def embed(self, question: str) -> NDArray[np.float32]:
        """The question's vector, less a share of what all questions have in common.

        Some passages lie near every question ("hubs"); taking off the common part of the
        questions takes off just that nearness, and needs nothing stored with the passages.
        """
        vector: NDArray[np.float32] = self._embedder.embed_queries([question])[0]
        return np.asarray(vector - _CENTRE_SHARE * self._question_centre(len(vector)), np.float32)

    def _question_centre(self, dimension: int) -> NDArray[np.float32]:
        with self._centre_lock:
            if self._centre is None:
                self._centre = np.zeros(dimension, np.float32)
                if self._background:
                    vectors = self._embedder.embed_queries(list(self._background))
                    self._centre = vectors.mean(axis=0)
            return self._centre

    def search(self, query: str, scope: SearchScope, top_k: int = 10) -> list[Passage]:
        """The best passages, best first, none overlapping another. Empty without a snapshot."""
        live = self._live
        if live is None or not live.snapshot.chunks:
            return []
        dense = self._dense(live, query, scope)
        lexical = self._lexical(live, query, scope)
        fused = fuse(dense, lexical, self._weights)
        scores = self._with_context(live.snapshot, query, fused)
        return _passages(live.snapshot, scores, dense, lexical, top_k)

    def _dense(self, live: _Live, query: str, scope: SearchScope) -> dict[int, float]:
        official = self._vocabulary.official_words(query)
        vector = self.embed("　".join((query, *official)))
        scores: dict[int, float] = {}
        for audience in _AUDIENCES[scope.audience]:
            found = self._vectors.nearest(
                live.collections[audience], vector, self._weights.candidates
            )
            for vector_id, score in found:
                for index in live.chunks_of_vector.get(vector_id, ()):
                    document = live.snapshot.documents[live.snapshot.chunks[index].document]
                    if document.audience == audience and document.level <= scope.max_level:
                        scores[index] = score
        return scores

    def _lexical(self, live: _Live, query: str, scope: SearchScope) -> dict[int, float]:
        scores = self._word_scores(live.words[scope.audience], query)
        sharing = np.flatnonzero(scores)  # few chunks share a word: sort only those
        best = sharing[np.argsort(-scores[sharing], kind="stable")][: self._weights.candidates]
        members = live.members[scope.audience]
        chunks, documents = live.snapshot.chunks, live.snapshot.documents
        return {
            int(members[i]): float(scores[i])
            for i in best
            if scores[i] > 0 and documents[chunks[members[i]].document].level <= scope.max_level
        }

    def _word_scores(self, words: LexicalIndex, query: str) -> NDArray[np.float32]:
        """The question's own words, and at a share the official ones it means."""
        asked = self._tokenizer.tokenize(query)
        official = self._tokenizer.tokenize("　".join(self._vocabulary.official_words(query)))
        meant = [word for word in official if word not in asked]
        scores = words.scores(asked)
        return scores + _SHARE_OF_OFFICIAL_WORDS * words.scores(meant) if meant else scores

    def _with_context(
        self, snapshot: Snapshot, query: str, fused: Mapping[int, float]
    ) -> dict[int, float]:
        """Neighbours and the document count too: an answer seldom stands alone."""
        expected = expectation(query)
        scores = dict(fused)
        if expected.is_formal:
            for index in fused:
                if expected.is_met_by(_text(snapshot, snapshot.chunks[index])):
                    scores[index] += self._weights.answer_form
        shared = dict(scores)
        for index, score in scores.items():
            for near in (index - 1, index + 1):
                if near in shared and _are_neighbours(snapshot, index, near):
                    shared[near] += self._weights.neighbour * score
        return _with_document(snapshot, shared, self._weights.document)


def _members(snapshot: Snapshot, allowed: tuple[Audience, ...]) -> NDArray[np.int64]:
    return np.array(
        [
            index
            for index, chunk in enumerate(snapshot.chunks)
            if snapshot.documents[chunk.document].audience in allowed
        ],
        dtype=np.int64,
    )


def _text(snapshot: Snapshot, chunk: IndexedChunk) -> str:
    return snapshot.pages[chunk.document][chunk.page_index][chunk.start : chunk.end]


def _are_neighbours(snapshot: Snapshot, index: int, other: int) -> bool:
    if not 0 <= other < len(snapshot.chunks):
        return False
    one, two = snapshot.chunks[index], snapshot.chunks[other]
    return (one.document, one.page_index, one.page) == (two.document, two.page_index, two.page)


def _with_document(
    snapshot: Snapshot, scores: Mapping[int, float], share: float
) -> dict[int, float]:
    by_document: dict[int, list[float]] = {}
    for index, score in scores.items():
        by_document.setdefault(snapshot.chunks[index].document, []).append(score)
    mean = {
        document: sum(sorted(each, reverse=True)[:_BEST_CHUNKS_OF_DOCUMENT])
        / _BEST_CHUNKS_OF_DOCUMENT
        for document, each in by_document.items()
    }
    return {
        index: score + share * mean[snapshot.chunks[index].document]
        for index, score in scores.items()
    }


def _passages(
    snapshot: Snapshot,
    scores: Mapping[int, float],
    dense: Mapping[int, float],
    lexical: Mapping[int, float],
    top_k: int,
) -> list[Passage]:
    passages: list[Passage] = []
    used: set[int] = set()
    for index in sorted(scores, key=lambda i: (-scores[i], i)):
        if len(passages) == top_k:
            break
        if index in used:
            continue
        first, last = _grow(snapshot, scores, index, used)
        used.update(range(first, last + 1))
        inside = range(first, last + 1)
        signals = Signals(
            dense=max((dense[i] for i in inside if i in dense), default=0.0),
            lexical=max((lexical[i] for i in inside if i in lexical), default=0.0),
            fused=scores[index],
        )
        parts = tuple(
            Part(snapshot.chunks[i].start, snapshot.chunks[i].end, scores.get(i, 0.0))
            for i in inside
        )
        passages.append(_passage(snapshot, index, parts, signals))
    return passages


def _grow(
    snapshot: Snapshot, scores: Mapping[int, float], index: int, used: set[int]
) -> tuple[int, int]:
    """First and last chunk of the passage around `index`: it grows to the better side."""
    first = last = index
    while True:
        sides = [
            near
            for near in (first - 1, last + 1)
            if near not in used
            and _are_neighbours(snapshot, index, near)
            and snapshot.chunks[max(last, near)].end - snapshot.chunks[min(first, near)].start
            <= MAX_PASSAGE_CHARS
        ]
        if not sides:
            return first, last
        best = max(sides, key=lambda i: scores.get(i, 0.0))
        first, last = min(first, best), max(last, best)


def _passage(snapshot: Snapshot, index: int, parts: tuple[Part, ...], signals: Signals) -> Passage:
    chunk = snapshot.chunks[index]
    start, end = parts[0].start, parts[-1].end
    return Passage(
        document=snapshot.documents[chunk.document],
        section=chunk.path,
        page=chunk.page,
        page_index=chunk.page_index,
        start=start,
        end=end,
        text=snapshot.pages[chunk.document][chunk.page_index][start:end],
        score=signals.fused,
        signals=signals,
        parts=parts,
    )
