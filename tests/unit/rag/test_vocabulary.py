import pytest

from rag.vocabulary import load_vocabulary, read_vocabulary

_SMALL = read_vocabulary(
    """
    [[entry]]
    say = ["ワンコ", "わんちゃん"]
    means = ["犬"]
    [[entry]]
    say = ["引っ越し"]
    means = ["転居", "転入", "転出"]
    [[entry]]
    say = ["引っ越しごみ"]
    means = ["粗大ごみ"]
    """
)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        pytest.param("ワンコを飼いはじめた", ("犬",), id="an everyday word"),
        pytest.param("ﾜﾝｺ を飼う", ("犬",), id="half width"),
        pytest.param("ワンコと犬の違い", (), id="said already"),
        pytest.param("引っ越しの届け", ("転居", "転入"), id="the two most usual meanings"),
        pytest.param("引っ越しごみを出す", ("粗大ごみ",), id="the longer word counts"),
        pytest.param("補助率は", (), id="nothing known"),
        pytest.param("", (), id="empty"),
    ],
)
def test_everyday_words_bring_the_official_ones(question, words):
    assert _SMALL.official_words(question) == words


def test_the_committed_vocabulary_can_be_read():
    assert load_vocabulary().official_words("ワンコを飼いたい")


@pytest.mark.parametrize(
    "text",
    [
        '[[entry]]\nsay = ["犬"]\nmeans = ["いぬ"]',
        '[[entry]]\nsay = ["ワンコ", "ワンコ"]\nmeans = ["犬"]',
        '[[entry]]\nsay = []\nmeans = ["犬"]',
        '[[entry]]\nsay = ["ワンコ"]',
        '[[entry]]\nsay = ["ワンコ"]\nmeans = ["犬"]\nmore = 1',
    ],
)
def test_an_entry_that_is_not_one_is_refused(text):
    with pytest.raises(ValueError, match="vocabulary"):
        read_vocabulary(text)
