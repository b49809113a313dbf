"""Search in 10,000 chunks: our retriever on real Chroma, and LangChain's recipe beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.bench.corpus import SyntheticCorpus, scattered
from evals.langchain_peer import LangChainRecipe
from evals.metrics import median
from evals.retrieval import OnProgress, Search, searcher, time_searches
from rag.embedder import Embedder
from rag.passage import Audience, SearchScope
from rag.retriever import Retriever
from rag.tokenizer import Tokenizer
from rag.vector_store import VectorStore
from rag.vocabulary import load_vocabulary

_AUDIENCES: tuple[Audience, ...] = ("staff", "public")


@dataclass(frozen=True)
class SearchSpeed:
    """Milliseconds of each search, the question's embedding in them."""

    chunks: int
    ours: Sequence[float]
    peer: Sequence[float]

    @property
    def ratio(self) -> float:
        """Of the medians: a noisy machine moves them less than means."""
        return median(self.ours) / median(self.peer) if self.peer else 0.0


@dataclass(frozen=True)
class SearchArms:
    """Both searchers on one corpus, ready to be asked."""

    chunks: int
    ours: Search
    peer: Search

    def measure(
        self, questions: Sequence[str], on_progress: OnProgress = lambda _: None
    ) -> SearchSpeed:
        """Every question on both, in turns."""
        ms = time_searches({"ours": self.ours, "peer": self.peer}, questions, on_progress)
        return SearchSpeed(self.chunks, ms["ours"], ms["peer"])


@dataclass(frozen=True)
class SearchBench:
    """What the measurement needs. `centres`: how many chunks get their real vector's place."""

    embedder: Embedder
    tokenizer: Tokenizer
    vectors: VectorStore
    folder: Path
    background: tuple[str, ...] = ()
    centres: int = 256

    def open(self, corpus: SyntheticCorpus) -> SearchArms:
        """Fill both with the corpus. Staff search two collections, as staff do."""
        count = len(corpus.texts)
        centres = self.embedder.embed_passages(list(corpus.texts[: self.centres]))
        vectors = scattered(centres, count)
        retriever = Retriever(
            self.embedder,
            self.vectors,
            self.tokenizer,
            background_questions=self.background,
            vocabulary=load_vocabulary(),
        )
        collections: dict[Audience, str] = {name: f"bench-{name}" for name in _AUDIENCES}
        for audience, collection in collections.items():
            indexes = corpus.vector_ids(audience)
            self.vectors.add(collection, [f"v{i}" for i in indexes], vectors[indexes])
        retriever.refresh(corpus.snapshot, collections)
        peer = LangChainRecipe(self.embedder, self.folder / "langchain")
        peer.add_embedded(corpus.texts, vectors)
        return SearchArms(count, searcher(retriever, SearchScope("staff")), peer.search)
