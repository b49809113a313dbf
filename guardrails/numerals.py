"""Digits and dashes in the many ways of writing them, in text that NFKC has folded already.

Ordinary words keep their numerals: 一番大事, 三浦, 五十嵐, 七五三, 四日市, 三番町.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\u2500\u2501\u301c~-"
_FOLDED_DASHES = _DASHES.replace("\u301c", "").replace("~", "")  # from 1 to 3 is no hyphen
_ZEROS = "〇○◯零"
_ONES = "一二三四五六七八九"
_LEGAL_ONES = "壱弐参"
_DIGIT = f"[{_ZEROS}{_ONES}{_LEGAL_ONES}]"
_NUMERAL = f"[{_ZEROS}{_ONES}十百千]"
_VALUES = {
    **dict.fromkeys(_ZEROS, "0"),
    **{kanji: str(n) for n, kanji in enumerate(_ONES, 1)},
    **{kanji: str(n) for n, kanji in enumerate(_LEGAL_ONES, 1)},
}
_UNITS = {"十": 10, "百": 100, "千": 1000}
_RUN = re.compile(f"(?:{_DIGIT}[ {_FOLDED_DASHES}]{{0,2}}){{3,}}{_DIGIT}")
_CHAIN = re.compile(
    f"(?<!{_NUMERAL}){_NUMERAL}{{1,5}}(?:[{_FOLDED_DASHES}](?:{_NUMERAL}{{1,5}}|[0-9]{{1,5}}))+"
)
_COUNTED = re.compile(
    f"{_NUMERAL}{{1,6}}(?=丁目|番地|番{_NUMERAL}{{1,5}}号|番[0-9]+号|号室|号棟)"
    f"|{_NUMERAL}{{1,6}}(?=年 ?{_NUMERAL}{{1,3}}月)"
    f"|(?<=番地){_NUMERAL}{{1,5}}|(?<=番地[のノ之-]){_NUMERAL}{{1,5}}"
    f"|(?<=番){_NUMERAL}{{1,5}}(?=号)"
    f"|(?<=年){_NUMERAL}{{1,3}}(?=月)|(?<=月){_NUMERAL}{{1,3}}(?=日)"
)
_DASH = re.compile(rf"(?<=[0-9)])( ?)[{_FOLDED_DASHES}](?= ?[0-9(])")
Fold = tuple[int, int, str]


def number_folds() -> tuple[Callable[[str], Iterator[Fold]], ...]:
    """Steps to run one after the other: each finds stretches of a text and what they become."""
    return (_runs, _chains, _counted, _dashes)


def _runs(text: str) -> Iterator[Fold]:
    """Four kanji digits or more are a number: 〇九〇ー一二三四. A row of ○ alone is a blank."""
    for match in _RUN.finditer(text):
        written = match.group()
        if any(character in _ONES or character == "〇" for character in written):
            yield match.start(), match.end(), _digits(written)


def _chains(text: str) -> Iterator[Fold]:
    """一ー二ー三: after a kanji a long-vowel mark is a dash."""
    for match in _CHAIN.finditer(text):
        parts = re.split(f"([{_FOLDED_DASHES}])", match.group())
        yield match.start(), match.end(), "-".join(map(arabic, parts[::2]))


def _counted(text: str) -> Iterator[Fold]:
    """Numerals before a counter of addresses and in whole dates: 二丁目, 三番地, 十六年十月九日."""
    for match in _COUNTED.finditer(text):
        yield match.start(), match.end(), arabic(match.group())


def _dashes(text: str) -> Iterator[Fold]:
    for match in _DASH.finditer(text):
        yield match.start(), match.end(), f"{match.group(1)}-"


def arabic(written: str) -> str:
    """六千三 -> 6003, 一四 -> 14, 〇七 -> 07; digits stay."""
    if not any(character in _UNITS for character in written):
        return _digits(written)
    total, digit = 0, 0
    for character in written:
        if character in _UNITS:
            total += max(digit, 1) * _UNITS[character]
            digit = 0
        else:
            digit = digit * 10 + int(_VALUES.get(character, character))
    return str(total + digit)


def _digits(written: str) -> str:
    return "".join(
        _VALUES.get(character, "-" if character in _FOLDED_DASHES else character)
        for character in written
    )
