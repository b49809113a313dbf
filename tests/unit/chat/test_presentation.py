from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from app.chat.presentation import mark_quotes


def marked(passage: str, *quotes: str) -> str:
    return "".join(
        f"[{segment.text}]" if segment.is_quote else segment.text
        for segment in mark_quotes(passage, quotes)
    )


def test_quote_is_marked_across_white_space():
    assert (
        marked("率は 補助対象\n経費の　1/2 です", "補助対象経費の1/2")
        == "率は [補助対象\n経費の　1/2] です"
    )


def test_several_and_overlapping_quotes_are_marked():
    assert marked("あいうえお", "あい", "えお") == "[あい]う[えお]"
    assert marked("あいうえお", "あいう", "いうえ") == "[あいうえ]お"


def test_missing_or_empty_quote_marks_nothing():
    assert marked("あいう", "かきく", "", " 　") == "あいう"
    assert mark_quotes("", ("あ",)) == ()


@given(st.text(max_size=60), st.lists(st.text(max_size=10), max_size=3))
def test_segments_always_give_the_passage_back(passage, quotes):
    segments = mark_quotes(passage, tuple(quotes))

    assert "".join(segment.text for segment in segments) == passage
    assert all(segment.text for segment in segments)


@given(st.text(max_size=40), st.integers(0, 40), st.integers(1, 40))
def test_what_is_in_the_passage_is_marked(passage, start, length):
    quote = passage[start : start + length]
    segments = mark_quotes(passage, (quote,))

    squeezed = "".join("".join(s.text for s in segments if s.is_quote).split())
    assert squeezed == "".join(quote.split())
