"""Vectors by id, one collection per audience, so that a resident's search cannot touch staff's."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

Vectors = NDArray[np.float32]

_BATCH = 2_000  # below SQLite's limit on bound variables


class VectorStore(Protocol):
    """Collections of L2-normalised float32 vectors."""

    def add(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        """Store vectors, shape (len(ids), dimension). A known id is overwritten."""

    def known(self, collection: str, ids: Iterable[str]) -> set[str]:
        """Which of the ids are stored."""

    def get(self, collection: str, ids: Sequence[str]) -> Mapping[str, Vectors]:
        """The vectors of those ids that are stored."""

    def nearest(self, collection: str, query: Vectors, top_n: int) -> list[tuple[str, float]]:
        """The `top_n` nearest ids by inner product with `query`, best first."""

    def delete(self, collection: str, ids: Iterable[str]) -> None:
        """Remove vectors; unknown ids are ignored."""

    def ids(self, collection: str) -> set[str]:
        """All stored ids."""

    def drop(self, collection: str) -> None:
        """Remove a collection if there is one."""


class ChromaVectorStore:
    """Chroma, embedded (`PersistentClient`). One process at a time; see decision 0005."""

    def __init__(self, client: ClientAPI) -> None:
        self._client = client
        self._collections: dict[str, Collection] = {}

    @classmethod
    def open(cls, folder: Path) -> ChromaVectorStore:
        """Open or create the store in `folder`; no telemetry, nothing is downloaded."""
        import chromadb  # noqa: PLC0415 - a second that sign-in need not wait for
        from chromadb.config import Settings  # noqa: PLC0415 - the same

        logging.getLogger("chromadb").setLevel(logging.ERROR)
        settings = Settings(anonymized_telemetry=False, allow_reset=False)
        return cls(chromadb.PersistentClient(path=str(folder), settings=settings))

    def _collection(self, name: str) -> Collection:
        if name not in self._collections:
            self._collections[name] = self._client.get_or_create_collection(
                name,
                embedding_function=None,
                # Recall before speed: at 10,000 vectors a search still takes 2-3 ms.
                configuration={"hnsw": {"space": "ip", "ef_construction": 200, "ef_search": 200}},
            )
        return self._collections[name]

    def add(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        for start in range(0, len(ids), _BATCH):
            self._collection(collection).upsert(
                ids=list(ids[start : start + _BATCH]),
                embeddings=vectors[start : start + _BATCH],
            )

    def known(self, collection: str, ids: Iterable[str]) -> set[str]:
        found: set[str] = set()
        for batch in _batches(ids):
            found.update(self._collection(collection).get(ids=batch, include=[])["ids"])
        return found

    def get(self, collection: str, ids: Sequence[str]) -> Mapping[str, Vectors]:
        vectors: dict[str, Vectors] = {}
        for batch in _batches(ids):
            result = self._collection(collection).get(ids=batch, include=["embeddings"])
            embeddings: Any = result["embeddings"]
            vectors.update(zip(result["ids"], np.asarray(embeddings, np.float32), strict=True))
        return vectors

    def nearest(self, collection: str, query: Vectors, top_n: int) -> list[tuple[str, float]]:
        # No look at the count first, which takes a third as long as the query: Chroma returns
        # what there is, and nothing of an empty collection.
        result = self._collection(collection).query(
            query_embeddings=query[np.newaxis, :], n_results=top_n, include=["distances"]
        )
        distances: Any = result["distances"]
        # Chroma's inner-product distance is 1 - product.
        return [(i, 1.0 - d) for i, d in zip(result["ids"][0], distances[0], strict=True)]

    def delete(self, collection: str, ids: Iterable[str]) -> None:
        for batch in _batches(ids):
            self._collection(collection).delete(ids=batch)

    def ids(self, collection: str) -> set[str]:
        return set(self._collection(collection).get(include=[])["ids"])

    def drop(self, collection: str) -> None:
        self._collections.pop(collection, None)
        if collection in {each.name for each in self._client.list_collections()}:
            self._client.delete_collection(collection)


def _batches(ids: Iterable[str]) -> Iterable[list[str]]:
    items = list(ids)
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


class InMemoryVectorStore:
    """Exact search in memory: for tests, and as the yardstick of Chroma's recall."""

    def __init__(self) -> None:
        self._vectors: dict[str, dict[str, Vectors]] = {}

    def add(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        self._vectors.setdefault(collection, {}).update(zip(ids, vectors, strict=True))

    def known(self, collection: str, ids: Iterable[str]) -> set[str]:
        return set(ids) & self._vectors.get(collection, {}).keys()

    def get(self, collection: str, ids: Sequence[str]) -> Mapping[str, Vectors]:
        stored = self._vectors.get(collection, {})
        return {each: stored[each] for each in ids if each in stored}

    def nearest(self, collection: str, query: Vectors, top_n: int) -> list[tuple[str, float]]:
        stored = self._vectors.get(collection, {})
        scored = [(each, float(vector @ query)) for each, vector in stored.items()]
        return sorted(scored, key=lambda item: (-item[1], item[0]))[:top_n]

    def delete(self, collection: str, ids: Iterable[str]) -> None:
        stored = self._vectors.get(collection, {})
        for each in ids:
            stored.pop(each, None)

    def ids(self, collection: str) -> set[str]:
        return set(self._vectors.get(collection, {}))

    def drop(self, collection: str) -> None:
        self._vectors.pop(collection, None)
