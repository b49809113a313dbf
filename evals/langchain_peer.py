"""LangChain's plain recipe, to be compared with: the only module of `evals` that imports it.

RecursiveCharacterTextSplitter (500 characters, 50 of them shared with the neighbour), our
embedder, Chroma by similarity, all else as the libraries have it by default.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from chromadb.config import Settings
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter

from evals.metrics import Found
from evals.retrieval import TOP_K
from rag.embedder import Embedder
from rag.word_vectors import Vectors

_BATCH = 2_000


class EmbedderAdapter(Embeddings):
    """Our embedder behind LangChain's interface. `stored`: vectors that are known already."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self.stored: Mapping[str, Vectors] = {}

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        if self.stored:
            return [[float(x) for x in self.stored[text]] for text in texts]
        return [[float(x) for x in row] for row in self._embedder.embed_passages(texts)]

    def embed_query(self, text: str) -> list[float]:
        return [float(x) for x in self._embedder.embed_queries([text])[0]]


class LangChainRecipe:
    """Splits, embeds and searches as the recipe says, in a store of its own in `folder`."""

    def __init__(self, embedder: Embedder, folder: Path) -> None:
        self._adapter = EmbedderAdapter(embedder)
        self._splitter = RecursiveCharacterTextSplitter(chunk_size=500, chunk_overlap=50)
        self._store = Chroma(
            collection_name="langchain-recipe",
            embedding_function=self._adapter,
            persist_directory=str(folder),
            client_settings=Settings(
                anonymized_telemetry=False, is_persistent=True, persist_directory=str(folder)
            ),
        )

    def add(self, texts: Mapping[str, str]) -> int:
        """Split and store whole documents by id; returns the number of chunks."""
        chunks = self._splitter.create_documents(
            list(texts.values()), [{"document_id": each} for each in texts]
        )
        for start in range(0, len(chunks), _BATCH):
            self._store.add_documents(chunks[start : start + _BATCH])
        return len(chunks)

    def add_embedded(self, texts: Sequence[str], vectors: Vectors) -> None:
        """Store texts as they are, with vectors that are known: for measuring speed alone."""
        self._adapter.stored = dict(zip(texts, vectors, strict=True))
        for start in range(0, len(texts), _BATCH):
            self._store.add_texts(list(texts[start : start + _BATCH]))
        self._adapter.stored = {}

    def search(self, question: str) -> list[Found]:
        return [
            Found(str(each.metadata.get("document_id", "")), None, each.page_content)
            for each in self._store.similarity_search(question, k=TOP_K)
        ]
