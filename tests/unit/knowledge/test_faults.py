"""Whatever breaks an ingest off, the index stays as it was, and the next ingest completes it."""

from __future__ import annotations

import errno
import sqlite3
import threading
from collections.abc import Callable

import numpy as np
import pytest
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from app.errors import StoreUnavailableError
from app.knowledge.errors import IngestInProgressError, explain_store_failure
from rag.vector_store import InMemoryVectorStore

from .conftest import CHILD, STAFF_MANUAL, WASTE

NEW = WASTE.replace("500円", "900円")


class BreakingVectors(InMemoryVectorStore):
    """Raises `failure` in the named method, as long as one is set."""

    def __init__(self) -> None:
        super().__init__()
        self.breaks: dict[str, Exception] = {}

    def _break(self, method: str) -> None:
        if method in self.breaks:
            raise self.breaks[method]

    def add(self, collection, ids, vectors):
        if "add half" in self.breaks:
            half = len(ids) // 2
            super().add(collection, ids[:half], vectors[:half])
            raise self.breaks["add half"]
        self._break("add")
        super().add(collection, ids, vectors)

    def known(self, collection, ids):
        self._break("known")
        return super().known(collection, ids)

    def get(self, collection, ids):
        self._break("get")
        return super().get(collection, ids)

    def delete(self, collection, ids):
        self._break("delete")
        super().delete(collection, ids)


@pytest.fixture
def running(house):
    """A house that serves two documents, with changes to one and a third ready to come in."""
    house.vectors = BreakingVectors()
    house.restart()
    house.write("waste.txt", WASTE)
    house.write("manual.txt", STAFF_MANUAL)
    house.service.publish()
    house.ingest()
    house.write("waste.txt", NEW)
    house.write("child.md", CHILD)
    return house


def break_embedder(house) -> Callable[[], None]:
    house.embedder.fail_next()
    return lambda: None


def break_vectors(method: str) -> Callable[..., Callable[[], None]]:
    def start(house) -> Callable[[], None]:
        house.vectors.breaks[method] = RuntimeError("vectors")
        return house.vectors.breaks.clear

    return start


def break_statement(fragment: str) -> Callable[..., Callable[[], None]]:
    """The database fails at the first statement that contains `fragment`."""

    def start(house) -> Callable[[], None]:
        engine = house.session_factory.kw["bind"]

        def fail(_connection, _cursor, statement, *_rest):
            if statement.startswith(fragment):
                raise RuntimeError("statement")

        event.listen(engine, "before_cursor_execute", fail)
        return lambda: event.remove(engine, "before_cursor_execute", fail)

    return start


def break_commit(house) -> Callable[[], None]:
    """Everything of the batch is written; its commit fails."""
    engine = house.session_factory.kw["bind"]
    written: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        written.append(statement)

    def fail(_connection):
        if any(statement.startswith("INSERT INTO versions") for statement in written):
            raise RuntimeError("commit")

    event.listen(engine, "before_cursor_execute", note)
    event.listen(engine, "commit", fail)

    def mend() -> None:
        event.remove(engine, "before_cursor_execute", note)
        event.remove(engine, "commit", fail)

    return mend


FAULTS = [
    pytest.param(break_embedder, id="embedding"),
    pytest.param(break_vectors("known"), id="looking for known vectors"),
    pytest.param(break_vectors("get"), id="copying vectors"),
    pytest.param(break_vectors("add"), id="adding vectors"),
    pytest.param(break_vectors("add half"), id="having added half of the vectors"),
    pytest.param(break_statement("INSERT INTO versions"), id="storing a version"),
    pytest.param(break_statement("DELETE FROM chunks"), id="closing the old version"),
    pytest.param(break_statement("INSERT INTO chunks"), id="storing chunks"),
    pytest.param(break_statement("INSERT INTO words"), id="storing words"),
    pytest.param(break_statement("UPDATE index_state"), id="counting the generation"),
    pytest.param(break_commit, id="committing"),
]


@pytest.mark.parametrize("break_off", FAULTS)
def test_index_is_as_it_was_and_the_next_ingest_completes(running, break_off):
    before = (running.live_texts(), running.execute("SELECT * FROM index_state"))
    running.restart()
    running.service.publish()
    mend = break_off(running)

    with pytest.raises((RuntimeError, MemoryError)):
        running.ingest()
    mend()

    assert "child" not in running.found("児童手当の申請の期限")
    assert (running.live_texts(), running.execute("SELECT * FROM index_state")) == before
    statuses = running.statuses()
    assert statuses == {"child.md": "added", "manual.txt": "unchanged", "waste.txt": "updated"}
    assert any("900円" in text for text in running.live_texts())
    assert_no_orphans(running)


def assert_no_orphans(house) -> None:
    used = {row[0] for row in house.execute("SELECT DISTINCT vector_id FROM chunks")}
    stored = set().union(*map(house.vectors.ids, house.vectors._vectors))
    assert stored == used


def test_vectors_of_an_ingest_that_was_killed_are_not_embedded_again(running):
    mend = break_statement("INSERT INTO versions")(running)
    with pytest.raises(RuntimeError):
        running.ingest()
    mend()
    running.embedder.embedded.clear()

    running.ingest()

    assert running.embedder.embedded == []


def test_what_a_killed_ingest_left_does_not_crowd_out_what_is_live(running):
    mend = break_statement("INSERT INTO versions")(running)
    with pytest.raises(RuntimeError):
        running.ingest()
    mend()

    running.restart()
    running.service.publish()

    assert_no_orphans(running)


def test_what_the_embedder_finished_before_it_failed_is_kept(house, monkeypatch):
    monkeypatch.setattr("app.knowledge.vectors._SLICE", 2)
    house.write("child.md", CHILD)
    house.write("waste.txt", WASTE)
    house.write("manual.txt", STAFF_MANUAL)
    house.embedder.fails_on = 2
    with pytest.raises(MemoryError):
        house.ingest()
    finished = list(house.embedder.embedded)
    house.embedder.embedded.clear()

    house.ingest()

    assert len(finished) == 2
    assert not set(finished) & set(house.embedder.embedded)


def test_orphans_that_cannot_be_removed_do_not_fail_the_ingest(running):
    running.vectors.breaks["delete"] = RuntimeError("vectors")

    assert running.statuses()["waste.txt"] == "updated"

    running.vectors.breaks.clear()
    running.write("waste.txt", WASTE)
    running.ingest()
    assert_no_orphans(running)


def test_finished_batches_stay_and_are_served_when_a_later_one_fails(running, monkeypatch):
    monkeypatch.setattr("app.knowledge.ingest_run._BATCH_CHUNKS", 1)
    running.embedder.fails_on = running.embedder._calls + 2

    with pytest.raises(MemoryError):
        running.ingest()

    assert "child" in running.found("児童手当の申請の期限")
    assert "500円" in " ".join(each.text for each in running.search("粗大ごみの手数料"))
    assert running.statuses() == {
        "child.md": "unchanged",
        "manual.txt": "unchanged",
        "waste.txt": "updated",
    }


def chroma_error() -> Exception:
    """What Chroma raises, without loading it here."""
    error = type("InternalError", (Exception,), {"__module__": "chromadb.errors"})
    return error("Query error: Database error: disk I/O error")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        pytest.param(
            OSError(errno.ENOSPC, "No space"), "ディスクの空きがありません", id="OSError 28"
        ),
        pytest.param(
            RuntimeError("error returned from database: (code: 13) database or disk is full"),
            "ディスクの空きがありません",
            id="Chroma's SQLite",
        ),
        pytest.param(PermissionError(errno.EACCES, "denied"), "書き込めません", id="read-only"),
        pytest.param(
            chroma_error(), "ベクトルの保存先を読み書きできません（InternalError）", id="Chroma"
        ),
    ],
)
def test_failures_of_the_store_are_told_in_japanese(running, failure, said):
    running.vectors.breaks["add"] = failure

    with pytest.raises(StoreUnavailableError) as caught:
        running.ingest()

    assert said in caught.value.message
    assert "索引は元のままです" in caught.value.message
    assert "500円" in " ".join(running.live_texts())


def test_full_disk_under_the_database_is_told_in_japanese():
    cause = sqlite3.OperationalError("database or disk is full")

    explained = explain_store_failure(OperationalError("INSERT", {}, cause), finished=3)

    assert explained.message.startswith("ディスクの空きがありません")
    assert "すでに取り込んだ 3 件は使えます" in explained.message


def test_bugs_are_not_explained_away():
    assert explain_store_failure(ValueError("a bug")) is None


def test_second_ingest_at_the_same_time_is_refused(running):
    has_begun, may_end = threading.Event(), threading.Event()
    embed = running.embedder.embed_passages

    def embed_slowly(texts, on_progress=None):
        has_begun.set()
        assert may_end.wait(10)
        return embed(texts, on_progress)

    running.embedder.embed_passages = embed_slowly
    first = threading.Thread(target=running.ingest)
    first.start()
    assert has_begun.wait(10)

    with pytest.raises(IngestInProgressError):
        running.ingest()

    may_end.set()
    first.join()
    assert running.statuses()["waste.txt"] == "unchanged"


def test_searches_during_a_swap_see_one_version_or_the_other(running):
    """Documents change together in one transaction, so no search may see them mixed."""
    prices = {"500円": "900円", "900円": "500円"}
    running.write("a.txt", WASTE)
    running.write("b.txt", WASTE.replace("粗大ごみ", "粗大な品"))
    running.ingest()
    mixed: list[set[str]] = []
    is_over = threading.Event()

    def look() -> None:
        while not is_over.is_set():
            text = " ".join(
                each.text
                for each in running.search("手数料は何円")
                if each.document.document_id in {"a.txt", "b.txt"}
            )
            seen = {price for price in prices if price in text}
            if len(seen) != 1:
                mixed.append(seen)

    searchers = [threading.Thread(target=look) for _ in range(2)]
    for each in searchers:
        each.start()
    now = "500円"
    for _ in range(6):
        for name in ("a.txt", "b.txt"):
            path = running.folder / name
            text = path.read_text(encoding="utf-8").replace(now, prices[now])
            path.write_text(text, encoding="utf-8")
        now = prices[now]
        running.ingest()
    is_over.set()
    for each in searchers:
        each.join()

    assert mixed == []


def test_vectors_are_stored_as_they_come_in_float32(house):
    house.write("child.md", CHILD)
    house.ingest()

    for stored in house.vectors._vectors.values():
        for vector in stored.values():
            assert vector.dtype == np.float32
