"""What is loaded to be searched: order, and that ten thousand chunks do not keep people waiting."""

from __future__ import annotations

import time

from sqlalchemy import insert

from app.knowledge.models import Document, IndexState, StoredChunk, Version, Words
from app.knowledge.snapshot import load_snapshot

from .conftest import CHILD, NOW, STAFF_MANUAL, WASTE


def test_documents_are_in_order_of_id_and_chunks_in_reading_order(house):
    house.write("b.txt", WASTE)
    house.write("a.txt", STAFF_MANUAL)
    house.write("c.md", CHILD)
    house.ingest()
    house.write("a.txt", STAFF_MANUAL + "土曜日は受け付けません。\n")
    house.ingest()
    house.service.publish()

    snapshot = house.retriever.snapshot

    assert [each.document_id for each in snapshot.documents] == ["a.txt", "b.txt", "child"]
    places = [(each.document, each.page_index, each.start) for each in snapshot.chunks]
    assert places == sorted(places)
    for chunk in snapshot.chunks:
        assert snapshot.pages[chunk.document][chunk.page_index][chunk.start : chunk.end].strip()
        assert chunk.tokens


def test_ten_thousand_chunks_load_quickly(house):
    fill(house, documents=100, chunks=100)

    started = time.process_time()
    with house.session_factory() as session:
        snapshot = load_snapshot(session, tokenizer="1", with_demo=True)
    seconds = time.process_time() - started

    assert len(snapshot.chunks) == 10_000
    assert seconds < 1.5


def fill(house, *, documents: int, chunks: int) -> None:
    page = "あ" * 150 * chunks
    base = {"sha256": "", "chunking": "", "title": "題", "audience": "staff", "level": "L2"}
    texts = ("issuer", "document_number", "source", "department", "contact", "reason", "path")
    base |= dict.fromkeys(texts, "")
    with house.session_factory() as session:
        for number in range(documents):
            document_id = f"{number:03}"
            row = {"id": document_id, "root": "", "path": "", "created_at": NOW}
            session.execute(insert(Document).values(row))
            version = Version(
                document_id=document_id,
                number=1,
                status="live",
                is_demo=False,
                kind="text",
                pages=[{"ordinal": None, "title": "", "text": page}],
                page_count=1,
                created_at=NOW,
                **base,
            )
            session.add(version)
            session.flush()
            session.get(Document, document_id).live_version_id = version.id
            rows = [chunk_row(version.id, document_id, index) for index in range(chunks)]
            session.execute(insert(StoredChunk), rows)
            words = [
                {
                    "vector_id": row["vector_id"],
                    "tokenizer": "1",
                    "tokens": "\n".join("言葉の列" * 15),
                }
                for row in rows
            ]
            session.execute(insert(Words), words)
        state = {"id": 1, "embedder": "", "collections": {}, "generation": 7, "chunking": ""}
        session.execute(insert(IndexState).values(**state, tokenizer="1", corpus_sha256=""))
        session.commit()


def chunk_row(version_id: int, document_id: str, index: int) -> dict[str, object]:
    return {
        "version_id": version_id,
        "ordinal": index,
        "page_index": 0,
        "start": index * 150,
        "end": index * 150 + 150,
        "page": index,
        "path": ["章", "節"],
        "columns": "",
        "vector_id": f"{document_id}-{index}",
    }
