"""When two texts hold the same value: as the masking looks for it, and the outbound check after it.

Both use the one comparison here, so what one leaves the other does not refuse.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_DASHES = frozenset("-‐‑‒–—―−⁃﹣˗﹘")
_LONG_VOWEL = "ー"
_KANJI = re.compile(r"[\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_NUMBER = re.compile(r"[\d\s()+./・-]+")
_DASH_AFTER_DIGIT = re.compile(rf"(?<=\d){_LONG_VOWEL}")
_SEPARATORS = re.compile(r"[^\d+]")
# Shorter ones are met by chance. A name in kana may be a word, a short number any figure.
_SHORTEST_WITH_KANJI = 3
_SHORTEST_KANA = 4
_SHORTEST_ASCII = 6
CONTEXT_CHARS = 2


@dataclass(frozen=True)
class Folded:
    """Text to search in: no width, case, white space or dashes.

    `places[i]` is the code point of the original that `text[i]` came from.
    """

    text: str
    places: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original behind `text[start:end]`, which must not be empty."""
        return self.places[start], self.places[end - 1] + 1

    def around(self, start: int, end: int) -> tuple[str, str]:
        """What stands before and behind a stretch of the original, CONTEXT_CHARS each."""
        first, last = bisect_left(self.places, start), bisect_left(self.places, end)
        before = self.text[max(first - CONTEXT_CHARS, 0) : first]
        return before, self.text[last : last + CONTEXT_CHARS]


def fold(text: str) -> Folded:
    """Decomposed code point by code point, so that ﾊﾞ and バ are the same."""
    characters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for each in unicodedata.normalize("NFKD", character).casefold():
            if _is_dropped(each, characters[-1] if characters else ""):
                continue
            characters.append(each)
            places.append(place)
    return Folded("".join(characters), tuple(places))


def _is_dropped(character: str, before: str) -> bool:
    if character == _LONG_VOWEL:
        return before.isdigit()  # it was meant for a dash
    is_layout = character.isspace() or character in _DASHES
    return is_layout or unicodedata.category(character) in {"Cc", "Cf"}


def identity(value: str) -> str:
    """Equal for two spellings of one value: 山田　太郎 and 山田 太郎, 090-… and ０９０（…）."""
    plain = unicodedata.normalize("NFKC", value).casefold()
    plain = "".join("-" if each in _DASHES else each for each in plain if not each.isspace())
    plain = _DASH_AFTER_DIGIT.sub("-", plain)
    return _SEPARATORS.sub("", plain) if _NUMBER.fullmatch(plain) else plain


def is_distinctive(folded_value: str) -> bool:
    """Whether it is no accident where this stands in a text."""
    if folded_value.isascii():
        return len(folded_value) >= _SHORTEST_ASCII
    shortest = _SHORTEST_WITH_KANJI if _KANJI.search(folded_value) else _SHORTEST_KANA
    return len(folded_value) >= shortest


@dataclass(frozen=True)
class Needle:
    """A folded text to look for; the value is its `start:end`, around it what stood beside it.

    `label` and `identity` name the value.
    """

    text: str
    start: int
    end: int
    label: str
    identity: str


def needles(
    named: tuple[str, str], spelling: str, contexts: Iterable[tuple[str, str]], common: str
) -> Iterator[Needle]:
    """How one spelling of a value is looked for.

    A value that is short, or stands in `common` (folded texts of our own), would be met by chance:
    it is looked for with its neighbours, and not at all where that says no more.
    """
    value = fold(spelling).text
    if not any(each.isalnum() for each in value):  # signs say nothing of anybody
        return
    if is_distinctive(value) and value not in common:
        yield Needle(value, 0, len(value), *named)
        return
    for before, behind in contexts:
        text = f"{before}{value}{behind}"
        if len(text) > len(value) and is_distinctive(text) and text not in common:
            yield Needle(text, len(before), len(before) + len(value), *named)


def occurrences(needle: Needle, folded: Folded) -> Iterator[tuple[int, int]]:
    """Spans of the value in the original text."""
    at = folded.text.find(needle.text)
    while at >= 0:
        yield folded.original_span(at + needle.start, at + needle.end)
        at = folded.text.find(needle.text, at + 1)
