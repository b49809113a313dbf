"""What SudachiDict says of a word by itself: a surname, a given name, a place, a common noun.

The words of a sentence depend on how it was cut (「門脇保健師」 is cut 門・脇保・健師); a candidate
looked up by itself does not.
"""

from __future__ import annotations

import re
import threading
from functools import lru_cache

from sudachipy import Dictionary

_SURNAME = "名詞-固有名詞-人名-姓"
_GIVEN = "名詞-固有名詞-人名-名"
_FOREIGN = "名詞-固有名詞-人名-一般"
_PLACE = "名詞-固有名詞-地名"
_PROPER = "名詞-固有名詞"

# Forms that registers write and the dictionary does not list; variation selectors choose a glyph.
_GLYPHS = str.maketrans("髙﨑𠮷德濵桒槗栁邉邊", "高崎吉徳浜桑橋柳辺辺")
_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")

_lock = threading.Lock()
_dictionaries: list[Dictionary] = []


def _dictionary() -> Dictionary:
    with _lock:
        if not _dictionaries:
            _dictionaries.append(Dictionary(dict="core"))
        return _dictionaries[0]


_TO_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}
_TO_KATAKANA = {code - 0x60: code for code in _TO_HIRAGANA}


@lru_cache(maxsize=50_000)
def tags(word: str) -> frozenset[str]:
    """All tags under which SudachiDict lists exactly this word; empty if it does not."""
    plain = _SELECTORS.sub("", word).translate(_GLYPHS)
    if not plain:
        return frozenset()
    return frozenset(
        "-".join(part for part in entry.part_of_speech()[:4] if part != "*")
        for entry in _dictionary().lookup(plain)
    )


def is_surname(word: str) -> bool:
    """Listed as 姓."""
    return _SURNAME in tags(word)


def is_given(word: str) -> bool:
    """Listed as 名, in this or the other kana."""
    return any(
        _GIVEN in tags(spelling)
        for spelling in {word, word.translate(_TO_HIRAGANA), word.translate(_TO_KATAKANA)}
    )


def is_foreign(word: str) -> bool:
    """Listed as a person's name that is neither 姓 nor 名: mostly foreign ones."""
    return _FOREIGN in tags(word)


def is_person(word: str) -> bool:
    """Listed as any name of a person."""
    return not tags(word).isdisjoint({_SURNAME, _GIVEN, _FOREIGN})


def is_place(word: str) -> bool:
    """Listed as the name of a place."""
    return any(tag.startswith(_PLACE) for tag in tags(word))


def is_common(word: str) -> bool:
    """Listed as something that is no proper name."""
    return any(not tag.startswith(_PROPER) for tag in tags(word))


def is_known(word: str) -> bool:
    """Listed at all."""
    return bool(tags(word))
