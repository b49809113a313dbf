from app.answering.reading import RememberingTokenizer, units_of
from rag.passage import DocumentInfo
from rag.units import split_units

_TEXT = "補助率は2分の1です。\n申請は窓口でします。"


class _Counting:
    def __init__(self, words):
        self._words = words
        self.asked = []

    def tokenize(self, text):
        self.asked.append(text)
        return self._words.tokenize(text)

    def names(self, text):
        return self._words.names(text)


def test_a_text_is_cut_once_and_always_alike(words):
    counting = _Counting(words)
    remembering = RememberingTokenizer(counting)
    first = remembering.tokenize(_TEXT)
    first.append("changed by its owner")

    assert remembering.tokenize(_TEXT) == words.tokenize(_TEXT)
    assert counting.asked == [_TEXT]
    assert remembering.names("総務省") == words.names("総務省")


def test_units_are_those_of_the_text():
    assert list(units_of(_TEXT)) == split_units(_TEXT)


def test_what_was_asked_is_not_remembered(ask, monkeypatch):
    remembered = []
    monkeypatch.setattr(
        RememberingTokenizer,
        "tokenize",
        lambda self, text: remembered.append(text) or self._tokenizer.tokenize(text),
    )
    question = "補助率は2分の1ですよね、霧島さん"
    info = DocumentInfo("hojo", "補助事業", "staff", "L2")

    ask(question, (info, _TEXT))

    assert remembered
    assert not any("霧島" in text for text in remembered)
