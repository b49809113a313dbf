"""Builds the index again from the stored pages, beside the old one, then swaps in one commit."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session, sessionmaker

from app.db import transaction
from app.knowledge.errors import DocumentRefusedError
from app.knowledge.preparation import CHUNKING, ChunkWords, PreparedChunk, prepare
from app.knowledge.report import OnProgress, Progress, Stage
from app.knowledge.repository import KnowledgeRepository
from app.knowledge.vectors import VectorFiller
from ingest.document import LoadedDocument
from rag.passage import Audience
from rag.tokenizer import VERSION as TOKENIZER_VERSION
from rag.tokenizer import Tokenizer

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ReindexReport:
    documents: int
    chunks: int
    embedded: int


@dataclass(frozen=True)
class _Rebuilt:
    version_id: int
    audience: Audience
    chunks: Sequence[PreparedChunk]


class Rebuild:
    """`identity` and `collections` are those of the new index."""

    def __init__(
        self,
        session_factory: sessionmaker[Session],
        tokenizer: Tokenizer,
        filler: VectorFiller,
        identity: str,
        collections: Mapping[Audience, str],
    ) -> None:
        self._session_factory = session_factory
        self._words = ChunkWords(tokenizer)
        self._filler = filler
        self._identity = identity
        self._collections = collections

    def execute(self, on_progress: OnProgress) -> ReindexReport:
        rebuilt = self._prepare_all(on_progress)
        wanted: dict[Audience, dict[str, str]] = {}
        for each in rebuilt:
            texts = {chunk.vector_id: chunk.indexed.embedded for chunk in each.chunks}
            wanted.setdefault(each.audience, {}).update(texts)
        embedded = self._filler.fill(
            wanted, lambda done, total: on_progress(Progress(Stage.EMBED, done, total))
        )
        self._swap(rebuilt, on_progress)
        return ReindexReport(
            documents=len(rebuilt),
            chunks=sum(len(each.chunks) for each in rebuilt),
            embedded=len(embedded),
        )

    def _prepare_all(self, on_progress: OnProgress) -> list[_Rebuilt]:
        rebuilt: list[_Rebuilt] = []
        with transaction(self._session_factory) as session:
            repository = KnowledgeRepository(session)
            total = repository.count_live()
            for version_id, document, audience in repository.live_documents():
                rebuilt.append(_Rebuilt(version_id, audience, self._prepare(version_id, document)))
                on_progress(Progress(Stage.READ, len(rebuilt), total, document.path))
        return rebuilt

    def _prepare(self, version_id: int, document: LoadedDocument) -> Sequence[PreparedChunk]:
        """A document that newer rules would refuse stays live, and is merely not found."""
        try:
            return prepare(document, self._identity)
        except DocumentRefusedError:
            logger.warning("version %d has no chunks any more", version_id)
            return ()

    def _swap(self, rebuilt: Sequence[_Rebuilt], on_progress: OnProgress) -> None:
        words = self._new_words(rebuilt)
        on_progress(Progress(Stage.STORE, 0, len(rebuilt)))
        with transaction(self._session_factory) as session:
            repository = KnowledgeRepository(session)
            for each in rebuilt:
                repository.replace_chunks(each.version_id, each.chunks, CHUNKING)
            repository.add_words(words, TOKENIZER_VERSION)
            repository.save_state(
                embedder=self._identity,
                collections=dict(self._collections),
                chunking=CHUNKING,
                tokenizer=TOKENIZER_VERSION,
            )
            repository.next_generation()
        on_progress(Progress(Stage.STORE, len(rebuilt), len(rebuilt)))

    def _new_words(self, rebuilt: Sequence[_Rebuilt]) -> dict[str, list[str]]:
        chunks = {chunk.vector_id: chunk.indexed for each in rebuilt for chunk in each.chunks}
        with transaction(self._session_factory) as session:
            known = KnowledgeRepository(session).known_words(chunks, TOKENIZER_VERSION)
        return {
            vector_id: self._words.of(chunk)
            for vector_id, chunk in chunks.items()
            if vector_id not in known
        }
