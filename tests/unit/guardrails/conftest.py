from datetime import date

import pytest

from guardrails.output.contacts import ContactList, load_hotlines
from guardrails.output.guards import make_output_guard
from guardrails.output.outcome import OutputContext
from rag.tokenizer import SudachiWords

_WORDS = SudachiWords()
_HOTLINES = load_hotlines()


@pytest.fixture(scope="session")
def parse():
    return _WORDS.parse


@pytest.fixture(scope="session")
def guarded():
    """What becomes of a sentence on a day when every hotline of the list is still valid."""
    guard = make_output_guard(_WORDS.parse, ContactList(_HOTLINES, lambda: date(2026, 11, 24)))

    def check(text, question="", cited=(), audience="public", *, is_listening=False):
        return guard.check(text, OutputContext((question,), tuple(cited), audience, is_listening))

    return check
