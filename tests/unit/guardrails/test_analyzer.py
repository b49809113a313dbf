"""The engine around the recognizers: any input, any thread, no network, no words of its own."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from presidio_analyzer import EntityRecognizer, RecognizerResult

from guardrails.pii.analyzer import PiiAnalyzer, WordlessNlpEngine
from guardrails.verdict import FindingType

ANALYZER = PiiAnalyzer()


class EverythingIsAPerson(EntityRecognizer):
    def __init__(self):
        super().__init__(["PERSON"], supported_language="ja")

    def load(self):
        pass

    def analyze(self, text, entities, nlp_artifacts):
        assert "PERSON" in entities
        self.seen = (text, nlp_artifacts)
        return [RecognizerResult("PERSON", 0, text.index("("), 0.9)]


class CountingNlpEngine(WordlessNlpEngine):
    calls = 0

    def process_text(self, text, language):
        self.calls += 1
        return super().process_text(text, language)


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=80)
    | st.lists(
        st.sampled_from(
            [*"0123456789-ー〇一 \n\t@.:/", "〒", "電話", "\ud800", "\u202e", "生", "記号"]
        ),
        max_size=60,
    ).map("".join)
)
def test_any_text_gives_sorted_disjoint_findings_within_it(text):
    findings = ANALYZER.analyze(text)
    place = 0
    for finding in findings:
        assert place <= finding.start < finding.end <= len(text)
        assert finding.type in set(FindingType)
        assert 0 < finding.score <= 1
        place = finding.end


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\ud800", "\u202e\u200f"])
def test_a_text_without_words_has_no_findings(text):
    assert ANALYZER.analyze(text) == []


def test_hidden_characters_within_a_number_belong_to_the_finding():
    text = "電話0\u200b90-12\u202e34-5678\u200fです"
    (finding,) = ANALYZER.analyze(text)
    assert text[finding.start : finding.end] == "0\u200b90-12\u202e34-5678"


def test_the_words_are_read_once_and_from_normalised_text():
    engine, recognizer = CountingNlpEngine(), EverythingIsAPerson()
    PiiAnalyzer(nlp_engine=engine, recognizers=[recognizer]).analyze("ﾀﾞﾝ(１９９０年１月２日)")
    assert engine.calls == 1
    assert recognizer.seen[0] == "ダン(1990年1月2日)"


def test_a_date_directly_behind_a_name_is_a_birth():
    analyzer = PiiAnalyzer(recognizers=[EverythingIsAPerson()])
    text = "ﾀﾞﾝ(１９９０年１月２日)が申請(1990年1月3日)"
    found = [(f.type, text[f.start : f.end]) for f in analyzer.analyze(text)]
    assert found == [("PERSON", "ﾀﾞﾝ"), ("DATE_OF_BIRTH", "１９９０年１月２日")]


@pytest.mark.parametrize(
    "piece",
    ["0", "0 ", "1-", "a@", "a.", "記号1", "http://", "090-1234-5678 ", "昭和60年4月1日", "LINE ID ", "::",
     "山形500あ", "(0)", "\n", "問い合わせ", "+1 ", "a-", "生年月日", "1234567 ", "https://a.b/?a=1&", "福祉課 "],
)  # fmt: skip
def test_no_text_makes_a_pattern_explode(piece):
    text = (piece * 20_000)[:20_000]
    started = time.perf_counter()
    ANALYZER.analyze(text)
    assert time.perf_counter() - started < 10


def test_threads_may_share_an_analyzer():
    texts = [f"電話{n}は090-1234-{n:04}です" for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ANALYZER.analyze, texts))
    assert [t[f[0].start : f[0].end] for t, f in zip(texts, found, strict=True)] == [
        f"090-1234-{n:04}" for n in range(40)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("お問い合わせ先\n福祉課 kosodate@city.example.lg.jp", []),
        ("kosodate@city.example.lg.jp に送った", ["kosodate@city.example.lg.jp"]),
        ("お問い合わせ先\n福祉課 taro@example.jp", ["taro@example.jp"]),
        ("お問い合わせ先\n相談者様 taro@city.example.lg.jp 福祉課", ["taro@city.example.lg.jp"]),
        ("お問い合わせ先\n福祉課\n\n返信は taro@city.example.lg.jp", ["taro@city.example.lg.jp"]),
    ],
)
def test_only_the_mail_of_an_office_in_its_paragraph_of_contact_is_public(text, found):
    assert [text[f.start : f.end] for f in ANALYZER.analyze(text)] == found
