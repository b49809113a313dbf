"""Ingest the committed corpus twice: the second time has nothing to embed."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.knowledge.report import IngestOptions, OnProgress, no_progress
from app.settings import Settings
from evals.harness import open_application
from rag.embedder import Embedder, OnEmbedded
from rag.word_vectors import Vectors


class CountingEmbedder:
    """Counts the passages that go to another embedder, so that no report need be believed."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.passages = 0

    @property
    def identity(self) -> str:
        return self._embedder.identity

    @property
    def dimension(self) -> int:
        return self._embedder.dimension

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.embed_queries(texts)

    def embed_passages(
        self, texts: Sequence[str], on_progress: OnEmbedded | None = None
    ) -> Vectors:
        self.passages += len(texts)
        return self._embedder.embed_passages(texts, on_progress)


@dataclass(frozen=True)
class IngestSpeed:
    chunks: int
    seconds: float
    seconds_again: float
    embedded_again: int


def ingest_twice(
    settings: Settings,
    paths: Sequence[Path],
    embedder: Embedder,
    on_progress: OnProgress = no_progress,
) -> IngestSpeed:
    """Fill the store with the paths, then ingest them again in a new application."""
    counting = CountingEmbedder(embedder)
    options = IngestOptions(activate=True)
    with open_application(settings, counting) as application:
        started = time.perf_counter()
        first = application.knowledge.ingest(paths, options, on_progress)
        seconds = time.perf_counter() - started
    before = counting.passages
    with open_application(settings, counting) as application:
        started = time.perf_counter()
        application.knowledge.ingest(paths, options)
        again = time.perf_counter() - started
    return IngestSpeed(first.totals["chunks"], seconds, again, counting.passages - before)
