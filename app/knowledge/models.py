"""What is known: documents, their versions, and the chunks and words of the live ones."""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, UtcDateTime

MAX_DOCUMENT_ID_CHARS = 500


class VersionStatus(StrEnum):
    LIVE = "live"
    SUPERSEDED = "superseded"
    HELD = "held"
    RETIRED = "retired"


class Document(Base):
    """`live_version_id` alone decides what is searched; `root`/`path` tell where it was last read.

    Audience and level belong to the version: a version that is held back must not change them.
    """

    __tablename__ = "documents"

    id: Mapped[str] = mapped_column(String(MAX_DOCUMENT_ID_CHARS), primary_key=True)
    root: Mapped[str] = mapped_column(Text)
    path: Mapped[str] = mapped_column(Text)
    live_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("versions.id", ondelete="SET NULL", use_alter=True), index=True
    )
    retired_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Version(Base):
    """One content of a document, with what it says of itself. Never changed but for its status."""

    __tablename__ = "versions"
    __table_args__ = (
        UniqueConstraint("document_id", "number", name="uq_versions_document_id_number"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("documents.id", ondelete="CASCADE"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(16), index=True)
    reason: Mapped[str] = mapped_column(Text, default="")
    sha256: Mapped[str] = mapped_column(String(64))
    chunking: Mapped[str] = mapped_column(String(64))
    title: Mapped[str] = mapped_column(Text)
    audience: Mapped[str] = mapped_column(String(16))
    level: Mapped[str] = mapped_column(String(4))
    issuer: Mapped[str] = mapped_column(Text)
    document_number: Mapped[str] = mapped_column(Text)
    published: Mapped[date | None] = mapped_column(Date)
    valid_from: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    source: Mapped[str] = mapped_column(Text)
    department: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(Text)
    is_demo: Mapped[bool]
    programme: Mapped[dict[str, str] | None] = mapped_column(JSON(none_as_null=True))
    kind: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(Text)
    pages: Mapped[list[dict[str, object]]] = mapped_column(JSON)
    page_count: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class StoredChunk(Base):
    """A chunk of a live version: `pages[page_index][start:end]`, raw. Others have none."""

    __tablename__ = "chunks"
    __table_args__ = (Index("ix_chunks_vector_id", "vector_id"),)

    version_id: Mapped[int] = mapped_column(
        ForeignKey("versions.id", ondelete="CASCADE"), primary_key=True
    )
    ordinal: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    page_index: Mapped[int]
    start: Mapped[int]
    end: Mapped[int]
    page: Mapped[int | None]
    path: Mapped[list[str]] = mapped_column(JSON)
    columns: Mapped[str] = mapped_column(Text)
    vector_id: Mapped[str] = mapped_column(String(64))


class Words(Base):
    """The tokens of what a vector stands for, a line each: cut once per tokenizer version."""

    __tablename__ = "words"

    vector_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    tokenizer: Mapped[str] = mapped_column(String(16), primary_key=True)
    tokens: Mapped[str] = mapped_column(Text)


class IndexState(Base):
    """The one row that says how the index was built. `generation` grows with every change."""

    __tablename__ = "index_state"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    embedder: Mapped[str] = mapped_column(Text)
    collections: Mapped[dict[str, str]] = mapped_column(JSON)
    generation: Mapped[int]
    chunking: Mapped[str] = mapped_column(String(64))
    tokenizer: Mapped[str] = mapped_column(String(16))
    corpus_sha256: Mapped[str] = mapped_column(String(64), default="")
