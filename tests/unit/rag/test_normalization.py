import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.normalization import comparable, continues, fold, normalise_line, unspace


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        pytest.param("ﾃﾞｰﾀｾﾝﾀｰ", "データセンター", id="half-width kana"),
        pytest.param("⼊⽤⽅", "入用方", id="Kangxi radicals"),
        pytest.param("ＰＭΟ", "PMO", id="a Greek letter among Latin ones"),
        pytest.param("Ωの抵抗", "Ωの抵抗", id="a Greek letter alone stays"),
        pytest.param("090ー1234ー5678", "090-1234-5678", id="long-vowel marks between digits"),
        pytest.param("データー", "データー", id="a long-vowel mark in a word stays"),
        pytest.param("①２つ", "①2つ", id="a circled number does not run into a figure"),
        pytest.param("\uf0d8要件", "・要件", id="a private-use bullet"),
        pytest.param("あ\u200bい", "あい", id="a zero-width space"),
        pytest.param("8時〜17時", "8時~17時", id="wave dashes"),
        pytest.param("壊れた\ud800字", "壊れた\ufffd字", id="a lone surrogate"),
    ],
)
def test_fold_makes_one_form_of_many(raw, folded):
    assert fold(raw) == folded


@pytest.mark.parametrize(
    ("line", "joined"),
    [
        pytest.param("計 画 策 定 支 援", "計画策定支援", id="a whole line"),
        pytest.param(
            "による計 画 書 の 作 成、技術", "による計画書の作成、技術", id="within running text"
        ),
        pytest.param("7 0 ％", "70％", id="a spaced-out percentage"),
        pytest.param("目 的", "目的", id="a heading of two characters"),
        pytest.param(
            "国庫補助 (本事業) 1/2 地方負担 1/2",
            "国庫補助 (本事業) 1/2 地方負担 1/2",
            id="cells stay apart",
        ),
        pytest.param("1月 2月 3月 4月 5月", "1月 2月 3月 4月 5月", id="a row of months"),
        pytest.param("3 5 2", "3 5 2", id="a row of counts"),
        pytest.param("a b c", "a b c", id="Latin letters"),
        pytest.param("Wi-Fi HaLow", "Wi-Fi HaLow", id="Latin words"),
    ],
)
def test_unspace_joins_spaced_out_words_only(line, joined):
    assert unspace(line) == joined


def test_a_wide_gap_parts_what_a_narrow_one_joins():
    assert normalise_line("上 限 １ 億 円  ※ 過 去 に") == "上限1億円 ※過去に"


@pytest.mark.parametrize(
    ("previous", "line", "width", "goes_on"),
    [
        pytest.param("地域の市場規模が縮小し、", "販路が減る", 30, True, id="after a comma"),
        pytest.param(
            "補助金交付申請までの間に地方公共団体を含むコンソーシ",
            "アムを形成",
            26,
            True,
            id="a full line",
        ),
        pytest.param(
            "自治体フロントヤード改革の推進",
            "モデル事例や手順書による",
            40,
            False,
            id="a short line ended by itself",
        ),
        pytest.param("実施する。", "次に進む", 5, False, id="after a full stop"),
        pytest.param("対象となる団体のうち次のもの", "・市町村", 14, False, id="before a bullet"),
        pytest.param("氏名\t電話", "番号", 5, False, id="a row of a table"),
        pytest.param(
            "高齢者の増加に伴", "い、社会保障", 8, True, id="before a letter that begins no word"
        ),
    ],
)
def test_lines_go_on_where_a_layout_broke_them(previous, line, width, goes_on):
    assert continues(previous, line, width=width) is goes_on


@given(st.text())
def test_fold_and_comparable_are_idempotent_and_never_fail(text):
    assert fold(fold(text)) == fold(text)
    assert comparable(comparable(text)) == comparable(text)


@given(st.text(alphabet="計画a1 　、。％\t", max_size=60))
def test_unspace_changes_nothing_but_spaces(line):
    assert unspace(line).replace(" ", "") == line.replace(" ", "")
