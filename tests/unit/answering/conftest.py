"""A small world to ask: real words, a fake embedder, documents in memory."""

from datetime import UTC, datetime

import pytest

from app.answering.answerability import AnswerabilityModel
from app.answering.service import AnsweringService
from app.clock import fixed_clock
from ingest.chunker import chunk
from ingest.document import LoadedDocument, Page
from ingest.segmenter import segment
from rag.embedder import FakeEmbedder
from rag.passage import IndexedChunk, Snapshot
from rag.retriever import Retriever
from rag.tokenizer import SudachiWords
from rag.units import normalise
from rag.vector_store import InMemoryVectorStore

WORDS = SudachiWords()
# The committed weights are for the bundled embedder; words alone decide in this small world.
_MODEL = AnswerabilityModel(-2.4, 0.5, {"rest_cover": 6.0})


def _index(*documents):
    """A retriever over (DocumentInfo, text) pairs, ingested as the product does it."""
    embedder, vectors = FakeEmbedder(), InMemoryVectorStore()
    chunks = []
    for number, (info, text) in enumerate(documents):
        loaded = LoadedDocument(info.document_id, info.title, "d", "text", (Page(None, text),))
        for piece in chunk(segment(loaded)):
            header = " > ".join((info.title, *piece.path))
            shown = f"{header}\n{normalise(piece.text)}"
            vector_id = f"{number}-{piece.ordinal}"
            vectors.add(info.audience, [vector_id], embedder.embed_passages([shown]))
            place = (piece.page_index, piece.start, piece.end, piece.page, piece.path)
            chunks.append(IndexedChunk(number, vector_id, *place, tuple(WORDS.tokenize(shown))))
    retriever = Retriever(embedder, vectors, WORDS)
    pages = [(text,) for _, text in documents]
    infos = [info for info, _ in documents]
    retriever.refresh(Snapshot(1, infos, pages, chunks), {"public": "public", "staff": "staff"})
    return retriever


@pytest.fixture
def index():
    return _index


@pytest.fixture
def words():
    return WORDS


@pytest.fixture
def answering():
    def _answering(*documents):
        clock = fixed_clock(datetime(2026, 11, 23, 1, tzinfo=UTC))
        return AnsweringService(_index(*documents), WORDS, clock, desk="市役所代表", model=_MODEL)

    return _answering


@pytest.fixture
def ask(answering):
    def _ask(question, *documents, audience="staff"):
        return list(answering(*documents).ask(question, audience=audience))

    return _ask
