"""Slows down guessing from one address. Accounts have their own lock; this one stops spraying."""

import threading
from collections import OrderedDict, deque
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from app.clock import Clock


class SignInThrottle:
    """Counts attempts before they are checked, so that parallel guesses count too.

    In memory and per process: with N web processes the limit is N times as high.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        limit: int = 30,
        window: timedelta = timedelta(minutes=5),
        max_addresses: int = 10_000,
    ) -> None:
        self._clock = clock
        self._limit = limit
        self._window = window
        self._max_addresses = max_addresses
        self._attempts: OrderedDict[str, deque[datetime]] = OrderedDict()
        self._guard = threading.Lock()

    def admit(self, address: str) -> bool:
        """Count an attempt; False when this address has tried too often."""
        now = self._clock()
        with self._guard:
            attempts = self._attempts.setdefault(_network(address), deque())
            self._attempts.move_to_end(_network(address))
            while attempts and now - attempts[0] >= self._window:
                attempts.popleft()
            while len(self._attempts) > self._max_addresses:
                self._attempts.popitem(last=False)
            if len(attempts) >= self._limit:
                return False
            attempts.append(now)
            return True

    def forgive(self, address: str) -> None:
        """Take back the attempt that turned out to be right."""
        with self._guard:
            attempts = self._attempts.get(_network(address))
            if attempts:
                attempts.pop()

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
