"""Writes all that is kept encrypted anew with the first key, so that the others can be given up.

Every binary column of every table is a token of `app.security.Cipher`: nothing else is kept as
bytes. It can be broken off and run again, and while others write.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, LargeBinary, Table, select, update
from sqlalchemy.orm import Session, sessionmaker

from app.db import Base, transaction
from app.security import Cipher, DecryptionError

_ROWS_AT_ONCE = 200


@dataclass(frozen=True)
class Rotation:
    """`unreadable`: values that no key opens. They are left as they are."""

    renewed: int
    current: int
    unreadable: int


def rotate_keys(session_factory: sessionmaker[Session], cipher: Cipher) -> Rotation:
    """Encrypt with the first key what another one has written."""
    counts = {"renewed": 0, "current": 0, "unreadable": 0}
    for table, column in _sealed_columns():
        keys = list(table.primary_key)
        with transaction(session_factory) as session:
            rows = session.execute(select(*keys).where(column.is_not(None))).all()
        for start in range(0, len(rows), _ROWS_AT_ONCE):
            with transaction(session_factory) as session:
                for row in rows[start : start + _ROWS_AT_ONCE]:
                    outcome = _renew(session, cipher, column, list(zip(keys, row, strict=True)))
                    if outcome:
                        counts[outcome] += 1
    return Rotation(**counts)


def _sealed_columns() -> Iterator[tuple[Table, Column[Any]]]:
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, LargeBinary):
                yield table, column


def _renew(
    session: Session,
    cipher: Cipher,
    column: Column[Any],
    named: Sequence[tuple[Column[Any], Any]],
) -> str:
    """What became of one value; empty if it has gone meanwhile."""
    is_row = [key == value for key, value in named]
    token = session.scalar(select(column).where(*is_row))
    if token is None:
        return ""
    try:
        renewed = cipher.renewed(token)
    except DecryptionError:
        return "unreadable"
    if renewed is None:
        return "current"
    # What somebody wrote since is newer, and by the first key already.
    session.execute(
        update(column.table).where(*is_row, column == token).values({column.name: renewed})
    )
    return "renewed"
