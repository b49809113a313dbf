"""GiNZA as Presidio's engine: offsets of the text given, whatever the text is."""

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from guardrails.pii.nlp import GinzaNlpEngine, segments

ENGINE = GinzaNlpEngine()


def test_it_loads_on_first_use():
    engine = GinzaNlpEngine()
    assert not engine.is_loaded()
    engine.process_text("佐藤さん", "ja")
    assert engine.is_loaded()


def test_persons_point_into_the_text():
    text = "昨日、鈴木一郎さんが来ました。" * 200
    artifacts = ENGINE.process_text(text, "ja")
    assert {entity.label_ for entity in artifacts.entities} == {"PERSON"}
    assert len(artifacts.entities) >= 190
    assert all(text[e.start_char : e.end_char] == e.text for e in artifacts.entities)


def test_words_carry_the_tags_of_the_dictionary():
    artifacts = ENGINE.process_text("佐々木まゆみです", "ja")
    assert [token.tag_ for token in artifacts.tokens][:2] == [
        "名詞-固有名詞-人名-姓",
        "名詞-固有名詞-人名-名",
    ]


@given(st.text(st.characters(), max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_text_keeps_its_length_and_offsets(text):
    tokens = ENGINE.process_text(text, "ja").tokens
    read = tokens.text
    assert len(read) == len(text)
    assert all(read[token.idx : token.idx + len(token.text)] == token.text for token in tokens)


def test_lone_surrogates_are_read_as_one_letter_each():
    artifacts = ENGINE.process_text("\ud800佐藤さん\udfff", "ja")
    assert artifacts.tokens.text == "\ufffd佐藤さん\ufffd"


@pytest.mark.parametrize("text", ["", "。", "あ" * 2500, "一文。二文!\n三文" * 300, "\n\n\n"])
def test_segments_join_to_the_text_and_stay_short(text):
    pieces = segments(text)
    assert "".join(pieces) == text
    assert all(0 < len(piece) <= 1000 for piece in pieces)


def test_a_text_longer_than_sudachi_reads_is_answered():
    text = "高橋さんから電話がありました。" * 4000
    assert len(text.encode()) > 49_149
    assert ENGINE.process_text(text[:20_000], "ja").entities


def test_several_threads_get_what_one_gets():
    texts = [
        f"{name}さんは{number}回来ました。" * 5
        for number, name in enumerate(("佐藤", "鈴木", "高橋", "田中"))
    ]
    alone = [[e.text for e in ENGINE.process_text(text, "ja").entities] for text in texts]
    together = [[] for _ in texts]

    def run(place):
        for _ in range(5):
            together[place] = [e.text for e in ENGINE.process_text(texts[place], "ja").entities]

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert together == alone
