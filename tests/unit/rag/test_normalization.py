import re
import unicodedata

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


def _folded_step_by_step(text):
    """Every step on every text, without a look at whether it has something to do."""
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    circled = r"([\u2460-\u2473\u24ea\u3251-\u325f])"
    text = "".join(
        piece if re.fullmatch(circled, piece) else unicodedata.normalize("NFKC", piece)
        for piece in re.split(circled, text)
    ).translate(str.maketrans("⺟⻄⻑⻘⻝⻤⻩⻫⻭⻲⻨", "母西長青食鬼黄斉歯亀麦"))
    text = re.sub(
        r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]", "", text
    )
    text = re.sub(r"[\uf000-\uf0ff]", "・", text)
    text = re.sub(r"[\ue000-\uf8ff\U000f0000-\U0010fffd]", " ", text)
    text = re.sub(r"[\u301c\uff5e\u223c]", "~", text)
    text = re.sub(r"(?<=\d)[\u2010-\u2015\u2212\u30fc\uff0d](?=\d)", "-", text)
    lookalikes = str.maketrans("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТХ", "ABEZHIKMNOPTYXABEKMHOPCTX")
    return re.sub(
        r"[A-Za-zΑ-ΩА-Я]{2,}",
        lambda word: (
            word.group().translate(lookalikes)
            if re.search(r"[A-Za-z]", word.group())
            else word.group()
        ),
        text,
    )


def test_fold_skips_no_step_that_a_character_needs():
    for code in range(0x110000):
        text = f"1{chr(code)}1A{chr(code)}"
        assert fold(text) == _folded_step_by_step(text), hex(code)


@given(st.text(alphabet="①㉑⻘⼊\uf0d8\ue000\U000f0000\ud800\u200b〜ーΟОＡa1１字\x00", max_size=12))
def test_fold_is_the_sum_of_its_steps(text):
    assert fold(text) == _folded_step_by_step(text)


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


@pytest.mark.parametrize(
    ("previous", "line", "goes_on"),
    [
        pytest.param(
            "書類の受理を行うのみで済むため、対応時", "間が10分減少した", True, id="kanji"
        ),
        pytest.param("市町村のネットワークをWebサー", "バーに集める", True, id="kana"),
        pytest.param("責任者の設置（兼務の場合も", "含め）の必要性", True, id="bracket"),
        pytest.param(
            "必要な書類は本人確認書類と戸籍の附票", "別の方が届け出るとき", False, id="sentence"
        ),
        pytest.param(
            "第二の課題は通信性能というボトルネック", "ローカル局の特長が", False, id="title"
        ),
        pytest.param(
            "責任者の設置（兼務", "必要性がある", False, id="a bracket that nothing closes"
        ),
    ],
)
def test_over_a_blank_line_only_a_broken_word_or_bracket_goes_on(previous, line, goes_on):
    assert continues(fold(previous), fold(line), width=80, over_blank=True) is goes_on


@given(st.text())
def test_fold_and_comparable_are_idempotent_and_never_fail(text):
    assert fold(fold(text)) == fold(text)
    assert comparable(comparable(text)) == comparable(text)


@given(st.text(alphabet="計画a1 　、。％\t", max_size=60))
def test_unspace_changes_nothing_but_spaces(line):
    assert unspace(line).replace(" ", "") == line.replace(" ", "")
