"""Slows down guessing from one address. Accounts have their own lock; this one stops spraying."""

from datetime import timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlalchemy.orm import Session, sessionmaker

from app.accounts.repository import AccountRepository
from app.clock import Clock
from app.db import transaction
from app.security import digest


class SignInThrottle:
    """Counts attempts before they are checked, so that parallel guesses count too.

    The count is in the database, so that all processes share it.
    """

    def __init__(
        self,
        session_factory: sessionmaker[Session],
        clock: Clock,
        *,
        limit: int = 30,
        window: timedelta = timedelta(minutes=5),
    ) -> None:
        self._session_factory = session_factory
        self._clock = clock
        self._limit = limit
        self._window = window

    def admit(self, address: str) -> int | None:
        """Count an attempt; its id, or None when this address has tried too often.

        Committed on its own before the password is looked at. A refused attempt does not count,
        so waiting helps. Of several that reach the limit at one moment all may be refused.
        """
        now = self._clock()
        # An address tells who sat where; the count needs no more than that it is the same one.
        source = digest(_network(address))
        with transaction(self._session_factory) as session:
            repository = AccountRepository(session)
            repository.forget_attempts(now - self._window)
            attempt = repository.add_attempt(source, now)
        with transaction(self._session_factory) as session:
            repository = AccountRepository(session)
            if repository.count_attempts(source, now - self._window) <= self._limit:
                return attempt
            repository.forget_attempt(attempt)
        return None

    @property
    def window_seconds(self) -> int:
        return int(self._window.total_seconds())


def _network(address: str) -> str:
    """One IPv6 site has many addresses and counts as one."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(ip_network((int(parsed), 64), strict=False))
    return str(parsed)
