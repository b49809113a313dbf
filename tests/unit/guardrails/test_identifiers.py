"""Identifiers in texts: what is found, exactly, and what is not. The table is identifiers.yaml."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from guardrails.normalization import normalize
from guardrails.pii.analyzer import PiiAnalyzer
from guardrails.pii.recognizers.registry import identifier_recognizers
from guardrails.policy import default_policy

TABLE: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "identifiers.yaml").read_text(encoding="utf-8")
)
ANALYZER = PiiAnalyzer()
RECOGNIZERS = identifier_recognizers(default_policy())

_MARKED = re.compile(r"⟦(?:([A-Z_]+)\|)?(.*?)⟧", re.DOTALL)


def read(kind: str, marked: str) -> tuple[str, set[tuple[str, str, int]]]:
    """The text, and type, value and place of what must be found in it."""
    text, place, expected = "", 0, set()
    for match in _MARKED.finditer(marked):
        text += marked[place : match.start()]
        expected.add((match[1] or kind, match[2], len(text)))
        text += match[2]
        place = match.end()
    return text + marked[place:], expected


CASES = [(kind, marked) for kind, texts in TABLE.items() for marked in texts]


@pytest.mark.parametrize(("kind", "marked"), CASES, ids=[marked[:24] for _, marked in CASES])
def test_a_text_gives_exactly_what_is_marked_in_it(kind, marked):
    text, expected = read(kind, marked)
    found = {(f.type, text[f.start : f.end], f.start) for f in ANALYZER.analyze(text)}
    assert found == expected


@pytest.mark.parametrize("recognizer", RECOGNIZERS, ids=lambda each: each.name)
def test_a_recognizer_finds_its_own_kind_and_leaves_ordinary_numbers_alone(recognizer):
    """Against more texts without its kind than with it."""
    kind = recognizer.supported_entities[0]
    assert len(TABLE["NOTHING"]) > len(TABLE[kind])
    for marked in TABLE["NOTHING"]:
        text = normalize(marked).text
        found = [r for r in recognizer.analyze(text, [kind]) if r.score >= 0.5]
        assert not found, marked


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("番号は123456789018です", "MY_NUMBER"),
        ("免許証の番号は123456789018です", "DRIVERS_LICENSE"),
        ("受付番号は123456789018です", None),
        ("申請番号 1、マイナンバー 123456789018", "MY_NUMBER"),
        ("マイナンバーではなく受付番号123456789018", None),
    ],
)
def test_the_nearest_label_decides_what_twelve_digits_are(given, expected):
    assert {f.type for f in ANALYZER.analyze(given)} == ({expected} if expected else set())


@pytest.mark.parametrize(
    ("digits", "is_valid"),
    [("123456789018", True), ("123456789019", False), ("123456789012", False)],
)
def test_a_mistyped_number_with_its_label_is_found_and_said_to_be_unchecked(digits, is_valid):
    (finding,) = ANALYZER.analyze(f"マイナンバー{digits}")
    assert finding.is_valid is is_valid


@pytest.mark.parametrize(
    "before", ["は", "番", "ー", "「", "(", "。", "\n", "\t", "あ", "ア", "龥"]
)
@pytest.mark.parametrize("after", ["で", "番", "」", ")", "。", "\n", "\t", "が", "ア", "龥"])
def test_kana_and_kanji_may_touch_a_number(before, after):
    text = f"電話{before}090-1234-5678{after}"
    assert [text[f.start : f.end] for f in ANALYZER.analyze(text)] == ["090-1234-5678"]
