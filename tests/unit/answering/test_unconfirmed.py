"""Situation -> whether a figure that the question asserts is left without support."""

import pytest

from app.answering.premise import has_unconfirmed_figure

_QUOTES = ["相談員は53名です。", "受講料は1人3,000円で、48時間以内に返金します。", "補助率 1/2"]


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("受講料は5,000円ですよね", id="another amount"),
        pytest.param("相談員は60名という理解で合っていますか", id="another count"),
        pytest.param("補助率は3分の2と聞きました", id="another ratio"),
    ],
)
def test_a_figure_that_no_quote_holds_is_unconfirmed(question):
    assert has_unconfirmed_figure(question, _QUOTES)


@pytest.mark.parametrize(
    "question",
    [
        pytest.param("受講料は3千円ですよね", id="spelled otherwise"),
        pytest.param("補助率は半分と聞きました", id="in words"),
        pytest.param("相談員は50名を超えているそうですが、誰ですか", id="a bound"),
        pytest.param("3人目から無料になるんですよね", id="an ordinal"),
        pytest.param("1人3,000円って聞いたんですけど、内訳は", id="what one costs"),
        pytest.param("受講料はいくらですか。予算は5,000円です", id="nothing asserted of it"),
        pytest.param("相談員は何名ですか", id="nothing taken for granted"),
    ],
)
def test_what_is_held_or_not_asserted_is_not(question):
    assert not has_unconfirmed_figure(question, _QUOTES)
