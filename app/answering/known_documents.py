"""Titles and words of the live documents, as the search has them."""

from __future__ import annotations

from collections.abc import Sequence

from rag.passage import Snapshot
from rag.retriever import Retriever


class SnapshotDocuments:
    """What the live snapshot knows. Read anew whenever another one is served."""

    def __init__(self, retriever: Retriever) -> None:
        self._retriever = retriever
        self._generation: int | None = None
        self._words: dict[str, frozenset[str]] = {}
        self._titles: tuple[str, ...] = ()
        self._all = frozenset[str]()

    def titles(self) -> Sequence[str]:
        """Of all live documents."""
        snapshot = self._current()
        if snapshot is not None and not self._titles:
            self._titles = tuple(document.title for document in snapshot.documents)
        return self._titles

    def words_of(self, document_id: str) -> frozenset[str]:
        """The document's own words, without what its file name might add."""
        snapshot = self._current()
        if snapshot is not None and document_id not in self._words:
            ids = [document.document_id for document in snapshot.documents]
            wanted = ids.index(document_id) if document_id in ids else -1
            words = {t for c in snapshot.chunks if c.document == wanted for t in c.tokens}
            self._words[document_id] = frozenset(words)
        return self._words.get(document_id, frozenset())

    def is_known(self, word: str) -> bool:
        """Whether any document uses the word."""
        snapshot = self._current()
        if snapshot is not None and not self._all:
            self._all = frozenset(token for chunk in snapshot.chunks for token in chunk.tokens)
        return word in self._all

    def _current(self) -> Snapshot | None:
        snapshot = self._retriever.snapshot
        generation = snapshot.generation if snapshot else None
        if generation != self._generation:
            self._generation, self._words, self._titles = generation, {}, ()
            self._all = frozenset()
        return snapshot
