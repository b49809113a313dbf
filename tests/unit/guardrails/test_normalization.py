"""Normalised text and the way back: every finding points into the original."""

from __future__ import annotations

import time
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.normalization import comparable, normalize

PIECES = st.sampled_from([
    *"０９aＡあアｱ一二〇十年月日番地号丁目のー－-〜ｰ‐–—−・．＠@ 　\t\n\r(㍻㈱①②⑩が각",
    *("ﾊﾞ", "ﾊﾟ", "か\u3099", "ｶﾞ", "e\u0301", "\u1100\u1161", "\u20e3", "\u0301", "\u3099", "\r\n"),
    *("\u200b", "\u200f", "\u202e", "\u2066", "\ufeff", "\ufe0f", "辻\U000e0101", "\ud800", "\udfff"),
    *("1\ufe0f\u20e3", "二丁目三番地", "〇九〇ー一二三四", "昭和十六年十月九日"),
])  # fmt: skip
TEXTS = st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60)


@given(TEXTS)
def test_every_character_has_a_stretch_of_the_original_and_stretches_rise(text):
    normalized = normalize(text)
    assert len(normalized.text) == len(normalized.starts) == len(normalized.ends)
    assert list(normalized.starts) == sorted(normalized.starts)
    assert list(normalized.ends) == sorted(normalized.ends)
    assert all(
        0 <= start < end <= len(text)
        for start, end in zip(normalized.starts, normalized.ends, strict=True)
    )


@given(TEXTS, st.data())
def test_a_span_made_from_the_original_covers_what_it_was_made_from(text, data):
    normalized = normalize(text)
    if not normalized.text:
        return
    start = data.draw(st.integers(0, len(normalized.text) - 1))
    end = data.draw(st.integers(start + 1, len(normalized.text)))
    first, last = normalized.normalized_span(*normalized.original_span(start, end))
    assert first <= start
    assert end <= last


@given(TEXTS)
def test_normalised_text_is_stable_and_can_be_encoded(text):
    once = normalize(text).text
    assert normalize(once).text == once
    once.encode()


@given(st.text(st.sampled_from("Ａａ１ｱﾊﾞﾟが㍻㈱ﬁ½"), max_size=20))
def test_without_numerals_and_signs_it_is_nfkc(text):
    assert normalize(text).text == unicodedata.normalize("NFKC", text)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("０９０ー１２３４ー５６７８", "090-1234-5678"),
        ("090 － 1234 ― 5678", "090 - 1234 - 5678"),
        ("〇九〇ー一二三四ー五六七八", "090-1234-5678"),
        ("三五九一四五四八", "35914548"),
        ("二丁目三番地", "2丁目3番地"),
        ("六千三番地", "6003番地"),
        ("一四番地ノ二", "14番地ノ2"),
        ("一番二号", "1番2号"),
        ("一ー二ー三", "1-2-3"),
        ("昭和十六年十月九日", "昭和16年10月9日"),
        ("二〇一五年一月三十一日", "2015年1月31日"),
        ("ﾊﾞｽ", "バス"),
        ("ｔａｒｏ＠ｅｘａｍｐｌｅ．ｊｐ", "taro@example.jp"),
        ("①090-1234-5678", "(1)090-1234-5678"),
        ("①②③", "123"),
        ("09\u200b0-12\u202e34", "090-1234"),
        ("٠٩٠-١٢٣٤", "090-1234"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("\ud800です", "\ufffdです"),
    ],
)
def test_numbers_are_written_in_one_way(given, expected):
    assert normalize(given).text == expected


@pytest.mark.parametrize(
    "word",
    [
        "一番大事なこと", "三番町", "五十嵐三郎", "七五三", "四日市", "三浦", "二の腕", "三の丸", "一関市", "八十二歳",
        "一人ひとり", "五月", "九条", "千代田", "ゴールデンウィーク", "コーヒー2杯", "スーパー", "○○○○株式会社",
        "一一九番", "三々九度", "十分", "万一", "三日月", "第一",
    ],
)  # fmt: skip
def test_ordinary_words_keep_their_numerals_and_vowel_marks(word):
    assert normalize(word).text == word


def test_a_finding_reaches_over_what_was_dropped_and_joined():
    text = "辻\U000e0101さん ㍻\u200b二十年一月三日"
    normalized = normalize(text)
    place = normalized.text.index("平成20年1月3日")
    start, end = normalized.original_span(place, place + len("平成20年1月3日"))
    assert text[start:end] == "㍻\u200b二十年一月三日"
    assert normalized.original_span(0, 1) == (0, 2)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("０９０ー１２３４", "090-1234"),
        ("山田　太郎", "山田太郎"),
        ("Taro", "ＴＡＲＯ"),
        ("ﾔﾏﾀﾞ", "ヤマダ"),
    ],
)
def test_the_same_value_in_another_spelling_compares_equal(one, other):
    assert comparable(one) == comparable(other)


@settings(max_examples=20, deadline=None)
@given(st.lists(PIECES, min_size=1, max_size=4).map("".join))
def test_time_grows_with_the_length_alone(piece):
    text = (piece * 20_000)[:20_000]
    started = time.perf_counter()
    normalize(text)
    assert time.perf_counter() - started < 5
