import re

from hypothesis import given
from hypothesis import strategies as st

from rag.units import normalise, readable, split_units

_SLIDE = """14ア-１  計画策定支援

＜対象＞デジタル技術を活用して地域課題の解決に取り組みたいと考えている又はその関心のある
地方公共団体など

年 間 を通 し て 複 数 フ ェーズ の 実 施 を予 定 し て おり 連 続 支 援 も 可 能 で す。
１団体当たり
３ヶ月程度の支援期間
"""


def test_broken_lines_are_joined_and_short_ones_stay_apart():
    assert [unit.text for unit in split_units(_SLIDE)] == [
        "14ア-1 計画策定支援",
        "<対象>デジタル技術を活用して地域課題の解決に取り組みたいと考えている又はその関心のある地方公共団体など",
        "年間を通して複数フェーズの実施を予定しており連続支援も可能です。",
        "1団体当たり",
        "3ヶ月程度の支援期間",
    ]


def test_sentences_of_one_line_are_parted_and_closing_brackets_stay():
    units = split_units("申請できます。（期限あり。）「はい。」と答えます。次です。")
    assert [unit.text for unit in units] == [
        "申請できます。",
        "(期限あり。)「はい。」と答えます。",
        "次です。",
    ]


def test_a_unit_can_be_cut_from_the_raw_text():
    unit = split_units(_SLIDE)[2]
    assert _SLIDE[unit.start : unit.end].startswith("年 間 を通 し て")
    assert unit.after_blank


def test_readable_keeps_the_characters_and_mends_the_spacing():
    assert (
        readable("上 限 １ 億 円\n\uf0d8 対象経費の 合\n計額") == "上限１億円\n・対象経費の 合計額"
    )


@given(st.text(alphabet="計画あア1a 　\n\t。、・①（）", max_size=200))
def test_units_hold_all_visible_text_in_order_without_overlap(raw):
    units = split_units(raw)
    position = 0
    for unit in units:
        assert position <= unit.start < unit.end <= len(raw)
        assert not raw[position : unit.start].strip()
        position = unit.end
    assert not raw[position:].strip()


@given(st.text(alphabet="計画あア1a 　\n\t。、・", max_size=200))
def test_readable_differs_from_the_source_in_white_space_only(raw):
    assert re.sub(r"\s", "", readable(raw)) == re.sub(r"\s", "", raw)


@given(st.text(max_size=200))
def test_normalise_never_fails(raw):
    assert isinstance(normalise(raw), str)


def test_readable_leaves_out_the_marks_of_markdown():
    raw = "## 料金\n\n| 口径 | 基本料金 |\n| --- | --- |\n| 13mm | **1,760円** |\n"
    assert readable(raw) == "料金\n口径　基本料金\n13mm　**1,760円**"
