from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy.orm import Session, sessionmaker

from app.accounts.passwords import Passwords
from app.accounts.repository import AccountRepository
from app.accounts.service import AccountService
from app.db import make_engine, make_session_factory, migrate


class MovableClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **spans: float) -> None:
        self.now += timedelta(**spans)


class CountingHash(PasswordHash):
    """A cheap Argon2 that counts how often it worked."""

    def __init__(self) -> None:
        super().__init__((Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1),))
        self.verified = 0

    def verify(self, password: str | bytes, hash: str | bytes) -> bool:  # noqa: A002
        self.verified += 1
        return super().verify(password, hash)


@pytest.fixture
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture
def hasher() -> CountingHash:
    return CountingHash()


@pytest.fixture
def passwords(hasher: CountingHash) -> Passwords:
    return Passwords(hasher)


@pytest.fixture
def session_factory(tmp_path: Path) -> Iterator[sessionmaker[Session]]:
    url = f"sqlite:///{tmp_path / 'yorisoi.db'}"
    migrate(url)
    engine = make_engine(url)
    yield make_session_factory(engine)
    engine.dispose()


@pytest.fixture
def session(session_factory: sessionmaker[Session]) -> Iterator[Session]:
    with session_factory() as session:
        yield session


@pytest.fixture
def accounts(session: Session, passwords: Passwords, clock: MovableClock) -> AccountService:
    return AccountService(AccountRepository(session), passwords, clock, session_hours=12)
