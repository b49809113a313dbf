"""Overlapping findings: longer, then checked, then surer."""

from __future__ import annotations

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from guardrails.pii.conflicts import resolve
from guardrails.verdict import Finding

FINDINGS = st.lists(
    st.builds(
        lambda kind, start, length, score, is_valid: Finding(
            kind, start, start + length, score, is_valid
        ),
        st.sampled_from(["PHONE", "MY_NUMBER", "PERSON"]),
        st.integers(0, 40),
        st.integers(1, 12),
        st.sampled_from([0.5, 0.8]),
        st.booleans(),
    ),
    max_size=12,
)


def test_the_longer_wins_over_the_surer():
    address, name = Finding("ADDRESS", 0, 12, 0.6), Finding("PERSON", 4, 6, 0.99)
    assert resolve([name, address]) == [address]


def test_of_the_same_length_the_one_with_a_right_check_digit_wins():
    licence, number = (
        Finding("DRIVERS_LICENSE", 0, 12, 0.95),
        Finding("MY_NUMBER", 0, 12, 0.7, True),
    )
    assert resolve([licence, number]) == [number]


def test_then_the_surer_wins():
    one, other = Finding("LTC_INSURANCE", 0, 10, 0.6), Finding("PENSION_NUMBER", 0, 10, 0.9)
    assert resolve([one, other]) == [other]


def test_neighbours_both_stay():
    code, address = Finding("POSTAL_CODE", 0, 8, 0.9), Finding("ADDRESS", 8, 20, 0.9)
    assert resolve([address, code]) == [code, address]


@given(FINDINGS)
def test_what_is_left_is_sorted_disjoint_and_the_same_in_any_order(findings):
    left = resolve(findings)
    assert all(one.end <= other.start for one, other in itertools.pairwise(left))
    shuffled = list(findings)
    random.Random(1).shuffle(shuffled)
    assert [(f.type, f.start, f.end) for f in resolve(shuffled)] == [
        (f.type, f.start, f.end) for f in left
    ]


@given(FINDINGS)
def test_nothing_is_lost_without_something_that_overlaps_it(findings):
    left = resolve(findings)
    assert all(any(k.start < f.end and f.start < k.end for k in left) for f in findings)
