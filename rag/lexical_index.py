"""Words: BM25 (`bm25s`) over token lists, one index per set of chunks, in memory."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_K1, _B = 1.2, 0.75


class LexicalIndex:
    """BM25 scores of a fixed list of documents, given as token lists."""

    def __init__(self, documents: Sequence[Sequence[str]]) -> None:
        import bm25s  # noqa: PLC0415 - heavy, and not needed to sign in

        self._size = len(documents)
        self._index = None
        if any(documents):
            self._index = bm25s.BM25(k1=_K1, b=_B)
            self._index.index([list(tokens) for tokens in documents], show_progress=False)
            self._frequency = _document_frequency(documents)

    def scores(self, tokens: Sequence[str]) -> NDArray[np.float32]:
        """Score of every document, shape (n,); 0 where no word is shared."""
        if self._index is None:
            return np.zeros(self._size, np.float32)
        known = sorted({token for token in tokens if token in self._index.vocab_dict})
        if not known:
            return np.zeros(self._size, np.float32)
        return np.asarray(self._index.get_scores(known), np.float32)

    def idf(self, token: str) -> float:
        """How rare a word is here: 0 (everywhere) to about 9; an unknown word is the rarest."""
        frequency = self._frequency.get(token, 0) if self._index is not None else 0
        return float(np.log(1 + (self._size - frequency + 0.5) / (frequency + 0.5)))

    def knows(self, token: str) -> bool:
        return self._index is not None and token in self._frequency


def _document_frequency(documents: Sequence[Sequence[str]]) -> dict[str, int]:
    frequency: dict[str, int] = {}
    for tokens in documents:
        for token in set(tokens):
            frequency[token] = frequency.get(token, 0) + 1
    return frequency
