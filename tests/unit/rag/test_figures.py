from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.figures import FigureKind, find_figures


def _read(text):
    return [(figure.kind.value, str(figure.value), figure.unit) for figure in find_figures(text)]


@pytest.mark.parametrize(
    "same",
    [
        pytest.param(("1/2", "50％", "５割", "半額", "2分の1", "二分の一"), id="a half"),
        pytest.param(("令和7年度", "R7", "2025年", "令和７"), id="a year"),
        pytest.param(("1億円", "10,000万円", "１００，０００千円"), id="an amount"),
        pytest.param(("3か月", "３ヶ月", "3カ月間"), id="months"),
        pytest.param(("3名", "３人", "三人"), id="persons"),
        pytest.param(("令和8年4月1日", "2026/4/1", "R8.4.1"), id="a day"),
    ],
)
def test_equal_figures_compare_equal(same):
    first = find_figures(same[0])
    for text in same[1:]:
        found = find_figures(text)
        assert len(found) == len(first)
        assert all(a.equals(b) for a, b in zip(first, found, strict=True)), text


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        pytest.param("20.7億円（継続）", [("money", "2070000000", "円")], id="a decimal of 億"),
        pytest.param("1万5千円", [("money", "15000", "円")], id="two scales"),
        pytest.param("実人数1,000万人", [("count", "10000000", "人")], id="a count with a scale"),
        pytest.param("8時00分の5便", [("clock", "480", "")], id="a minute of nought is no share"),
        pytest.param("0.7を乗じて", [("ratio", "7/10", "")], id="a factor"),
        pytest.param("午後１時半から", [("clock", "810", "")], id="a time of day"),
        pytest.param("８時30分に開場", [("clock", "510", "")], id="a time with minutes"),
        pytest.param("研修は2時間", [("duration", "2", "時間")], id="no time of day but a length"),
        pytest.param("半年の猶予", [("duration", "6", "月")], id="half a year"),
        pytest.param("小学4年生", [("count", "4", "年生")], id="a school year, not a length"),
        pytest.param("償還年限：５年", [("duration", "5", "年")], id="a term of years"),
        pytest.param(
            "R8.9開始", [("day", "900", ""), ("year", "2026", "")], id="a month of an era"
        ),
        pytest.param("電話 023-641-1212", [], id="a telephone number is no figure"),
        pytest.param("https://example.jp/2025/10", [], id="nor are those of an address"),
        pytest.param(
            "2025/10/03", [("day", "1003", ""), ("year", "2025", "")], id="a date, not a ratio"
        ),
        pytest.param("第12号", [], id="a number of a form"),
    ],
)
def test_figures_are_read_with_their_kind_and_unit(text, figures):
    assert sorted(_read(text)) == sorted(figures)


def test_kinds_do_not_compare():
    five_years, five_percent = find_figures("5年と5%")
    assert five_years.kind is FigureKind.DURATION
    assert not five_years.equals(five_percent)


@given(st.text(alphabet="0123456789.,/令和年度月日円億万%割分の半額RHS人 ", max_size=40))
def test_reading_never_fails_and_figures_do_not_overlap(text):
    ends = {}
    for figure in find_figures(text):
        assert figure.start < figure.end
        ends.setdefault((figure.start, figure.end), []).append(figure.kind)
    spans = sorted(ends)
    assert all(a[1] <= b[0] for a, b in pairwise(spans))


@pytest.mark.parametrize("text", ["9" * 7900 + "円", "1" * 5000 + "分の1", "0." + "1" * 5000])
def test_thousands_of_digits_are_no_figure_and_no_failure(text):
    assert find_figures(text) == []
