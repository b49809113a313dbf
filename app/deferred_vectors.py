"""The vector store, opened when it is first needed: sign-in and health need not wait for it."""

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence

from rag.vector_store import Vectors, VectorStore


class DeferredVectorStore:
    """A `VectorStore` that opens the real one on first use, once, whichever thread asks."""

    def __init__(self, open_store: Callable[[], VectorStore]) -> None:
        self._open_store = open_store
        self._store: VectorStore | None = None
        self._opening = threading.Lock()

    def opened(self) -> VectorStore:
        with self._opening:
            if self._store is None:
                self._store = self._open_store()
            return self._store

    def add(self, collection: str, ids: Sequence[str], vectors: Vectors) -> None:
        self.opened().add(collection, ids, vectors)

    def known(self, collection: str, ids: Iterable[str]) -> set[str]:
        return self.opened().known(collection, ids)

    def get(self, collection: str, ids: Sequence[str]) -> Mapping[str, Vectors]:
        return self.opened().get(collection, ids)

    def nearest(self, collection: str, query: Vectors, top_n: int) -> list[tuple[str, float]]:
        return self.opened().nearest(collection, query, top_n)

    def delete(self, collection: str, ids: Iterable[str]) -> None:
        self.opened().delete(collection, ids)

    def ids(self, collection: str) -> set[str]:
        return self.opened().ids(collection)

    def drop(self, collection: str) -> None:
        self.opened().drop(collection)
