"""Brings the vectors of chunks into the store: known ones stay, the rest is copied or embedded."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice

import numpy as np

from rag.embedder import Embedder
from rag.passage import Audience
from rag.vector_store import Vectors, VectorStore

# Stored as they come, so that an ingest that is cut short need not embed them again.
_SLICE = 256

OnVectors = Callable[[int, int], None]
"""Called with the number of texts embedded so far, and of all that must be."""


class VectorFiller:
    def __init__(
        self, embedder: Embedder, vectors: VectorStore, collections: Mapping[Audience, str]
    ) -> None:
        self._embedder = embedder
        self._vectors = vectors
        self._collections = collections

    def fill(self, wanted: Mapping[Audience, Mapping[str, str]], on_vectors: OnVectors) -> set[str]:
        """Store vectors of all `wanted` texts by id; returns the ids that had to be embedded."""
        missing = {
            audience: self._without_known(audience, texts) for audience, texts in wanted.items()
        }
        for audience, group in missing.items():
            self._copy(audience, group)
        texts = {each: text for group in missing.values() for each, text in group.items()}
        done = 0
        for ids in _slices(texts):
            vectors = self._embed([texts[each] for each in ids], done, len(texts), on_vectors)
            for audience, group in missing.items():
                self._add(audience, [each for each in ids if each in group], ids, vectors)
            done += len(ids)
        return set(texts)

    def _embed(
        self, texts: Sequence[str], before: int, total: int, on_vectors: OnVectors
    ) -> Vectors:
        return self._embedder.embed_passages(texts, lambda count: on_vectors(before + count, total))

    def _without_known(self, audience: Audience, texts: Mapping[str, str]) -> dict[str, str]:
        known = self._vectors.known(self._collections[audience], texts)
        return {each: text for each, text in texts.items() if each not in known}

    def _copy(self, audience: Audience, missing: dict[str, str]) -> None:
        """Take from the other audience's collection what it has; `missing` loses it."""
        others = [name for key, name in self._collections.items() if key != audience]
        for other in others:
            found = self._vectors.get(other, list(missing))
            if found:
                ids = list(found)
                stacked = np.stack([found[each] for each in ids])
                self._vectors.add(self._collections[audience], ids, stacked)
                for each in ids:
                    del missing[each]

    def _add(
        self, audience: Audience, mine: Sequence[str], ids: Sequence[str], vectors: Vectors
    ) -> None:
        if mine:
            row = {each: index for index, each in enumerate(ids)}
            chosen = vectors[[row[each] for each in mine]]
            self._vectors.add(self._collections[audience], mine, chosen)


def _slices(texts: Mapping[str, str]) -> Iterator[list[str]]:
    remaining = iter(texts)
    while ids := list(islice(remaining, _SLICE)):
        yield ids
