"""Searches documents that a person gave to a conversation, beside what is live for everyone."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from app.answering.searching import Search
from app.knowledge.preparation import ChunkWords, prepare
from ingest.document import LoadedDocument
from rag.embedder import Embedder
from rag.passage import Audience, DocumentInfo, IndexedChunk, Passage, SearchScope, Snapshot
from rag.retriever import Retriever
from rag.tokenizer import Tokenizer
from rag.vector_store import InMemoryVectorStore, VectorStore

_COLLECTION = "attached"
_OTHER = "none"
_REMEMBERED = 8
_HIGHEST_LEVEL = "L4"  # it is the person's own document, and a search leaves nothing anywhere

MakeRetriever = Callable[[VectorStore], Retriever]


@dataclass(frozen=True)
class Attached:
    """A document with its id and its level, as passages carry it."""

    document_id: str
    level: str
    document: LoadedDocument


class JointSearch:
    """What is live and what is attached, searched together, best first."""

    def __init__(self, live: Search, attached: Search) -> None:
        self._everyones = live
        self._own = attached

    def search(self, query: str, scope: SearchScope, top_k: int = 10) -> list[Passage]:
        """Passages of both; at the same score the attached one is what was asked about."""
        own = self._own.search(query, replace(scope, max_level=_HIGHEST_LEVEL), top_k)
        found = [*own, *self._everyones.search(query, scope, top_k)]
        return sorted(found, key=lambda passage: -passage.score)[:top_k]

    def idf(self, token: str, audience: Audience) -> float:
        """Rare where most is: in what is live."""
        return self._everyones.idf(token, audience)


class AttachmentSearch:
    """Indexes attachments in memory; the last ones stay there until they are forgotten."""

    def __init__(
        self, embedder: Embedder, tokenizer: Tokenizer, live: Search, make: MakeRetriever
    ) -> None:
        self._embedder = embedder
        self._tokenizer = tokenizer
        self._live = live
        self._make = make
        self._remembered: OrderedDict[tuple[str, ...], Retriever] = OrderedDict()
        self._lock = threading.Lock()

    def beside(self, attached: Sequence[Attached]) -> Search:
        """The live search joined by these documents. Raises DocumentRefusedError for none."""
        key = tuple(each.document_id for each in attached)
        with self._lock:
            if key not in self._remembered:
                self._remembered[key] = self._index(attached)
                while len(self._remembered) > _REMEMBERED:
                    self._remembered.popitem(last=False)
            self._remembered.move_to_end(key)
            return JointSearch(self._live, self._remembered[key])

    def forget(self, document_id: str) -> None:
        """A document that was removed stays in no index."""
        with self._lock:
            for key in [key for key in self._remembered if document_id in key]:
                del self._remembered[key]

    def _index(self, attached: Sequence[Attached]) -> Retriever:
        vectors = InMemoryVectorStore()
        words = ChunkWords(self._tokenizer)
        chunks: list[IndexedChunk] = []
        for number, each in enumerate(attached):
            prepared = prepare(each.document, self._embedder.identity)
            vectors.add(
                _COLLECTION,
                [one.vector_id for one in prepared],
                self._embedder.embed_passages([one.indexed.embedded for one in prepared]),
            )
            chunks += [
                IndexedChunk(
                    document=number,
                    vector_id=one.vector_id,
                    page_index=one.chunk.page_index,
                    start=one.chunk.start,
                    end=one.chunk.end,
                    page=one.chunk.page,
                    path=tuple(one.chunk.path),
                    tokens=tuple(words.of(one.indexed)),
                )
                for one in prepared
            ]
        retriever = self._make(vectors)
        pages = [tuple(page.text for page in each.document.pages) for each in attached]
        infos = [_info(each) for each in attached]
        retriever.refresh(
            Snapshot(1, infos, pages, chunks), {"staff": _COLLECTION, "public": _OTHER}
        )
        return retriever


def _info(each: Attached) -> DocumentInfo:
    return DocumentInfo(
        document_id=each.document_id,
        title=each.document.title,
        audience="staff",
        level=each.level,
        source="添付",
        kind=each.document.kind,
    )
