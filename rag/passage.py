"""What is searched and what is found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

Audience = Literal["public", "staff"]


@dataclass(frozen=True)
class DocumentInfo:
    """A live document version, as answers cite it."""

    document_id: str
    title: str
    audience: Audience
    level: str = "L1"
    issuer: str = ""
    source: str = ""
    department: str = ""
    contact: str = ""
    published: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    is_demo: bool = False
    kind: str = "text"


@dataclass(frozen=True)
class IndexedChunk:
    """A chunk of a live version: `pages[page_index][start:end]` of its document, raw.

    `tokens` are the words of header and text; `path` the titles above it.
    """

    document: int
    vector_id: str
    page_index: int
    start: int
    end: int
    page: int | None
    path: tuple[str, ...]
    tokens: tuple[str, ...]


@dataclass(frozen=True)
class Snapshot:
    """All that is live at one moment. Chunks are in reading order, document by document."""

    generation: int
    documents: Sequence[DocumentInfo]
    pages: Sequence[Sequence[str]]
    chunks: Sequence[IndexedChunk]


@dataclass(frozen=True)
class Signals:
    """Absolute measures of a passage, comparable between questions.

    `dense`: inner product with the centred question; `lexical`: BM25; `fused`: 0 to about 1.6,
    relative to this search only.
    """

    dense: float
    lexical: float
    fused: float


@dataclass(frozen=True)
class Part:
    """A chunk within a passage: its span in the page's text and its own score."""

    start: int
    end: int
    score: float


@dataclass(frozen=True)
class Passage:
    """Contiguous raw text around the best chunk, at most 500 characters, with its place."""

    document: DocumentInfo
    section: tuple[str, ...]
    page: int | None
    page_index: int
    start: int
    end: int
    text: str
    score: float
    signals: Signals = field(default=Signals(0.0, 0.0, 0.0))
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class SearchScope:
    """What a search may touch: residents `public` only, staff both; up to `max_level`."""

    audience: Audience
    max_level: str = "L2"
