"""Reads all that is live, in a few statements, into what the retriever searches."""

import sys
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.knowledge.models import Document, IndexState, StoredChunk, Version, Words
from rag.passage import DocumentInfo, IndexedChunk, Snapshot

_INFO_COLUMNS = (
    Version.document_id,
    Version.title,
    Version.audience,
    Version.level,
    Version.issuer,
    Version.source,
    Version.department,
    Version.contact,
    Version.published,
    Version.valid_from,
    Version.valid_until,
    Version.is_demo,
    Version.kind,
)
_CHUNK_COLUMNS = (
    StoredChunk.version_id,
    StoredChunk.vector_id,
    StoredChunk.page_index,
    StoredChunk.start,
    StoredChunk.end,
    StoredChunk.page,
    StoredChunk.path,
)


def load_snapshot(session: Session, *, tokenizer: str, with_demo: bool) -> Snapshot:
    """Everything live of one moment, documents by id. A real installation leaves demo out."""
    if session.get_bind().dialect.name == "postgresql":
        # Several statements must see one moment; on SQLite the lock of the service sees to it.
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
    generation = session.scalar(select(IndexState.generation)) or 0
    # Sorted here: databases sort Japanese each in its own way.
    rows = sorted(
        (row for row in session.execute(_live_versions()) if with_demo or not row.is_demo),
        key=lambda row: row.document_id,
    )
    positions = {row.id: index for index, row in enumerate(rows)}
    return Snapshot(
        generation=generation,
        documents=[_info(row) for row in rows],
        pages=[tuple(page["text"] for page in row.pages) for row in rows],
        chunks=_chunks(session, positions, _tokens(session, tokenizer)),
    )


def _live_versions() -> Select[*tuple[Any, ...]]:
    return select(Version.id, Version.pages, *_INFO_COLUMNS).join(
        Document, Document.live_version_id == Version.id
    )


def _info(row: Row[*tuple[Any, ...]]) -> DocumentInfo:
    return DocumentInfo(**{column.key: getattr(row, column.key) for column in _INFO_COLUMNS})


def _tokens(session: Session, tokenizer: str) -> Mapping[str, tuple[str, ...]]:
    """Equal words share one string: there are far fewer of them than places."""
    statement = select(Words.vector_id, Words.tokens).where(Words.tokenizer == tokenizer)
    return {
        vector_id: tuple(map(sys.intern, text.split("\n"))) if text else ()
        for vector_id, text in session.execute(statement)
    }


def _chunks(
    session: Session, positions: Mapping[int, int], tokens: Mapping[str, tuple[str, ...]]
) -> list[IndexedChunk]:
    statement = (
        select(*_CHUNK_COLUMNS)
        .join(Document, Document.live_version_id == StoredChunk.version_id)
        .order_by(StoredChunk.version_id, StoredChunk.ordinal)
    )
    chunks = [
        IndexedChunk(
            document=positions[version_id],
            vector_id=vector_id,
            page_index=page_index,
            start=start,
            end=end,
            page=page,
            path=tuple(path),
            tokens=tokens[vector_id],
        )
        for version_id, vector_id, page_index, start, end, page, path in session.execute(statement)
        if version_id in positions
    ]
    chunks.sort(key=lambda each: each.document)  # stable: the order within a document stays
    return chunks
