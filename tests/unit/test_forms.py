from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.forms import FormFields, clean


@pytest.mark.parametrize(
    ("typed", "cleaned"),
    [
        ("ふつうの文", "ふつうの文"),
        ("a\r\nb\rc\u2028d\u2029e", "a\nb\nc\nd\ne"),
        ("tab\tstays", "tab\tstays"),
        ("\x00\x1b[31m\x7f\x85\ufeff", "[31m"),
        ("\ud800x\udfff", "\ufffdx\ufffd"),
        ("\u202e\u2066見かけ\u2069", "見かけ"),
        ("👩‍👧‍👦 が\u3099", "👩‍👧‍👦 が\u3099"),
    ],
)
def test_text_is_cleaned(typed, cleaned):
    assert clean(typed) == cleaned


@given(st.text(st.characters(categories=None), max_size=200))
def test_cleaned_text_can_be_stored_and_stays_as_it_is(text):
    cleaned = clean(text)

    cleaned.encode()
    assert "\x00" not in cleaned
    assert clean(cleaned) == cleaned


def test_fields_are_read_as_text_or_as_one_line():
    form = FormFields({"a": "  x\r\n y　z "})

    assert form.text("a") == "  x\n y　z "
    assert form.line("a") == "x y z"
    assert form.text("missing") == ""
