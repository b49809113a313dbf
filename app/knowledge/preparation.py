"""A document made ready for the index: chunks, and what is embedded and known of each."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from app.knowledge.errors import DocumentRefusedError
from app.knowledge.metadata import is_unicode
from ingest.chunker import Chunk, ChunkLimits, chunk
from ingest.document import LoadedDocument
from ingest.segmenter import segment
from rag.normalization import normalise_line
from rag.tokenizer import Tokenizer
from rag.units import normalise

# Change it when segmenting, normalising or the header changes: documents are then cut anew.
_CHUNKING_VERSION = "2"
_LIMITS = ChunkLimits()

CHUNKING = f"{_CHUNKING_VERSION}:{_LIMITS.max_chars}:{_LIMITS.small_chars}"
"""How chunks were made. A version cut in another way is not unchanged."""


@dataclass(frozen=True)
class IndexedText:
    """What a vector and its words stand for; both parts are normalised."""

    vector_id: str
    header: str
    text: str

    @property
    def embedded(self) -> str:
        return f"{self.header}\n{self.text}"


@dataclass(frozen=True)
class PreparedChunk:
    chunk: Chunk
    indexed: IndexedText

    @property
    def vector_id(self) -> str:
        return self.indexed.vector_id


def prepare(document: LoadedDocument, identity: str) -> list[PreparedChunk]:
    """Chunks in reading order. `identity` is the embedder's: its vectors are never mixed."""
    if any("\x00" in page.text or not is_unicode(page.text) for page in document.pages):
        raise DocumentRefusedError(
            "本文に文字ではないデータがあります。元のソフトで保存し直してください。"
        )
    chunks = chunk(segment(document), _LIMITS)
    if not chunks:
        raise DocumentRefusedError("検索できる文がありません。本文のある文書を登録してください。")
    return [_prepare_chunk(each, document.title, identity) for each in chunks]


def _prepare_chunk(each: Chunk, title: str, identity: str) -> PreparedChunk:
    header, text = indexed_parts(title, each.path, each.columns, each.text)
    # Neither page nor document id: a page that moved, or a file renamed, keeps its vectors.
    content = f"{identity}\0{header}\0{text}"
    vector_id = hashlib.sha256(content.encode()).hexdigest()
    return PreparedChunk(each, IndexedText(vector_id, header, text))


def indexed_parts(title: str, path: Sequence[str], columns: str, raw: str) -> tuple[str, str]:
    """Header and text of a chunk, as they are embedded and tokenised."""
    return _header(title, path, columns), normalise(raw)


def _header(title: str, path: Sequence[str], columns: str) -> str:
    """Where a chunk stands: the titles above it and, in a table, the names of its columns."""
    titles = " > ".join(part for part in (normalise_line(title), *path) if part)
    named = " ".join(normalise_line(columns.replace("\t", "  ")).split())
    return f"{titles}\n{named}" if named else titles


class ChunkWords:
    """Tokens of header and text. Headers repeat from chunk to chunk and are cut once."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self._tokenize = tokenizer.tokenize
        self._header_tokens = lru_cache(maxsize=256)(tokenizer.tokenize)

    def of(self, indexed: IndexedText) -> list[str]:
        return [*self._header_tokens(indexed.header), *self._tokenize(indexed.text)]
