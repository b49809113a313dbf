from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.answering.answer import Answer
from app.chat.presentation import mark_quotes, provider_line, writing_note
from app.chat.records import AskedQuestion, Writing

NO_SENTENCE = Answer(
    status="answered",
    text="補助率は1/2です。",
    premise="none",
    citations=(),
    nearest=(),
    notices=(),
    provider="extractive",
    generated=0,
    ms=1.0,
)
ONE_SENTENCE = replace(NO_SENTENCE, sentences=("1/2です。",), generated=1, provider="local")


def asked(answer: Answer, writing: Writing) -> AskedQuestion:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return AskedQuestion("0" * 32, "0" * 32, at, "補助率は？", answer, writing=writing)


@pytest.mark.parametrize(
    "writing", [w for w in Writing if w not in {Writing.NONE, Writing.WRITTEN}]
)
def test_without_a_sentence_one_line_says_why_and_what_the_answer_is(writing):
    note = writing_note(asked(NO_SENTENCE, writing))

    assert note.endswith("下の資料の抜粋が回答です。")
    assert note.count("。") == 2
    assert provider_line(asked(NO_SENTENCE, writing)) != "生成AI：使っていません"


@pytest.mark.parametrize("writing", [w for w in Writing if w is not Writing.NONE])
def test_sentences_that_stand_are_never_said_to_be_missing(writing):
    note = writing_note(asked(ONE_SENTENCE, writing))

    assert note
    assert "回答です" not in note
    assert provider_line(asked(ONE_SENTENCE, writing)).startswith("生成AI：local、1文")


def test_nothing_is_said_where_no_model_was_to_write():
    assert writing_note(asked(NO_SENTENCE, Writing.NONE)) == ""
    assert provider_line(asked(NO_SENTENCE, Writing.NONE)) == "生成AI：使っていません"


def marked(passage: str, *quotes: str) -> str:
    return "".join(
        f"[{segment.text}]" if segment.is_quote else segment.text
        for segment in mark_quotes(passage, quotes)
    )


def test_quote_is_marked_across_white_space():
    assert (
        marked("率は 補助対象\n経費の　1/2 です", "補助対象経費の1/2")
        == "率は [補助対象\n経費の　1/2] です"
    )


def test_several_and_overlapping_quotes_are_marked():
    assert marked("あいうえお", "あい", "えお") == "[あい]う[えお]"
    assert marked("あいうえお", "あいう", "いうえ") == "[あいうえ]お"


def test_missing_or_empty_quote_marks_nothing():
    assert marked("あいう", "かきく", "", " 　") == "あいう"
    assert mark_quotes("", ("あ",)) == ()


@given(st.text(max_size=60), st.lists(st.text(max_size=10), max_size=3))
def test_segments_always_give_the_passage_back(passage, quotes):
    segments = mark_quotes(passage, tuple(quotes))

    assert "".join(segment.text for segment in segments) == passage
    assert all(segment.text for segment in segments)


@given(st.text(max_size=40), st.integers(0, 40), st.integers(1, 40))
def test_what_is_in_the_passage_is_marked(passage, start, length):
    quote = passage[start : start + length]
    segments = mark_quotes(passage, (quote,))

    squeezed = "".join("".join(s.text for s in segments if s.is_quote).split())
    assert squeezed == "".join(quote.split())
