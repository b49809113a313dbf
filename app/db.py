"""The records: SQLite on one machine, PostgreSQL when that is outgrown, one set of migrations.

SQLite keeps Python's deferred transaction control: reads take no transaction, the first write
takes `BEGIN IMMEDIATE` and waits for its turn. Reads then see what PostgreSQL's READ COMMITTED
would show, and a read followed by a write never fails with a stale snapshot. So a value that
depends on what was read must be written by one UPDATE with a condition, on both databases.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    TypeDecorator,
    create_engine,
    event,
    inspect,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import DeclarativeBase, Session, sessionmaker

from app.errors import StoreUnavailableError

BUSY_TIMEOUT_SECONDS = 10
_BUSY_PAUSE_SECONDS = 0.02
_MIGRATION_LOCK = 0x59_6F_72_69  # any number, the same in every process

_NAMING_CONVENTION = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMING_CONVENTION)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, in UTC on both databases. A naive one is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        del dialect
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def make_engine(url: str, *, foreign_keys: bool = True) -> Engine:
    parsed = _with_driver(make_url(url))
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, hide_parameters=True, pool_pre_ping=True)
    engine = create_engine(
        parsed,
        hide_parameters=True,
        connect_args={"timeout": BUSY_TIMEOUT_SECONDS, "isolation_level": "IMMEDIATE"},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        _write_ahead(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA foreign_keys = {'ON' if foreign_keys else 'OFF'}")

    return engine


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Wait for one's turn: where two processes turn a new file to WAL, SQLite refuses at once."""
    deadline = time.monotonic() + BUSY_TIMEOUT_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(_BUSY_PAUSE_SECONDS)
        else:
            return


def make_session_factory(engine: Engine) -> sessionmaker[Session]:
    return sessionmaker(engine, expire_on_commit=False)


@contextmanager
def transaction(session_factory: sessionmaker[Session]) -> Iterator[Session]:
    """One request or job, one commit. Nothing is connected before the first statement."""
    with session_factory() as session:
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


def migrate(url: str) -> None:
    """Create or bring the database to this version's schema; refuse one that is newer."""
    parsed = _with_driver(make_url(url))
    engine = make_engine(url, foreign_keys=False)
    place = _place(parsed)
    try:
        _make_file(parsed)
        script = ScriptDirectory.from_config(_alembic_config())
        with engine.connect() as connection:
            if _current(connection, script, place) == set(script.get_heads()):
                return
        with engine.connect() as connection:
            _lock(connection)
            _current(connection, script, place)
            _upgrade(connection)
            connection.commit()
    except (DBAPIError, OSError) as error:
        translated = unavailable(error, place)
        if translated is None:
            raise
        raise translated from error
    finally:
        engine.dispose()


def unavailable(error: Exception, place: str = "") -> StoreUnavailableError | None:
    """The Japanese failure behind a database or file error; None when it is a bug of ours."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    suffix = f": {place}" if place else ""
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
        message = _SQLITE_MESSAGES.get(code)
    elif isinstance(cause, OSError):
        message = _UNWRITABLE
    else:
        message = _postgresql_message(error, cause)
    return StoreUnavailableError(message + suffix) if message else None


_UNWRITABLE = (
    "データフォルダーに書き込めません。フォルダーの権限と、読み取り専用でないことを確かめてください"
)
_DISK_FULL = "ディスクの空きがありません。空きを作ってから、もう一度お試しください"
_UNREADABLE = "データの読み書きに失敗しました。ディスクの空きと状態を確かめてください"
_BUSY = "ほかの処理がデータを使っています。しばらく待ってから、もう一度お試しください"
_DAMAGED = (
    "データベースを読めません（壊れているか、Yorisoiのものではありません）。"
    "バックアップから戻してください"
)
_UNREACHABLE = (
    "データベースにつながりません。YORISOI_DATABASE_URL と、データベースの動作を確かめてください"
)

_SQLITE_MESSAGES: dict[int, str] = {
    sqlite3.SQLITE_PERM: _UNWRITABLE,
    sqlite3.SQLITE_READONLY: _UNWRITABLE,
    sqlite3.SQLITE_CANTOPEN: _UNWRITABLE,
    sqlite3.SQLITE_FULL: _DISK_FULL,
    sqlite3.SQLITE_IOERR: _UNREADABLE,
    sqlite3.SQLITE_BUSY: _BUSY,
    sqlite3.SQLITE_LOCKED: _BUSY,
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}


def _postgresql_message(error: Exception, cause: object) -> str | None:
    sqlstate = getattr(cause, "sqlstate", None) or ""
    if sqlstate == "53100":
        return _DISK_FULL
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    never_made = type(cause).__name__ == "OperationalError" and not sqlstate
    if lost or never_made or sqlstate[:2] in {"08", "28", "3D", "53", "57"}:
        return _UNREACHABLE
    return None


def _with_driver(url: URL) -> URL:
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    return url


def _place(url: URL) -> str:
    return url.database or "" if url.get_backend_name() == "sqlite" else ""


def _make_file(url: URL) -> None:
    if url.get_backend_name() != "sqlite" or not url.database or "uri" in url.query:
        return
    path = Path(url.database)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)  # SQLite gives its journal files the same mode


def _alembic_config() -> Config:
    # The folder travels beside `app`, both in a checkout and in an installed wheel.
    spec = find_spec("migrations")
    folders = list(spec.submodule_search_locations or []) if spec else []
    if not folders:
        raise StoreUnavailableError(
            "migrations フォルダーが見つかりません。Yorisoiを入れ直してください"
        )
    config = Config()
    config.set_main_option("script_location", folders[0].replace("%", "%%"))
    return config


def _current(connection: Connection, script: ScriptDirectory, place: str) -> set[str]:
    current = set(MigrationContext.configure(connection).get_current_heads())
    known = {revision.revision for revision in script.walk_revisions()}
    suffix = f": {place}" if place else ""
    if current - known:
        raise StoreUnavailableError(
            "このデータは新しい版のYorisoiで作られています。Yorisoiを新しい版にするか、"
            f"別のデータフォルダーを指定してください{suffix}"
        )
    if not current and set(inspect(connection).get_table_names()) & set(Base.metadata.tables):
        raise StoreUnavailableError(
            "このデータベースの版が分かりません。バックアップから戻すか、"
            f"別のデータフォルダーを指定してください{suffix}"
        )
    return current


def _lock(connection: Connection) -> None:
    """Let one process migrate at a time, and make the whole migration one transaction."""
    connection.rollback()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATION_LOCK})")


def _upgrade(connection: Connection) -> None:
    config = _alembic_config()
    attributes: dict[str, Any] = config.attributes
    attributes["connection"] = connection
    command.upgrade(config, "head")
