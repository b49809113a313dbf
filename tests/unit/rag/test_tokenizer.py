import pytest

from rag.tokenizer import SudachiWords

_WORDS = SudachiWords()


@pytest.mark.parametrize(
    ("text", "present"),
    [
        pytest.param("ローカル５Gの整備", {"5g", "整備"}, id="an identifier of figure and letter"),
        pytest.param("第12号様式", {"第12号"}, id="a numbered form"),
        pytest.param("R6-3の公募", {"r6-3", "r6"}, id="an identifier and its parts"),
        pytest.param("eL-QRの活用", {"el-qr", "qr"}, id="letters with a hyphen"),
        pytest.param("引越しと引っ越し", {"引っ越し"}, id="one form of two spellings"),
        pytest.param("特別交付税措置", {"特別", "交付税"}, id="parts of a compound"),
    ],
)
def test_words_that_are_searched_are_found(text, present):
    assert present <= set(_WORDS.tokenize(text))


def test_particles_and_polite_endings_are_left_out():
    assert set(_WORDS.tokenize("補助率はいくらですか")) == {"補助", "率"}


def test_names_are_places_people_and_identifiers():
    assert {"山形市", "dx"} <= _WORDS.names("山形市のDX推進")
    assert _WORDS.names("補助率を教えて") == frozenset()


@pytest.mark.parametrize(
    "hostile", ["", "\x00\x01", "\ud800", "😀😀", "あ" * 60_000, "a" * 60_000, "１" * 20_000]
)
def test_hostile_text_is_cut_into_words_without_failing(hostile):
    assert isinstance(_WORDS.tokenize(hostile), list)
    assert isinstance(_WORDS.names(hostile), frozenset)
