"""A knowledge service on a real database, with an instant embedder and vectors in memory."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from app.clock import fixed_clock
from app.db import Base, make_engine, make_session_factory, migrate
from app.knowledge.ingest_run import IngestRules, Judge
from app.knowledge.report import IngestOptions, IngestReport, OnProgress, no_progress
from app.knowledge.service import IndexParts, KnowledgeService
from ingest.document import LoadedDocument, LoadLimits
from ingest.loaders import load_paths
from rag.embedder import FakeEmbedder, OnEmbedded
from rag.passage import Passage, SearchScope
from rag.retriever import Retriever
from rag.tokenizer import SudachiWords
from rag.vector_store import InMemoryVectorStore, VectorStore
from rag.word_vectors import Vectors

POSTGRESQL_URL = os.environ.get("YORISOI_TEST_POSTGRESQL_URL", "")
SCHEMA = "yorisoi_knowledge_test"
NOW = datetime(2026, 11, 23, 0, 5, tzinfo=UTC)


class CountingEmbedder(FakeEmbedder):
    """Remembers what it embedded; fails on the call numbered `fails_on`, if any."""

    def __init__(self, identity: str = "fake@1") -> None:
        self.identity = identity
        self.embedded: list[str] = []
        self.fails_on: int | None = None
        self._calls = 0

    def embed_passages(
        self, texts: Sequence[str], on_progress: OnEmbedded | None = None
    ) -> Vectors:
        self._calls += 1
        if self._calls == self.fails_on:
            raise MemoryError
        self.embedded += texts
        return super().embed_passages(texts, on_progress)

    def fail_next(self) -> None:
        self.fails_on = self._calls + 1


def judge_by_mark(document: LoadedDocument) -> str:
    """Stands in for the quality gate: the word 文字化け makes a document wait."""
    is_bad = any("文字化け" in page.text for page in document.pages)
    return "文字化けがあります。" if is_bad else ""


@dataclass
class House:
    """A municipality's knowledge: a folder to write documents in, and what serves them."""

    folder: Path
    session_factory: sessionmaker[Session]
    tokenizer: SudachiWords
    vectors: VectorStore = field(default_factory=InMemoryVectorStore)
    embedder: CountingEmbedder = field(default_factory=CountingEmbedder)
    takes_demo: bool = True
    judge: Judge = judge_by_mark

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """The same data, a new process."""
        self.retriever = Retriever(self.embedder, self.vectors, self.tokenizer)
        self.service = KnowledgeService(
            self.session_factory,
            fixed_clock(NOW),
            IndexParts(self.embedder, self.vectors, self.tokenizer),
            self.retriever,
            IngestRules(load_paths, self.judge, self.takes_demo, LoadLimits()),
        )

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    def ingest(
        self, *paths: Path, on_progress: OnProgress = no_progress, **options: object
    ) -> IngestReport:
        chosen = IngestOptions(**options)
        return self.service.ingest(list(paths) or [self.folder], chosen, on_progress)

    def statuses(self, *paths: Path, **options: object) -> dict[str, str]:
        report = self.ingest(*paths, **options)
        return {each.path: each.status.value for each in report.documents}

    def search(self, question: str, audience: str = "staff") -> list[Passage]:
        return self.retriever.search(question, SearchScope(audience))

    def found(self, question: str, audience: str = "staff") -> set[str]:
        return {each.document.document_id for each in self.search(question, audience)}

    def live_texts(self) -> list[str]:
        """Every live chunk's text, as a fresh process would see it."""
        self.restart()
        self.service.publish()
        snapshot = self.retriever.snapshot
        return [
            snapshot.pages[each.document][each.page_index][each.start : each.end]
            for each in snapshot.chunks
        ]

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        with self.session_factory() as session:
            result = session.execute(text(statement))
            rows = [tuple(row) for row in result] if result.returns_rows else []
            session.commit()
            return rows


@pytest.fixture(scope="session")
def tokenizer() -> SudachiWords:
    return SudachiWords()


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    admin = create_engine(make_url(POSTGRESQL_URL).set(drivername="postgresql+psycopg"))
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE"))
        connection.execute(text(f"CREATE SCHEMA {SCHEMA}"))
    url = make_url(POSTGRESQL_URL).update_query_dict({"options": f"-csearch_path={SCHEMA}"})
    rendered = url.render_as_string(hide_password=False)
    migrate(rendered)
    yield rendered
    with admin.begin() as connection:
        connection.execute(text(f"DROP SCHEMA {SCHEMA} CASCADE"))
    admin.dispose()


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql",
            marks=[
                pytest.mark.integration,
                pytest.mark.skipif(
                    not POSTGRESQL_URL, reason="YORISOI_TEST_POSTGRESQL_URL がありません"
                ),
            ],
        ),
    ]
)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'yorisoi.db'}"
        migrate(url)
    else:
        url = request.getfixturevalue("postgresql_url")
    engine = make_engine(url)
    yield engine
    if request.param == "postgresql":
        with engine.begin() as connection:
            for table in reversed(Base.metadata.sorted_tables):
                connection.execute(table.delete())
    engine.dispose()


@pytest.fixture
def session_factory(engine: Engine) -> sessionmaker[Session]:
    return make_session_factory(engine)


@pytest.fixture
def house(tmp_path: Path, session_factory: sessionmaker[Session], tokenizer: SudachiWords) -> House:
    folder = tmp_path / "documents"
    folder.mkdir()
    return House(folder, session_factory, tokenizer)


CHILD = """---
id: child
title: 児童手当
audience: public
issuer: よりそい市
published: 2026-04-01
valid_until: 2027-03-31
department: こども家庭課
programme:
  target: 18歳までの子を育てる人
  limit: 月30,000円
---
# 児童手当

## 支給額
3歳未満は月15,000円です。

## 申請の期限
生まれた日の翌日から15日以内に申請してください。
"""
WASTE = "粗大ごみの出し方\n\n粗大ごみは、収集日の朝8時までに玄関の前へ出してください。手数料は500円です。\n"
STAFF_MANUAL = "窓口対応の手引き\n\n本人確認は、マイナンバーカードまたは運転免許証で行います。\n"
