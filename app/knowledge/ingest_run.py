"""One ingest: read, judge, compare with what is known; what is new goes into batches."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from app.db import transaction
from app.fault import describe_fault
from app.knowledge.batch import VANISHED, Batch, BatchWriter, count_first_uses
from app.knowledge.errors import DocumentRefusedError
from app.knowledge.holding import refuse_secret
from app.knowledge.metadata import Metadata, read_metadata
from app.knowledge.preparation import CHUNKING, prepare
from app.knowledge.presence import Presence
from app.knowledge.reading import Load, Read, read_all, root_of
from app.knowledge.report import (
    DocumentOutcome,
    IngestOptions,
    OnProgress,
    Outcome,
    Progress,
    Stage,
)
from app.knowledge.repository import (
    KnowledgeRepository,
    KnownDocument,
    KnownVersion,
    NewVersion,
)
from ingest.document import LoadedDocument, LoadFailure, LoadLimits

logger = logging.getLogger(__name__)

# One transaction takes what memory holds easily; most ingests are a single one.
_BATCH_CHUNKS = 4_000
_BATCH_CHARS = 20_000_000

Judge = Callable[[LoadedDocument], str]
"""Why a document should wait for a person, in Japanese; empty when nothing speaks against it."""


@dataclass(frozen=True)
class IngestRules:
    """How documents come in: how they are read, judged, and of which kind this place is."""

    load: Load
    judge: Judge
    takes_demo: bool
    limits: LoadLimits


class IngestRun:
    """Used once. `committed` documents stand even if the run is broken off."""

    def __init__(
        self,
        rules: IngestRules,
        options: IngestOptions,
        identity: str,
        session_factory: sessionmaker[Session],
        writer: BatchWriter,
    ) -> None:
        self._rules = rules
        self._options = options
        self._identity = identity
        self._session_factory = session_factory
        self._writer = writer
        self._outcomes: list[DocumentOutcome] = []
        self._batch = Batch()
        self._places: list[int] = []  # of the batch's versions, in the outcomes
        self._known: Mapping[str, KnownDocument] = {}
        self.committed = 0
        self.has_changed_index = False

    def execute(self, paths: Sequence[Path], on_progress: OnProgress) -> list[DocumentOutcome]:
        reads = read_all(self._rules.load, paths, self._rules.limits)
        with transaction(self._session_factory) as session:
            self._known = KnowledgeRepository(session).known_documents()
        presence = Presence()
        for read in reads:
            if read.found.document_id in self._options.without:
                continue
            presence.note(read)
            self._take(read)
            on_progress(Progress(Stage.READ, len(self._outcomes), None, read.found.path))
            if self._batch.chunks >= _BATCH_CHUNKS or self._batch.chars >= _BATCH_CHARS:
                self._flush()
        if self._options.sync:
            roots = {root_of(path) for path in paths}
            self._retire(presence.vanished(self._known.values(), roots))
        self._flush()
        return self._outcomes

    def _take(self, read: Read) -> None:
        found = read.found
        if isinstance(found, LoadFailure):
            self._report(found, Outcome.FAILED, reason=found.reason)
            return
        try:
            metadata = read_metadata(
                found, audience=self._options.audience, level=self._options.level
            )
            self._decide(read.root, replace(found, title=metadata.title), metadata)
        except DocumentRefusedError as error:
            self._report(found, Outcome.FAILED, reason=error.reason)

    def _decide(self, root: str, document: LoadedDocument, metadata: Metadata) -> None:
        if metadata.is_demo and not self._rules.takes_demo:
            raise DocumentRefusedError("架空のデモ文書です。実際の自治体の環境には取り込めません。")
        known = self._known.get(document.document_id)
        if known and known.live and _is_same(known.live, document, metadata):
            self._keep(root, document, known, known.live)
            return
        with _one_document():
            refuse_secret(document)
            reason = "" if self._options.activate else self._rules.judge(document)
            chunks = [] if reason else prepare(document, self._identity)
        if not reason:
            is_new = known is None or known.live is None
            version = NewVersion(document, metadata, root, CHUNKING, chunks)
            self._add(version, Outcome.ADDED if is_new else Outcome.UPDATED)
        elif known and known.held and _is_same(known.held, document, metadata):
            self._report(document, Outcome.HELD, reason=reason, pages=len(document.pages))
        else:
            self._add(NewVersion(document, metadata, root, CHUNKING, reason=reason), Outcome.HELD)

    def _keep(
        self, root: str, document: LoadedDocument, known: KnownDocument, live: KnownVersion
    ) -> None:
        if (known.root, known.path) != (root, document.path):
            self._batch.moved.append((document.document_id, root, document.path))
        self._report(
            document, Outcome.UNCHANGED, pages=live.pages, chunks=live.chunks, reused=live.chunks
        )

    def _add(self, version: NewVersion, outcome: Outcome) -> None:
        self._batch.add(version)
        self._places.append(len(self._outcomes))
        self._report(
            version.document,
            outcome,
            reason=version.reason,
            pages=len(version.document.pages),
            chunks=len(version.chunks),
        )

    def _retire(self, vanished: Sequence[KnownDocument]) -> None:
        for document in vanished:
            self._batch.vanished.append(document.document_id)
            title = document.live.metadata.title if document.live else ""
            self._outcomes.append(
                DocumentOutcome(
                    document.path, document.document_id, Outcome.RETIRED, title, VANISHED
                )
            )

    def _report(self, found: LoadedDocument | LoadFailure, status: Outcome, **more: Any) -> None:
        """`more`: other fields of the outcome."""
        title = found.title if isinstance(found, LoadedDocument) else ""
        self._outcomes.append(DocumentOutcome(found.path, found.document_id, status, title, **more))

    def _flush(self) -> None:
        batch, places = self._batch, self._places
        self._batch, self._places = Batch(), []
        if batch.is_empty:
            return
        counts = self._estimate(batch) if self._options.dry_run else self._writer.write(batch)
        for place, embedded in zip(places, counts, strict=True):
            outcome = self._outcomes[place]
            self._outcomes[place] = replace(
                outcome, embedded=embedded, reused=outcome.chunks - embedded
            )
        if not self._options.dry_run:
            self.committed += len(batch.versions)
            self.has_changed_index = self.has_changed_index or batch.changes_index

    def _estimate(self, batch: Batch) -> list[int]:
        """What would have to be embedded, as far as the database knows."""
        with transaction(self._session_factory) as session:
            known = set().union(*KnowledgeRepository(session).live_vectors().values())
        wanted = {each.vector_id for version in batch.versions for each in version.chunks}
        return count_first_uses(batch.versions, wanted - known)


@contextmanager
def _one_document() -> Iterator[None]:
    """A bug in judging or cutting costs one document, not the whole run."""
    try:
        yield
    except DocumentRefusedError:
        raise
    except Exception as error:
        logger.error("document not prepared: %s", describe_fault(error))  # noqa: TRY400 - no text
        raise DocumentRefusedError(
            f"処理できませんでした（{type(error).__name__}）。管理者に知らせてください。"
        ) from error


def _is_same(known: KnownVersion, document: LoadedDocument, metadata: Metadata) -> bool:
    return (known.sha256, known.kind, known.chunking, known.metadata) == (
        document.sha256,
        document.kind,
        CHUNKING,
        metadata,
    )
