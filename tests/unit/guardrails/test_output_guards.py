import logging
import re
import tomllib
from pathlib import Path

import pytest

from guardrails.output import guards as chain
from guardrails.output.guards import OutputGuard, make_output_guard
from guardrails.output.outcome import Kept, OutputContext, Removed
from guardrails.output.reasons import GUARD_REASON_SENTENCES, GuardReason
from guardrails.output.vocabulary import load_words
from guardrails.verdict import Finding

_LISTS = sorted(
    path for path in Path(chain.__file__).parent.glob("*.toml") if path.stem != "hotlines"
)


class _Names:
    """Finds one name."""

    def __init__(self, name, kind="PERSON"):
        self._name = name
        self._kind = kind

    def analyze(self, text):
        start = text.find(self._name)
        return [Finding(self._kind, start, start + len(self._name), 0.9)] if start >= 0 else []


class _Broken:
    name = "broken"

    def check(self, sentence, _context):
        raise ValueError(sentence.text)


def test_a_guard_that_fails_closes_the_gate_and_logs_no_text(parse, caplog):
    guard = OutputGuard([_Broken()], parse)
    with caplog.at_level(logging.DEBUG):
        outcome = guard.check("佐藤花子さんの申請です。", OutputContext(()))
    assert outcome == Removed(GuardReason.GUARD_FAILED)
    assert "broken" in caplog.text
    assert "佐藤" not in caplog.text


def test_a_sentence_that_cannot_be_read_is_not_shown():
    def parse(_text):
        raise RuntimeError("parser")

    guard = make_output_guard(parse)
    assert guard.check("手当です。", OutputContext(())) == Removed(GuardReason.GUARD_FAILED)


@pytest.mark.parametrize("text", ["", "。", "\ud800", "()", "a" * 60_000, "は" * 5_000])
def test_odd_text_never_raises(text, parse):
    assert make_output_guard(parse).check(text, OutputContext(())) is not None


@pytest.mark.parametrize(
    ("question", "cited", "is_told"),
    [
        ("担当は?", (), False),
        ("田中 一郎さんの件です。", (), True),
        ("委員は?", ("委員長 田中一郎",), True),
    ],
)
def test_a_name_is_told_only_if_it_was_said_or_cited(question, cited, is_told, parse):
    guard = make_output_guard(parse, analyzer=_Names("田中一郎"))
    outcome = guard.check("田中一郎さんです。", OutputContext((question,), cited))
    assert outcome == (
        Kept("田中一郎さんです。") if is_told else Removed(GuardReason.PERSONAL_DATA)
    )


def test_an_address_may_be_written_in_another_way(parse):
    guard = make_output_guard(parse, analyzer=_Names("よりそい市中央1丁目2番3号", "ADDRESS"))
    text = "会場はよりそい市中央1丁目2番3号です。"
    context = OutputContext((), ("会場 よりそい市中央1-2-3",))
    assert guard.check(text, context) == Kept(text)


def test_a_telephone_number_is_left_to_the_lists(parse):
    guard = make_output_guard(parse, analyzer=_Names("000-123-4567", "PHONE"))
    text = "電話は000-123-4567です。"
    assert guard.check(text, OutputContext((), ("000-123-4567",))) == Kept(text)


@pytest.mark.parametrize(
    ("text", "is_listening", "is_told"),
    [
        ("上限は2,000,000円です。", False, True),
        ("上限は300万円です。", False, False),
        ("3か月も眠れていないのですね。", True, True),
        ("3か月も眠れていないのですね。", False, False),
        ("一つだけ教えていただけますか。", True, True),
        ("8割の人が眠れません。", True, False),
    ],
)
def test_figures_come_from_the_cited_text_or_are_said_back(text, is_listening, is_told, parse):
    context = OutputContext(("3か月眠れません。",), ("上限 200万円",), "staff", is_listening)
    outcome = make_output_guard(parse).check(text, context)
    assert outcome == (Kept(text) if is_told else Removed(GuardReason.FIGURE))


def test_every_reason_has_a_japanese_sentence():
    assert set(GUARD_REASON_SENTENCES) == set(GuardReason)
    assert all(re.fullmatch(r"[^\n]+。", text) for text in GUARD_REASON_SENTENCES.values())


@pytest.mark.parametrize("path", _LISTS, ids=lambda path: path.stem)
def test_every_list_of_words_has_a_reason_and_is_read(path):
    names = tomllib.loads(path.read_text("utf-8")).keys()
    assert load_words(path.stem).keys() == names
    sources = "".join(each.read_text("utf-8") for each in path.parent.glob("*.py"))
    assert not [name for name in names if f'"{name}"' not in sources]
