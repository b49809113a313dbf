"""Placeholders: one label a type, the same value the same number, no collision."""

from __future__ import annotations

import pytest

from guardrails.pii.analyzer import PiiAnalyzer
from guardrails.pii.masking import LABELS, Numbering, mask, value_key
from guardrails.verdict import Finding, FindingType

ANALYZER = PiiAnalyzer()


def masked(text: str) -> str:
    return mask(text, ANALYZER.analyze(text)).text


def at(text: str, value: str, kind: str) -> Finding:
    start = text.index(value)
    return Finding(kind, start, start + len(value), 0.9)


def test_every_type_of_personal_data_has_a_label_of_its_own():
    assert set(LABELS) == set(FindingType) - {FindingType.CLASSIFICATION_MARK}
    assert len(set(LABELS.values())) == len(LABELS)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("電話は090-1234-5678です", "電話は〔電話番号1〕です"),
        ("090-1234-5678か０９０（１２３４）５６７８へ", "〔電話番号1〕か〔電話番号1〕へ"),
        ("090-1234-5678か080-1234-5678へ", "〔電話番号1〕か〔電話番号2〕へ"),
        ("〔電話番号1〕ではなく090-1234-5678", "〔電話番号1〕ではなく〔電話番号2〕"),
        (
            "[電話番号１]、【電話番号 2】、090-1234-5678",
            "[電話番号１]、【電話番号 2】、〔電話番号3〕",
        ),
        ("保険証の記号は山国、番号は0481236", "保険証の記号は〔健康保険1〕、番号は〔健康保険2〕"),
        ("要件はありません", "要件はありません"),
    ],
)
def test_values_become_placeholders(given, expected):
    assert masked(given) == expected


def test_an_address_without_a_municipality_is_replaced_as_a_whole():
    text = "住所は旭町4-2-10です"
    assert mask(text, [at(text, "旭町4-2-10", "ADDRESS")]).text == "住所は〔住所1〕です"


def test_a_mark_is_reported_and_stays():
    text = "部外秘 案"
    assert mask(text, [at(text, "部外秘", "CLASSIFICATION_MARK")]).text == text


def test_numbers_go_on_through_a_conversation():
    numbering = Numbering()
    first, second = "佐藤です", "佐藤と鈴木です"
    mask(first, [at(first, "佐藤", "PERSON")], numbering)
    findings = [at(second, "佐藤", "PERSON"), at(second, "鈴木", "PERSON")]
    assert mask(second, findings, numbering).text == "〔氏名1〕と〔氏名2〕です"


def test_the_values_restore_the_text():
    text = "090-1234-5678、taro@example.jp、123456789018"
    result = mask(text, ANALYZER.analyze(text))
    restored = result.text
    for name, value in result.values.items():
        restored = restored.replace(name, value)
    assert restored == text
    assert len(result.values) == 3


@pytest.mark.parametrize(
    ("kind", "one", "other", "is_same"),
    [
        ("PHONE", "090-1234-5678", "０９０ １２３４ ５６７８", True),
        ("PERSON", "山田 太郎", "山田太郎", True),
        ("EMAIL", "Taro@example.jp", "taro@example.jp", True),
        ("EMAIL", "a.b@example.jp", "ab@example.jp", False),
        ("PERSON", "山田太郎", "山田次郎", False),
    ],
)
def test_spelling_makes_no_other_value(kind, one, other, is_same):
    assert (value_key(kind, one) == value_key(kind, other)) is is_same
