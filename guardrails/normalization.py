"""Text made comparable for the recognizers, with the way back to the original.

Width and composition (NFKC), invisible characters, dashes between digits, and kanji numerals where
a number is meant. Everything runs in linear time and takes any string, lone surrogates included.
"""

from __future__ import annotations

import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from guardrails.numerals import number_folds

_LONGEST_CLUSTER = 32  # canonical reordering of endless combining marks is quadratic
_LINE_ENDS = frozenset({"\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"})
_KEPT_CONTROLS = frozenset({"\t", "\n"})
_INVISIBLE_LETTERS = frozenset({"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0", "\u20e3"})
_REPLACEMENT = "\ufffd"


@dataclass(frozen=True)
class Normalized:
    """`text`, and for each of its code points where it begins and ends in the original.

    `starts[i]:ends[i]` is the stretch of the original that became `text[i]`. Both rise with `i`;
    characters that were made together share one stretch.
    """

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def original_span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of the original behind `text[start:end]`, which must not be empty."""
        return self.starts[start], self.ends[end - 1]

    def normalized_span(self, start: int, end: int) -> tuple[int, int]:
        """The stretch of `text` that was made from `original[start:end]`; it may be empty."""
        first = bisect_left(self.ends, start + 1)
        return first, max(first, bisect_left(self.starts, end))


def normalize(text: str) -> Normalized:
    """The comparable form of any text; offsets count code points."""
    characters: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        folded = _fold(text, start, end)
        characters.append(folded)
        starts.extend([start] * len(folded))
        ends.extend([end] * len(folded))
    return _numbers_folded(Normalized("".join(characters), tuple(starts), tuple(ends)))


def comparable(text: str) -> str:
    """One value as it is compared with another: normalised, without spaces, in one case."""
    return "".join(normalize(text).text.split()).casefold()


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Stretches that NFKC treats on their own: a character with the marks that combine with it."""
    start = 0
    for place, character in enumerate(text):
        if place > start and (not _extends(character) or place - start >= _LONGEST_CLUSTER):
            yield start, place
            start = place
    if text:
        yield start, len(text)


def _fold(text: str, start: int, end: int) -> str:
    cluster = text[start:end]
    if cluster in _LINE_ENDS:
        return "" if cluster == "\r" and text[end : end + 1] == "\n" else "\n"
    if _is_circled(cluster) and not (
        _is_circled(text[end : end + 1]) or (start and _is_circled(text[start - 1]))
    ):
        return f"({_nfkc(cluster)})"  # the number of an item must not join the number that follows
    return _nfkc(cluster)


@lru_cache(maxsize=8192)
def _extends(character: str) -> bool:
    """Whether it combines with what stands before: marks, ﾞ and ﾟ, variation selectors, Hangul."""
    if character < "\u0300":
        return False
    if character == "\u20e3" or _is_variation_selector(character):
        return True
    first = unicodedata.normalize("NFKD", character)[0]
    return bool(
        unicodedata.combining(first)
        or "\u1161" <= first <= "\u1175"
        or "\u11a8" <= first <= "\u11c2"
    )


@lru_cache(maxsize=32768)
def _nfkc(cluster: str) -> str:
    visible = "".join(character for character in cluster if not _is_invisible(character))
    return "".join(map(_plain, unicodedata.normalize("NFKC", visible)))


def _plain(character: str) -> str:
    if "\ud800" <= character <= "\udfff":  # half a character: no analyser takes it
        return _REPLACEMENT
    if character > "\x7f" and character.isdecimal():
        return str(unicodedata.decimal(character))
    return character


@lru_cache(maxsize=8192)
def _is_circled(character: str) -> bool:
    name = unicodedata.name(character, "") if len(character) == 1 else ""
    return name.startswith("CIRCLED ") and unicodedata.normalize("NFKC", character).isdecimal()


def _is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def _is_invisible(character: str) -> bool:
    """Zero-width and bidi characters, controls, and letters that show nothing."""
    if character in _KEPT_CONTROLS:
        return False
    return (
        unicodedata.category(character) in {"Cc", "Cf"}
        or character in _INVISIBLE_LETTERS
        or _is_variation_selector(character)
    )


def _numbers_folded(normalized: Normalized) -> Normalized:
    """Each fold that keeps its length keeps its offsets; another shares one stretch."""
    for find in number_folds():
        pieces: list[str] = []
        starts: list[int] = []
        ends: list[int] = []
        place = 0
        for start, end, folded in find(normalized.text):
            pieces += [normalized.text[place:start], folded]
            starts += normalized.starts[place:start]
            ends += normalized.ends[place:start]
            if len(folded) == end - start:
                starts += normalized.starts[start:end]
                ends += normalized.ends[start:end]
            else:
                first, last = normalized.original_span(start, end)
                starts += [first] * len(folded)
                ends += [last] * len(folded)
            place = end
        if place:
            starts += normalized.starts[place:]
            ends += normalized.ends[place:]
            text = "".join([*pieces, normalized.text[place:]])
            normalized = Normalized(text, tuple(starts), tuple(ends))
    return normalized
