"""All SQL that changes the index. What a search loads is read in `app.knowledge.snapshot`."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, cast

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from app.knowledge.metadata import Metadata, ProgrammeFacts
from app.knowledge.models import Document, IndexState, StoredChunk, Version, VersionStatus, Words
from app.knowledge.preparation import IndexedText, PreparedChunk, indexed_parts
from ingest.document import LoadedDocument, Page
from rag.passage import Audience

_STATE_ID = 1
_BATCH = 500  # below the limit on bound variables of old SQLite


@dataclass(frozen=True)
class KnownVersion:
    """A version without its pages: enough to see whether a document has changed."""

    id: int
    number: int
    status: VersionStatus
    sha256: str
    chunking: str
    kind: str
    metadata: Metadata
    reason: str
    pages: int = 0
    chunks: int = 0


@dataclass
class KnownDocument:
    document_id: str
    root: str
    path: str
    live: KnownVersion | None = None
    held: KnownVersion | None = None
    last_number: int = 0


@dataclass(frozen=True)
class NewVersion:
    """A version to be stored. Without chunks it is held back for `reason`."""

    document: LoadedDocument
    metadata: Metadata
    root: str
    chunking: str
    chunks: Sequence[PreparedChunk] = field(default=())
    reason: str = ""

    @property
    def is_held(self) -> bool:
        return not self.chunks


class KnowledgeRepository:
    def __init__(self, session: Session) -> None:
        self._session = session

    def state(self) -> IndexState | None:
        return self._session.get(IndexState, _STATE_ID, populate_existing=True)

    def save_state(self, **values: Any) -> None:
        """Write the given columns of the one row, which is made if it is missing."""
        statement = update(IndexState).where(IndexState.id == _STATE_ID).values(**values)
        if not cast("Any", self._session.execute(statement)).rowcount:
            self._session.execute(insert(IndexState).values(id=_STATE_ID, **values))

    def next_generation(self) -> None:
        self._session.execute(
            update(IndexState)
            .where(IndexState.id == _STATE_ID)
            .values(generation=IndexState.generation + 1)
        )

    def count_live(self) -> int:
        statement = select(func.count()).where(Document.live_version_id.is_not(None))
        return self._session.scalar(statement) or 0

    def known_documents(self) -> dict[str, KnownDocument]:
        """Every document with its live and its newest held version, by id."""
        newest = select(Version.document_id, func.max(Version.number).label("number")).group_by(
            Version.document_id
        )
        numbers = {row.document_id: row.number for row in self._session.execute(newest)}
        known = {
            row.id: KnownDocument(row.id, row.root, row.path, last_number=numbers.get(row.id, 0))
            for row in self._session.execute(select(Document.id, Document.root, Document.path))
        }
        for document_id, version in self._open_versions():
            if version.status is VersionStatus.LIVE:
                known[document_id].live = version
            else:
                known[document_id].held = version
        return known

    def _open_versions(self) -> Iterator[tuple[str, KnownVersion]]:
        counts = (
            select(StoredChunk.version_id, func.count().label("chunks"))
            .group_by(StoredChunk.version_id)
            .subquery()
        )
        columns = [column for column in Version.__table__.c if column.name != "pages"]
        statement = (
            select(
                *columns,
                func.coalesce(counts.c.chunks, 0).label("chunk_count"),
            )
            .outerjoin(counts, counts.c.version_id == Version.id)
            .where(Version.status.in_([VersionStatus.LIVE, VersionStatus.HELD]))
            .order_by(Version.number)
        )
        for row in self._session.execute(statement).mappings():
            yield row["document_id"], _known_version({str(key): row[key] for key in row})

    def store(self, new: NewVersion, now: datetime) -> None:
        """Add the version and, unless it is held back, let it take over from the live one."""
        document_id = new.document.document_id
        self._save_document(new, now)
        last = self._session.scalar(
            select(func.max(Version.number)).where(Version.document_id == document_id)
        )
        self._close(document_id, VersionStatus.HELD, VersionStatus.SUPERSEDED)
        version_id = self._add_version(new, (last or 0) + 1, now)
        if not new.is_held:
            self._close(document_id, VersionStatus.LIVE, VersionStatus.SUPERSEDED, but=version_id)
            self.add_chunks(version_id, new.chunks)
            self._set_live(document_id, version_id, now)

    def retire(self, document_id: str, reason: str, now: datetime) -> None:
        """Take a document out of the search; its versions stay for the record."""
        self._set_live(document_id, None, now)
        for status in (VersionStatus.LIVE, VersionStatus.HELD):
            self._close(document_id, status, VersionStatus.RETIRED, reason=reason)

    def move(self, document_id: str, root: str, path: str) -> None:
        """Remember where an unchanged document was read this time."""
        self._session.execute(
            update(Document).where(Document.id == document_id).values(root=root, path=path)
        )

    def add_chunks(self, version_id: int, chunks: Sequence[PreparedChunk]) -> None:
        rows = [_chunk_row(version_id, each) for each in chunks]
        if rows:
            self._session.execute(insert(StoredChunk), rows)

    def replace_chunks(
        self, version_id: int, chunks: Sequence[PreparedChunk], chunking: str
    ) -> None:
        """What a rebuild does to a live version: other chunks, the same version."""
        self._session.execute(delete(StoredChunk).where(StoredChunk.version_id == version_id))
        self._session.execute(
            update(Version).where(Version.id == version_id).values(chunking=chunking)
        )
        self.add_chunks(version_id, chunks)

    def live_documents(self) -> Iterator[tuple[int, LoadedDocument, Audience]]:
        """Version id, document as it was read, and audience of everything live, one by one."""
        ids = self._session.scalars(
            select(Document.live_version_id)
            .where(Document.live_version_id.is_not(None))
            .order_by(Document.id)
        ).all()
        for version_id in ids:
            version = self._session.get_one(Version, version_id)
            yield version.id, _loaded(version), cast("Audience", version.audience)
            self._session.expunge(version)

    def live_vectors(self) -> dict[Audience, set[str]]:
        """Ids of the vectors that live versions use, by audience."""
        rows = self._session.execute(
            select(Version.audience, StoredChunk.vector_id)
            .join(Document, Document.live_version_id == Version.id)
            .join(StoredChunk, StoredChunk.version_id == Version.id)
            .distinct()
        )
        by_audience: dict[Audience, set[str]] = {"public": set(), "staff": set()}
        for audience, vector_id in rows:
            by_audience[cast("Audience", audience)].add(vector_id)
        return by_audience

    def known_words(self, vector_ids: Collection[str], tokenizer: str) -> set[str]:
        ids = list(vector_ids)
        found: set[str] = set()
        for start in range(0, len(ids), _BATCH):
            found.update(
                self._session.scalars(
                    select(Words.vector_id).where(
                        Words.tokenizer == tokenizer,
                        Words.vector_id.in_(ids[start : start + _BATCH]),
                    )
                )
            )
        return found

    def add_words(self, words: Mapping[str, Sequence[str]], tokenizer: str) -> None:
        rows = [
            {"vector_id": each, "tokenizer": tokenizer, "tokens": "\n".join(tokens)}
            for each, tokens in words.items()
        ]
        if rows:
            self._session.execute(insert(Words), rows)

    def texts_without_words(self, tokenizer: str) -> list[IndexedText]:
        """What live chunks stand for whose words this tokenizer has not cut yet."""
        has_words = exists().where(
            Words.vector_id == StoredChunk.vector_id, Words.tokenizer == tokenizer
        )
        statement = (
            select(StoredChunk, Version)
            .join(Version, Version.id == StoredChunk.version_id)
            .join(Document, Document.live_version_id == Version.id)
            .where(~has_words)
        )
        texts: dict[str, IndexedText] = {}
        for chunk, version in self._session.execute(statement):
            page = cast("str", version.pages[chunk.page_index]["text"])
            raw = page[chunk.start : chunk.end]
            parts = indexed_parts(version.title, chunk.path, chunk.columns, raw)
            texts[chunk.vector_id] = IndexedText(chunk.vector_id, *parts)
        return list(texts.values())

    def delete_unused_words(self, tokenizer: str) -> None:
        """Words that no chunk uses, and those of other tokenizer versions."""
        used = exists().where(StoredChunk.vector_id == Words.vector_id)
        self._session.execute(delete(Words).where((Words.tokenizer != tokenizer) | ~used))

    def _save_document(self, new: NewVersion, now: datetime) -> None:
        values = {"root": new.root, "path": new.document.path}
        document_id = new.document.document_id
        if self._session.get(Document, document_id) is None:
            row = {"id": document_id, "created_at": now, **values}
            self._session.execute(insert(Document).values(row))
        else:
            self.move(document_id, **values)

    def _add_version(self, new: NewVersion, number: int, now: datetime) -> int:
        pages = [
            {"ordinal": page.ordinal, "title": page.title, "text": page.text}
            for page in new.document.pages
        ]
        statement = insert(Version).values(
            document_id=new.document.document_id,
            number=number,
            status=VersionStatus.HELD if new.is_held else VersionStatus.LIVE,
            reason=new.reason,
            sha256=new.document.sha256,
            chunking=new.chunking,
            kind=new.document.kind,
            path=new.document.path,
            pages=pages,
            page_count=len(pages),
            created_at=now,
            **new.metadata.as_columns(),
        )
        return self._session.execute(statement.returning(Version.id)).scalar_one()

    def _close(
        self,
        document_id: str,
        status: VersionStatus,
        closed: VersionStatus,
        *,
        but: int = 0,
        reason: str = "",
    ) -> None:
        """Versions of that status are over: they leave the search, and with it their chunks."""
        ids = self._session.scalars(
            select(Version.id).where(
                Version.document_id == document_id, Version.status == status, Version.id != but
            )
        ).all()
        values = {"status": closed, **({"reason": reason} if reason else {})}
        self._session.execute(update(Version).where(Version.id.in_(ids)).values(**values))
        self._session.execute(delete(StoredChunk).where(StoredChunk.version_id.in_(ids)))

    def _set_live(self, document_id: str, version_id: int | None, now: datetime) -> None:
        self._session.execute(
            update(Document)
            .where(Document.id == document_id)
            .values(live_version_id=version_id, retired_at=now if version_id is None else None)
        )


def _chunk_row(version_id: int, each: PreparedChunk) -> dict[str, Any]:
    return {
        "version_id": version_id,
        "ordinal": each.chunk.ordinal,
        "page_index": each.chunk.page_index,
        "start": each.chunk.start,
        "end": each.chunk.end,
        "page": each.chunk.page,
        "path": list(each.chunk.path),
        "columns": each.chunk.columns,
        "vector_id": each.vector_id,
    }


def _known_version(row: Mapping[str, Any]) -> KnownVersion:
    programme = row["programme"]
    values = {name: row[name] for name in Metadata.__dataclass_fields__}
    values["programme"] = ProgrammeFacts(**programme) if programme else None
    return KnownVersion(
        id=row["id"],
        number=row["number"],
        status=VersionStatus(row["status"]),
        sha256=row["sha256"],
        chunking=row["chunking"],
        kind=row["kind"],
        metadata=Metadata(**values),
        reason=row["reason"],
        pages=row["page_count"],
        chunks=row["chunk_count"],
    )


def _loaded(version: Version) -> LoadedDocument:
    pages = tuple(Page(**cast("dict[str, Any]", page)) for page in version.pages)
    return LoadedDocument(
        document_id=version.document_id,
        title=version.title,
        path=version.path,
        kind=version.kind,
        pages=pages,
        sha256=version.sha256,
    )
