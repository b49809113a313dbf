from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from app.cli_serve import make_lifespan
from app.daily import run_daily
from app.language_model import NoLanguageModel


class Application:
    """As much of one as the server's lifespan needs."""

    def __init__(self) -> None:
        self.erased = asyncio.Event()
        self.warm_up = self
        self.language_model = NoLanguageModel()

    def start(self, **_given: object) -> None:
        self.loop = asyncio.get_running_loop()

    def clock(self) -> datetime:
        return datetime(2026, 11, 23, tzinfo=UTC)

    def erase_old(self) -> None:
        self.loop.call_soon_threadsafe(self.erased.set)


@pytest.fixture
def application() -> Application:
    return Application()


class Days:
    """A clock that `sleep` moves on, until the test has seen enough."""

    def __init__(self, lasts: timedelta) -> None:
        self.now = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)  # 23:00 in Tokyo
        self.end = self.now + lasts

    def __call__(self) -> datetime:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        if self.now >= self.end:
            raise asyncio.CancelledError


def run(job, days: Days) -> None:
    with pytest.raises(asyncio.CancelledError):
        asyncio.run(run_daily(job, days, days.sleep))


def test_runs_at_the_start_and_once_on_every_day_of_tokyo():
    days = Days(lasts=timedelta(hours=26))
    ran: list[datetime] = []

    run(lambda: ran.append(days.now), days)

    assert ran == [
        datetime(2026, 11, 23, 14, 0, tzinfo=UTC),
        datetime(2026, 11, 23, 15, 0, tzinfo=UTC),
        datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
    ]


def test_what_failed_is_tried_again():
    days = Days(lasts=timedelta(minutes=45))
    tries: list[int] = []

    def fail_once() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise OSError

    run(fail_once, days)

    assert len(tries) == 2


def test_server_erases_what_is_old_when_it_starts(application):
    async def serve() -> None:
        async with make_lifespan(application, lambda: None)(object()):
            await asyncio.wait_for(application.erased.wait(), timeout=5)

    asyncio.run(serve())
