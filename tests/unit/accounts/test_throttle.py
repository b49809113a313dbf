from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts.models import SignInAttempt
from app.accounts.repository import AccountRepository
from app.accounts.throttle import SignInThrottle
from app.db import transaction

FIVE_MINUTES = timedelta(minutes=5)


@pytest.fixture
def throttle(session_factory, clock) -> SignInThrottle:
    return SignInThrottle(session_factory, clock, limit=3, window=FIVE_MINUTES)


def test_limit_holds_for_the_window(throttle, clock):
    admitted = [throttle.admit("192.0.2.1") is not None for _ in range(4)]

    assert admitted == [True, True, True, False]
    clock.advance(minutes=4, seconds=59)
    assert throttle.admit("192.0.2.1") is None
    clock.advance(seconds=1)
    assert throttle.admit("192.0.2.1") is not None


def test_all_processes_share_the_count(throttle, session_factory, clock):
    other_process = SignInThrottle(session_factory, clock, limit=3, window=FIVE_MINUTES)
    for each in (throttle, other_process, throttle):
        assert each.admit("192.0.2.1") is not None

    assert other_process.admit("192.0.2.1") is None


def test_addresses_are_counted_apart(throttle):
    for _ in range(3):
        throttle.admit("192.0.2.1")

    assert throttle.admit("192.0.2.2") is not None


def test_right_attempt_is_forgiven(throttle, session_factory):
    for _ in range(9):
        attempt = throttle.admit("192.0.2.1")
        assert attempt is not None
        with transaction(session_factory) as session:
            AccountRepository(session).forget_attempt(attempt)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("testclient", "testclient", True),
    ],
)
def test_one_ipv6_site_counts_as_one(throttle, one, other, is_same):
    for _ in range(3):
        throttle.admit(one)

    assert (throttle.admit(other) is None) is is_same


def test_old_attempts_are_forgotten_and_no_address_is_kept(throttle, session_factory, clock):
    for number in range(9):
        throttle.admit(f"192.0.2.{number}")
    clock.advance(minutes=5)
    throttle.admit("192.0.2.1")

    with transaction(session_factory) as session:
        attempts = session.query(SignInAttempt).all()
        assert len(attempts) == 1
        assert "192.0.2.1" not in attempts[0].source
