from __future__ import annotations

from datetime import timedelta

import pytest

from app.accounts.throttle import SignInThrottle


@pytest.fixture
def throttle(clock) -> SignInThrottle:
    return SignInThrottle(clock, limit=3, window=timedelta(minutes=5), max_addresses=2)


def test_limit_holds_for_the_window(throttle, clock):
    assert [throttle.admit("192.0.2.1") for _ in range(4)] == [True, True, True, False]
    clock.advance(minutes=4, seconds=59)
    assert not throttle.admit("192.0.2.1")
    clock.advance(seconds=1)
    assert throttle.admit("192.0.2.1")


def test_addresses_are_counted_apart(throttle):
    for _ in range(3):
        throttle.admit("192.0.2.1")

    assert throttle.admit("192.0.2.2")


def test_right_attempt_is_forgiven(throttle):
    for _ in range(9):
        assert throttle.admit("192.0.2.1")
        throttle.forgive("192.0.2.1")
    throttle.forgive("192.0.2.9")


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

    assert throttle.admit(other) is not is_same


def test_memory_is_bounded(throttle):
    for number in range(50):
        throttle.admit(f"192.0.2.{number}")

    assert len(throttle._attempts) <= 3
