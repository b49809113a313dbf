import pytest

from app.answering.question import MAX_QUESTION_CHARS, checked, read
from app.errors import QuestionRefusedError
from rag.tokenizer import SudachiWords

_WORDS = SudachiWords()


def _read(text):
    return read(checked(text), _WORDS, lambda _: 1.0)


@pytest.mark.parametrize(
    ("question", "advice"),
    [
        pytest.param("", "空", id="empty"),
        pytest.param(" 　\n\t", "空", id="white space"),
        pytest.param("\x00\x07", "空", id="control characters"),
        pytest.param("😀🎉", "文字がありません", id="emoji"),
        pytest.param("？！…", "文字がありません", id="punctuation"),
        pytest.param("あ" * (MAX_QUESTION_CHARS + 1), "長すぎ", id="too long"),
        pytest.param("\ud800", "文字がありません", id="a lone surrogate"),
    ],
)
def test_what_is_no_question_is_refused_with_advice(question, advice):
    with pytest.raises(QuestionRefusedError, match=advice):
        checked(question)


@pytest.mark.parametrize(
    "question",
    [
        "補助率は?",
        "What is the subsidy rate?",
        "보조율은?",
        "補助\x00率は\ud800？",
        "あ" * MAX_QUESTION_CHARS,
    ],
)
def test_questions_of_any_language_and_with_stray_characters_pass(question):
    assert checked(question)


@pytest.mark.parametrize(
    ("question", "asserts"),
    [
        ("補助率は2/3ですよね", True),
        ("6か月支援してもらえると聞いています", True),
        ("手数料は有料とのことですが", True),
        ("補助率は1/2でしたっけ", True),
        ("補助率はいくつでしたっけ", False),
        ("補助率はいくつですか", False),
        ("何回まで頼めるのでしょうか", False),
    ],
)
def test_a_question_that_takes_something_for_granted_is_known_by_its_form(question, asserts):
    assert _read(question).asserts is asserts


def test_the_words_before_the_interrogative_are_what_is_asked():
    assert "締め切り" in _read("計画策定支援の締切は何月何日ですか").attribute
    assert "座長" in _read("ワーキンググループの座長はどなたですか").attribute


def test_the_subject_itself_is_no_attribute():
    assert _read("児童手当はいくらもらえますか").attribute == ()
