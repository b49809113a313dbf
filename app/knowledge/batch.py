"""Brings a batch of versions into the index: vectors first, then one transaction for the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session, sessionmaker

from app.clock import Clock
from app.db import transaction
from app.knowledge.preparation import ChunkWords, PreparedChunk
from app.knowledge.report import OnProgress, Progress, Stage
from app.knowledge.repository import KnowledgeRepository, NewVersion
from app.knowledge.vectors import VectorFiller
from rag.passage import Audience
from rag.tokenizer import VERSION as TOKENIZER_VERSION
from rag.tokenizer import Tokenizer

VANISHED = "元のフォルダーからなくなりました。"


@dataclass
class Batch:
    """What one transaction will change. `moved`: document id, root and path."""

    versions: list[NewVersion] = field(default_factory=list)
    moved: list[tuple[str, str, str]] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    chunks: int = 0
    chars: int = 0

    def add(self, version: NewVersion) -> None:
        self.versions.append(version)
        self.chunks += len(version.chunks)
        self.chars += sum(len(page.text) for page in version.document.pages)

    @property
    def changes_index(self) -> bool:
        return bool(self.vanished) or any(not version.is_held for version in self.versions)

    @property
    def is_empty(self) -> bool:
        return not (self.versions or self.moved or self.vanished)


class BatchWriter:
    """Until the transaction commits, nothing that a search uses has changed.

    | broken off                | left in the vector store              |
    |---------------------------|---------------------------------------|
    | while embedding or adding | new vectors, which no version uses yet |
    | before or in the commit   | the same                              |
    | after the commit          | vectors that only the old version used |

    All of it is harmless; the next ingest uses what it can and removes the rest at its end.
    """

    def __init__(
        self,
        session_factory: sessionmaker[Session],
        clock: Clock,
        tokenizer: Tokenizer,
        filler: VectorFiller,
        on_progress: OnProgress,
    ) -> None:
        self._session_factory = session_factory
        self._clock = clock
        self._words = ChunkWords(tokenizer)
        self._filler = filler
        self._on_progress = on_progress

    def write(self, batch: Batch) -> list[int]:
        """How many chunks of each version needed a new vector."""
        chunks = [each for version in batch.versions for each in version.chunks]
        embedded = self._filler.fill(wanted_vectors(batch.versions), self._say_embedded)
        words = self.new_words(chunks)
        self._on_progress(Progress(Stage.STORE, 0, len(batch.versions)))
        now = self._clock()
        with transaction(self._session_factory) as session:
            repository = KnowledgeRepository(session)
            for version in batch.versions:
                repository.store(version, now)
            for document_id, root, path in batch.moved:
                repository.move(document_id, root, path)
            for document_id in batch.vanished:
                repository.retire(document_id, VANISHED, now)
            repository.add_words(words, TOKENIZER_VERSION)
            if batch.changes_index:
                repository.next_generation()
        self._on_progress(Progress(Stage.STORE, len(batch.versions), len(batch.versions)))
        return count_first_uses(batch.versions, embedded)

    def new_words(self, chunks: Sequence[PreparedChunk]) -> Mapping[str, list[str]]:
        """Tokens of the chunks whose tokens are not stored yet."""
        by_vector = {each.vector_id: each.indexed for each in chunks}
        with transaction(self._session_factory) as session:
            known = KnowledgeRepository(session).known_words(by_vector, TOKENIZER_VERSION)
        return {
            vector_id: self._words.of(each)
            for vector_id, each in by_vector.items()
            if vector_id not in known
        }

    def _say_embedded(self, done: int, total: int) -> None:
        self._on_progress(Progress(Stage.EMBED, done, total))


def wanted_vectors(versions: Sequence[NewVersion]) -> dict[Audience, dict[str, str]]:
    wanted: dict[Audience, dict[str, str]] = {}
    for version in versions:
        texts = {each.vector_id: each.indexed.embedded for each in version.chunks}
        wanted.setdefault(version.metadata.audience, {}).update(texts)
    return wanted


def count_first_uses(versions: Sequence[NewVersion], new: set[str]) -> list[int]:
    """Of each version, the vectors among `new` that no version before it in the list uses."""
    left = set(new)
    counts: list[int] = []
    for version in versions:
        own = {each.vector_id for each in version.chunks} & left
        counts.append(len(own))
        left -= own
    return counts
