import pytest

from evals.guardrails import restoring
from evals.guardrails.restoring import RoundTrips, round_trips_section, run_round_trips
from guardrails.pii.vault import PlaceholderVault


def test_random_conversations_come_back():
    trips = run_round_trips(200)
    assert trips == RoundTrips(conversations=200)


def test_what_does_not_come_back_is_counted(monkeypatch):
    class Forgetful(PlaceholderVault):
        def value(self, key):
            return None if key.endswith("2") else super().value(key)

    monkeypatch.setattr(restoring, "PlaceholderVault", Forgetful)
    assert run_round_trips(50).changed > 0


def test_what_is_left_in_clear_is_counted(monkeypatch):
    class Blind(PlaceholderVault):
        def mask(self, text, findings=()):
            del findings
            return text

    monkeypatch.setattr(restoring, "PlaceholderVault", Blind)
    assert run_round_trips(50).left_in_clear > 0


@pytest.mark.parametrize("changed", [0, 1])
def test_one_conversation_is_enough_to_miss_the_target(changed):
    section = round_trips_section(RoundTrips(10, changed=changed))
    assert section.figures[0].is_met is not bool(changed)
