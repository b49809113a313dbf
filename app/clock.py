"""The one clock. "Today" is Asia/Tokyo; `YORISOI_NOW` fixes it for tests and replays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

TOKYO = ZoneInfo("Asia/Tokyo")

Clock = Callable[[], datetime]
"""Returns the aware current time in UTC."""


def system_clock() -> datetime:
    return datetime.now(UTC)


def fixed_clock(now: datetime) -> Clock:
    """A clock that stands still. A naive `now` is taken as Tokyo time."""
    aware = now if now.tzinfo else now.replace(tzinfo=TOKYO)
    return lambda: aware.astimezone(UTC)
