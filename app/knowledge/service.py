"""The knowledge of this installation: what is live, how it comes in, and when a search sees it."""

import hashlib
import logging
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

from app.clock import Clock
from app.db import transaction
from app.fault import describe_fault
from app.knowledge.batch import BatchWriter
from app.knowledge.errors import (
    IndexDamagedError,
    IndexMismatchError,
    IngestInProgressError,
    explain_store_failure,
)
from app.knowledge.ingest_run import IngestRules, IngestRun
from app.knowledge.metadata import AUDIENCES
from app.knowledge.preparation import CHUNKING, ChunkWords
from app.knowledge.reindex import Rebuild, ReindexReport
from app.knowledge.report import IngestOptions, IngestReport, OnProgress, no_progress
from app.knowledge.repository import KnowledgeRepository
from app.knowledge.snapshot import load_snapshot
from app.knowledge.vectors import VectorFiller
from rag.embedder import Embedder
from rag.passage import Audience, Snapshot
from rag.tokenizer import VERSION as TOKENIZER_VERSION
from rag.tokenizer import Tokenizer
from rag.vector_store import VectorStore

logger = logging.getLogger(__name__)


class Searcher(Protocol):
    """Who serves the live snapshot: `rag.retriever.Retriever`."""

    @property
    def snapshot(self) -> Snapshot | None: ...

    def refresh(self, snapshot: Snapshot, collections: Mapping[Audience, str]) -> None: ...


def collections_of(identity: str) -> dict[Audience, str]:
    """Chroma's collections for vectors of one embedder; those of another are never touched."""
    mark = hashlib.sha256(identity.encode()).hexdigest()[:12]
    return {audience: f"{audience}-{mark}" for audience in AUDIENCES}


@dataclass(frozen=True)
class IndexParts:
    """What the index is made with."""

    embedder: Embedder
    vectors: VectorStore
    tokenizer: Tokenizer


class KnowledgeService:
    """One writer at a time in this process; the store lock keeps other processes out."""

    def __init__(
        self,
        session_factory: sessionmaker[Session],
        clock: Clock,
        parts: IndexParts,
        searcher: Searcher,
        rules: IngestRules,
    ) -> None:
        self._session_factory = session_factory
        self._embedder = parts.embedder
        self._vectors = parts.vectors
        self._tokenizer = parts.tokenizer
        self._searcher = searcher
        self._clock = clock
        self._rules = rules
        self._writing = threading.RLock()

    def publish(self) -> None:
        """Let searches see what is live now. Raises if this index cannot be searched as it is."""
        with self._writing, self._explained():
            collections = self._checked_collections()
            self._ensure_words()
            self._ensure_vectors(collections)
            # What a killed ingest left would crowd the live ones out of the nearest vectors.
            self._remove_orphans(collections, with_words=False)
            self._refresh(collections)

    def hint_if_empty(self) -> str:
        """What to do first, in Japanese, while no document is live."""
        if self.count_live():
            return ""
        return "文書がまだ登録されていません。`yorisoi ingest` で取り込んでください。"

    def count_live(self) -> int:
        with self._transaction() as repository:
            return repository.count_live()

    def ingest(
        self,
        paths: Sequence[Path],
        options: IngestOptions | None = None,
        on_progress: OnProgress = no_progress,
    ) -> IngestReport:
        """Bring documents in; each is reported. Raises BadPathError, StoreUnavailableError."""
        chosen = options or IngestOptions()
        started = time.monotonic()
        with self._exclusively():
            collections = self._checked_collections()
            run = self._new_run(chosen, collections, on_progress)
            with self._explained(lambda: run.committed):
                try:
                    outcomes = run.execute(paths, on_progress)
                finally:
                    if run.has_changed_index:
                        self._serve_changes(collections)
            if run.has_changed_index:
                self._remove_orphans(collections)
        return IngestReport(tuple(outcomes), time.monotonic() - started, chosen.dry_run)

    def reindex(self, on_progress: OnProgress = no_progress) -> ReindexReport:
        """Build the index of the configured embedder from what is stored, and drop the old one."""
        with self._exclusively(), self._explained():
            with self._transaction() as repository:
                state = repository.state()
                old = dict(state.collections) if state else {}
            identity = self._embedder.identity
            collections = collections_of(identity)
            if state is None:
                self._checked_collections()
            filler = VectorFiller(self._embedder, self._vectors, collections)
            report = Rebuild(
                self._session_factory, self._tokenizer, filler, identity, collections
            ).execute(on_progress)
            self._serve_changes(collections)
            for name in set(old.values()) - set(collections.values()):
                self._vectors.drop(name)
            self._remove_orphans(collections)
            return report

    def corpus_sha256(self) -> str:
        """What the bundled corpus was when it was last brought in; empty if never."""
        with self._transaction() as repository:
            state = repository.state()
            return state.corpus_sha256 if state else ""

    def remember_corpus(self, sha256: str) -> None:
        with self._transaction() as repository:
            repository.save_state(corpus_sha256=sha256)

    def _new_run(
        self, options: IngestOptions, collections: Mapping[Audience, str], on_progress: OnProgress
    ) -> IngestRun:
        filler = VectorFiller(self._embedder, self._vectors, collections)
        writer = BatchWriter(
            self._session_factory, self._clock, self._tokenizer, filler, on_progress
        )
        return IngestRun(
            self._rules, options, self._embedder.identity, self._session_factory, writer
        )

    def _checked_collections(self) -> dict[Audience, str]:
        """The collections of the configured embedder; raises if the index is another's.

        An empty index belongs to whoever asks first.
        """
        identity = self._embedder.identity
        collections = collections_of(identity)
        with self._transaction() as repository:
            state = repository.state()
            if state is not None and state.embedder == identity:
                return collections
            if state is not None and repository.count_live():
                raise IndexMismatchError(state.embedder, identity)
            repository.save_state(
                embedder=identity,
                collections=dict(collections),
                generation=state.generation if state else 0,
                chunking=CHUNKING,
                tokenizer=TOKENIZER_VERSION,
                corpus_sha256=state.corpus_sha256 if state else "",
            )
        return collections

    def _ensure_words(self) -> None:
        """Cut the words of live chunks that lack them: the tokenizer has changed since."""
        with self._transaction() as repository:
            texts = repository.texts_without_words(TOKENIZER_VERSION)
        if texts:
            words = ChunkWords(self._tokenizer)
            tokens = {each.vector_id: words.of(each) for each in texts}
            with self._transaction() as repository:
                repository.add_words(tokens, TOKENIZER_VERSION)
                repository.save_state(tokenizer=TOKENIZER_VERSION)

    def _ensure_vectors(self, collections: Mapping[Audience, str]) -> None:
        with self._transaction() as repository:
            live = repository.live_vectors()
        missing = sum(
            len(ids - self._vectors.ids(collections[audience]))
            for audience, ids in live.items()
            if ids
        )
        if missing:
            raise IndexDamagedError(missing)

    def _serve_changes(self, collections: Mapping[Audience, str]) -> None:
        """A process that does not search, like `yorisoi ingest`, has nothing to refresh."""
        if self._searcher.snapshot is not None:
            self._refresh(collections)

    def _refresh(self, collections: Mapping[Audience, str]) -> None:
        with transaction(self._session_factory) as session:
            snapshot = load_snapshot(
                session, tokenizer=TOKENIZER_VERSION, with_demo=self._rules.takes_demo
            )
        self._searcher.refresh(snapshot, collections)
        logger.info(
            "serving generation %d: %d documents, %d chunks",
            snapshot.generation,
            len(snapshot.documents),
            len(snapshot.chunks),
        )

    def _remove_orphans(
        self, collections: Mapping[Audience, str], *, with_words: bool = True
    ) -> None:
        """Vectors and words that nothing live uses. Harmless if it fails: the next run tries."""
        try:
            with self._transaction() as repository:
                live = repository.live_vectors()
                if with_words:
                    repository.delete_unused_words(TOKENIZER_VERSION)
            for audience, collection in collections.items():
                orphans = self._vectors.ids(collection) - live[audience]
                if orphans:
                    self._vectors.delete(collection, orphans)
        except Exception as error:  # noqa: BLE001 - what was asked for is done and committed
            logger.warning("orphans not removed: %s", describe_fault(error))

    @contextmanager
    def _transaction(self) -> Iterator[KnowledgeRepository]:
        with transaction(self._session_factory) as session:
            yield KnowledgeRepository(session)

    @contextmanager
    def _exclusively(self) -> Iterator[None]:
        if not self._writing.acquire(blocking=False):
            raise IngestInProgressError
        try:
            yield
        finally:
            self._writing.release()

    @contextmanager
    def _explained(self, finished: Callable[[], int] = lambda: 0) -> Iterator[None]:
        """Failures of disk, database and vector store in Japanese; bugs as they are."""
        try:
            yield
        except Exception as error:
            explained = explain_store_failure(error, finished=finished())
            if explained is None:
                raise
            raise explained from error
