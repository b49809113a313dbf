from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import OperationalError, StatementError

from app.accounts.models import User
from app.accounts.roles import Role
from app.chat.models import Conversation, Question
from app.db import (
    Base,
    _alembic_config,
    make_engine,
    make_session_factory,
    migrate,
    transaction,
    unavailable,
)
from app.errors import StoreUnavailableError


def sqlite_url(folder: Path) -> str:
    return f"sqlite:///{folder / 'yorisoi.db'}"


def execute(url: str, statement: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


@pytest.mark.integration
@pytest.mark.skipif(
    "YORISOI_TEST_POSTGRESQL_URL" not in os.environ,
    reason="YORISOI_TEST_POSTGRESQL_URL がないので、PostgreSQL では試していません",
)
def test_postgresql_takes_part():
    """Only there to say so when it does not: the other tests run once for each database."""


def test_migrations_make_what_the_models_say(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrating_again_changes_nothing(database_url):
    migrate(database_url)
    migrate(database_url)


def test_single_questions_become_conversations_without_loss(tmp_path):
    """As an installation has them that was made before there were conversations."""
    url = sqlite_url(tmp_path)
    engine = make_engine(url, foreign_keys=False)
    config = _alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.exec_driver_sql(
            "INSERT INTO users VALUES (1, 'a', 'A', 'staff', 'x', 1, 0, NULL, 0, '2026-01-01')"
        )
        for identity, deleted in (("a" * 32, "NULL"), ("b" * 32, "'2026-02-02 00:00:00'")):
            connection.exec_driver_sql(
                f"INSERT INTO questions VALUES ('{identity}', 1, '2026-02-01 00:00:00', {deleted},"
                " 'answered', 412.0, x'0102')"
            )
    engine.dispose()

    migrate(url)

    engine = make_engine(url)
    with make_session_factory(engine)() as session:
        rows = session.query(Conversation).order_by(Conversation.id).all()
        questions = session.query(Question).order_by(Question.id).all()
    engine.dispose()
    assert [row.id for row in rows] == [each.conversation_id for each in questions]
    assert [each.ciphertext for each in questions] == [b"\x01\x02"] * 2
    assert [row.deleted_at is None for row in rows] == [True, False]
    assert {row.updated_at.day for row in rows} == {1}
    assert {each.confirmation for each in questions} == {"unconfirmed"}


def test_conversations_can_be_taken_back_to_single_questions(tmp_path):
    url = sqlite_url(tmp_path)
    migrate(url)
    engine = make_engine(url, foreign_keys=False)
    config = _alembic_config()
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0003")
        names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
    engine.dispose()
    assert "conversations" not in names
    migrate(url)


def test_new_folder_and_file_are_only_for_their_owner(tmp_path):
    url = sqlite_url(tmp_path / "new" / "data")
    migrate(url)

    folder = tmp_path / "new" / "data"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "yorisoi.db").stat().st_mode) == 0o600


def test_several_processes_may_migrate_at_once(tmp_path):
    url = sqlite_url(tmp_path)
    program = "import sys; from app.db import migrate; migrate(sys.argv[1])"
    command = [sys.executable, "-c", program, url]

    def run(_number: int) -> int:
        return subprocess.run(command, check=False).returncode

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == [0, 0, 0, 0]


def test_migrations_are_found_from_any_folder(tmp_path):
    root = Path(__file__).parents[2]
    program = "import sys; from app.db import migrate; migrate(sys.argv[1])"
    finished = subprocess.run(
        [sys.executable, "-c", program, sqlite_url(tmp_path)],
        check=False,
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(root)},
    )

    assert finished.returncode == 0


def test_newer_database_is_refused_and_left_alone(tmp_path, migrated_file):
    shutil.copy(migrated_file, tmp_path / "yorisoi.db")
    url = sqlite_url(tmp_path)
    execute(url, "UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(StoreUnavailableError, match="新しい版のYorisoiで作られています") as caught:
        migrate(url)
    assert str(tmp_path) in caught.value.message


def test_database_without_version_is_refused(tmp_path, migrated_file):
    shutil.copy(migrated_file, tmp_path / "yorisoi.db")
    execute(sqlite_url(tmp_path), "DROP TABLE alembic_version")

    with pytest.raises(StoreUnavailableError, match="版が分かりません"):
        migrate(sqlite_url(tmp_path))


def test_failed_migration_leaves_nothing_behind(tmp_path):
    """The second table is already there, so the first must be rolled back."""
    url = sqlite_url(tmp_path)
    execute(url, "CREATE TABLE ix_blocker (x)")
    execute(url, "CREATE INDEX ix_questions_deleted_at ON ix_blocker (x)")

    with pytest.raises(OperationalError):
        migrate(url)
    engine = make_engine(url)
    with engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master")).scalars().all()
    engine.dispose()
    assert "users" not in names


def test_file_that_is_no_database_is_refused(tmp_path):
    (tmp_path / "yorisoi.db").write_bytes("これはデータベースではありません".encode() * 100)

    with pytest.raises(StoreUnavailableError, match="読めません"):
        migrate(sqlite_url(tmp_path))


def test_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(StoreUnavailableError, match="書き込めません"):
        migrate(sqlite_url(tmp_path / "file"))


def test_read_only_database_is_refused(tmp_path):
    empty = tmp_path / "yorisoi.db"
    empty.touch()

    with pytest.raises(StoreUnavailableError, match="書き込めません"):
        migrate(f"sqlite:///file:{empty}?mode=ro&uri=true")


def test_full_disk_is_told(tmp_path):
    engine = make_engine(sqlite_url(tmp_path))
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 2")
        connection.exec_driver_sql("CREATE TABLE first (x)")
        with pytest.raises(OperationalError) as caught:
            connection.exec_driver_sql("CREATE TABLE second (x)")
    engine.dispose()

    error = unavailable(caught.value)
    assert error is not None
    assert "ディスクの空きがありません" in error.message


def test_database_held_by_another_is_told(tmp_path):
    url = sqlite_url(tmp_path)
    holder, waiter = make_engine(url), make_engine(f"{url}?timeout=0.05")
    with holder.connect() as first, waiter.connect() as second:
        first.exec_driver_sql("BEGIN IMMEDIATE")
        second.exec_driver_sql("PRAGMA busy_timeout = 50")
        with pytest.raises(OperationalError) as caught:
            second.exec_driver_sql("BEGIN IMMEDIATE")
    holder.dispose()
    waiter.dispose()

    error = unavailable(caught.value)
    assert error is not None
    assert "ほかの処理" in error.message


def test_unreachable_postgresql_is_told_without_its_password():
    with pytest.raises(StoreUnavailableError, match="データベースにつながりません") as caught:
        migrate("postgresql://someone:geheim@127.0.0.1:1/nothing")

    assert "geheim" not in caught.value.message


def test_sqlite_is_configured(tmp_path):
    engine = make_engine(sqlite_url(tmp_path))
    with engine.connect() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()

    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 1,
        "foreign_keys": 1,
        "busy_timeout": 10_000,
    }


def new_user(created_at: datetime) -> User:
    return User(
        username="someone",
        display_name="だれか",
        role=Role.STAFF,
        password_hash="x",
        created_at=created_at,
    )


def test_times_come_back_in_utc(session_factory):
    tokyo = datetime(2026, 11, 23, 9, 5, tzinfo=timezone(timedelta(hours=9)))
    with transaction(session_factory) as session:
        session.add(new_user(tokyo))
    with transaction(session_factory) as session:
        stored = session.query(User).one()
        assert session.query(User).filter(User.created_at == tokyo).count() == 1

    assert stored.created_at == tokyo
    assert stored.created_at.tzinfo is UTC


def test_time_without_zone_is_refused(session_factory):
    naive = datetime(2026, 11, 23, 9, 5)  # noqa: DTZ001 - that is the point
    with pytest.raises(StatementError), transaction(session_factory) as session:
        session.add(new_user(naive))


def test_failed_request_commits_nothing(session_factory, clock):
    def request() -> None:
        with transaction(session_factory) as session:
            session.add(new_user(clock()))
            session.flush()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        request()
    with transaction(session_factory) as session:
        assert session.query(User).count() == 0


def test_reading_then_writing_survives_other_writers(engine, clock):
    """With a deferred transaction SQLite would refuse the second writer at once."""
    factory = make_session_factory(engine)
    with transaction(factory) as session:
        session.add(new_user(clock()))

    def write(_number: int) -> None:
        for _ in range(20):
            with transaction(factory) as session:
                user = session.query(User).one()
                session.execute(
                    text("UPDATE users SET failed_count = failed_count + 1 WHERE id = :id"),
                    {"id": user.id},
                )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    with transaction(factory) as session:
        assert session.query(User).one().failed_count == 80
