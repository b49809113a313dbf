"""The policy file: typed, refused when unknown, and recognizers without code."""

from __future__ import annotations

import time

import pytest

from guardrails.pii.analyzer import PiiAnalyzer
from guardrails.policy import PolicyError, default_policy, load_policy
from guardrails.verdict import FindingType


@pytest.fixture
def policy_of(tmp_path):
    def load(text: str):
        path = tmp_path / "guardrails.yaml"
        path.write_text(text, encoding="utf-8")
        return load_policy(path)

    return load


def found(policy, text):
    return [(f.type, text[f.start : f.end]) for f in PiiAnalyzer(policy).analyze(text)]


def test_without_a_file_the_shipped_policy_holds(tmp_path):
    assert load_policy(tmp_path / "none.yaml") == default_policy()


def test_a_file_changes_only_what_it_names(policy_of):
    policy = policy_of("thresholds: {PHONE: 0.9}\nallowed: [0995-00-0000]\n")
    assert policy.threshold == default_policy().threshold
    assert policy.thresholds == {FindingType.PHONE: 0.9}
    assert policy.allowed == (*default_policy().allowed, "0995-00-0000")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("treshold: 0.4", "「treshold」という項目はありません"),
        (
            "recognizers: [{name: a, type: URL, patterns: [a], pattern: b}]",
            "「recognizers.0.pattern」",
        ),
        ("threshold: 2", "「threshold」の値が正しくありません"),
        ("thresholds: {NAME: 0.5}", "「thresholds.NAME"),
        ("recognizers: [{name: a, type: URL, patterns: ['(']}]", "正規表現「(」が正しくありません"),
        ("recognizers: [{name: a, type: CLASSIFICATION_MARK, patterns: [a]}]", "指定できません"),
        ("recognizers: [{name: a, type: URL, patterns: [a], validation: eval}]", "validation"),
        ("- a", "項目名: 値"),
        ("a: [", "YAML として読めません"),
        ("1: a", "項目名: 値"),
    ],
)
def test_what_the_file_may_not_say_is_refused_in_japanese(policy_of, text, said):
    with pytest.raises(PolicyError, match=r"guardrails\.yaml") as refused:
        policy_of(text)
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("市民カード CZ-123456 を紛失", True),
        ("市民カード ＣＺ－１２３４５６ を紛失", True),
        ("品番 CZ-123456", False),
        ("市民カード見本 CZ-123456", False),
    ],
)
def test_a_recognizer_is_added_without_code(policy_of, text, is_found):
    policy = policy_of(
        "recognizers:\n  - name: 市民カード\n    type: RESIDENT_CODE\n"
        "    patterns: ['(?<![0-9A-Z])(?P<value>CZ-[0-9]{6})']\n"
        "    context: [市民カード]\n    negative_context: [見本]\n"
    )
    assert bool(found(policy, text)) is is_found


def test_an_added_recognizer_may_check_digits(policy_of):
    policy = policy_of(
        "recognizers: [{name: 会員証, type: RESIDENT_CODE, patterns: ['K([0-9]{8})'], validation: luhn}]"
    )
    assert found(policy, "K33120015とK33120016") == [("RESIDENT_CODE", "K33120015")]


def test_a_pattern_that_explodes_is_given_up_in_time_and_the_others_go_on(policy_of, caplog):
    policy = policy_of("recognizers: [{name: 爆弾, type: URL, patterns: ['(a|aa)+$']}]")
    text = "a" * 2_000 + "! 090-1234-5678"
    started = time.perf_counter()
    assert found(policy, text) == [("PHONE", "090-1234-5678")]
    assert time.perf_counter() - started < 5
    assert "爆弾" in caplog.text
    assert "aaaa" not in caplog.text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("disabled: [PHONE]", []),
        ("thresholds: {PHONE: 0.99}", []),
        ("allowed: ['０９０（１２３４）５６７８']", []),
        ("allowed: ['090-1234-5679']", [("PHONE", "090-1234-5678")]),
    ],
)
def test_switches_thresholds_and_allowed_values_decide_what_is_masked(policy_of, text, left):
    assert found(policy_of(text), "電話は090-1234-5678") == left


def test_offices_may_be_masked_too(policy_of):
    text = "市役所 0995-45-5111"
    assert found(default_policy(), text) == []
    assert found(policy_of("offices_are_public: false"), text) == [("PHONE", "0995-45-5111")]
