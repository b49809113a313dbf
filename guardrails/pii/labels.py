"""What the text says its numbers are: labels in a character window, and headings of columns."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from guardrails.verdict import FindingType

OTHER = "OTHER"
INSURED = "INSURED"
INSURANCE_CARD = "INSURANCE_CARD"
SYMBOL = "SYMBOL"
SYMBOLS = "SYMBOLS"

_INSURANCES = frozenset(
    {
        FindingType.HEALTH_INSURANCE,
        FindingType.LTC_INSURANCE,
        FindingType.LATE_ELDERLY_INSURANCE,
    }
)

_GENERIC: dict[str, tuple[frozenset[str], str]] = {
    INSURED: (_INSURANCES, INSURED),
    INSURANCE_CARD: (_INSURANCES, INSURANCE_CARD),
    SYMBOLS: (
        _INSURANCES | {FindingType.BANK_ACCOUNT, FindingType.PENSION_NUMBER},
        FindingType.HEALTH_INSURANCE,
    ),
}
"""What a word that several use may be of, and what it is if the text says nothing."""

_BEFORE = 40  # characters that are neither digits nor space: a list of numbers keeps its label
_AFTER = 14
_LATIN = re.compile("[A-Za-z]")
_LONGEST_HEADING = 16
_SEPARATORS = tuple(map(re.compile, (r"\t", r"\|", ",", " {2,}")))
_SPACE = frozenset(" \t\n")
_FILLING = frozenset("0123456789-.,:/()・、 \t\n")


@dataclass(frozen=True)
class Label:
    """`start` and `end` are offsets into the normalised text."""

    kind: str
    start: int
    end: int


class Labels:
    """The labels of one normalised text, found once for all recognizers."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._weights = _weights(text)
        self._labels = self._settled(list(_labels(text)))
        self._starts = [label.start for label in self._labels]
        self._columns = _column_labels(text)
        self._column_starts = [start for start, _, _ in self._columns]

    def nearest(self, start: int, end: int, kinds: frozenset[str]) -> str | None:
        """The kind, of `kinds`, that the text gives to `text[start:end]`; None if it says nothing.

        What stands before it wins, then the heading of its column, then what stands after it.
        """
        return (
            self._said_at_once(start, end, kinds)
            or self._in_cell(start, kinds)
            or self.of_column(start, kinds)
            or self._before(start, kinds)
            or self._after(end, kinds)
        )

    def _said_at_once(self, start: int, end: int, kinds: frozenset[str]) -> str | None:
        """「1234がマイナンバーで、5678が免許証番号」: said of it, after another clause."""
        before = next((label for label in self._backwards(start) if label.kind in kinds), None)
        if before is None or not re.search("[、。,]", self.text[before.end : start]):
            return None
        return self._after(end, kinds, reach=2)

    def distance(self, start: int, kinds: frozenset[str]) -> int | None:
        """How many characters, other than digits and space, lie between the label and `start`."""
        for label in self._backwards(start):
            if label.kind in kinds:
                return self._weights[start] - self._weights[label.end]
        return None

    def _settled(self, labels: list[Label]) -> list[Label]:
        """被保険者番号 is of the insurance that is spoken of; 事業所番号(介護) stays OTHER."""
        settled: list[Label] = []
        for place, label in enumerate(labels):
            kind = label.kind
            if kind in _GENERIC:
                specific, otherwise = _GENERIC[kind]
                before = next((n for n in reversed(settled[-6:]) if n.kind in specific), None)
                behind = next(
                    (n for n in labels[place + 1 : place + 3] if n.kind in specific), None
                )
                if before and self._weights[label.start] - self._weights[before.end] <= _BEFORE:
                    kind = before.kind
                elif behind and self._weights[behind.start] - self._weights[label.end] <= 2:
                    kind = behind.kind
                else:
                    kind = otherwise
            elif settled and settled[-1].kind == OTHER:
                between = self.text[settled[-1].end : label.start].strip()
                kind = OTHER if between == "(" else kind
            settled.append(Label(kind, label.start, label.end))
        return settled

    def _backwards(self, start: int) -> Iterator[Label]:
        place = bisect_left(self._starts, start)
        for label in reversed(self._labels[max(0, place - 60) : place]):
            if self._weights[start] - self._weights[min(label.end, start)] > _BEFORE:
                return
            if label.end <= start:
                yield label

    def _before(self, start: int, kinds: frozenset[str]) -> str | None:
        return next((label.kind for label in self._backwards(start) if label.kind in kinds), None)

    def _in_cell(self, start: int, kinds: frozenset[str]) -> str | None:
        """A label in the same cell, or directly before, is stronger than the column's heading."""
        for label in self._backwards(start):
            if self._weights[start] - self._weights[label.end] > 2:
                return None
            if label.kind in kinds and "\n" not in self.text[label.end : start].strip(" "):
                return label.kind
        return None

    def of_column(self, start: int, kinds: frozenset[str]) -> str | None:
        place = bisect_right(self._column_starts, start) - 1
        if place < 0:
            return None
        _, end, found = self._columns[place]
        if start >= end:
            return None
        return next((kind for kind in found if kind in kinds), None)

    def _after(self, end: int, kinds: frozenset[str], reach: int = _AFTER) -> str | None:
        place = bisect_left(self._starts, end)
        for label in self._labels[place : place + 4]:
            if self._weights[label.start] - self._weights[end] > reach:
                return None
            between = self.text[end : label.start]
            if "\n" in between or "\t" in between:
                return None
            if label.kind in kinds and not re.match(
                r"\W{0,2}[はがも:]?\W{0,2}[0-9]", self.text[label.end : label.end + 6]
            ):
                return label.kind
        return None


@cache
def _vocabulary() -> tuple[re.Pattern[str], dict[str, str]]:
    table = tomllib.loads((Path(__file__).parent / "labels.toml").read_text(encoding="utf-8"))
    kinds = {"".join(word.split()).lower(): kind for kind, words in table.items() for word in words}
    longest_first = sorted(kinds, key=len, reverse=True)
    words = "|".join(_as_pattern(word) for word in longest_first)
    return re.compile(f"(?:{words})"), kinds


def _as_pattern(word: str) -> str:
    """A word of katakana must not be the end of another: ライン in ホットライン."""
    return f"(?<![ァ-ヶー]){word}" if "ァ" <= word[0] <= "ヶ" else re.escape(word)


def _labels(text: str) -> Iterator[Label]:
    pattern, kinds = _vocabulary()
    places = [place for place, character in enumerate(text) if character not in _SPACE]
    squeezed = "".join(map(text.__getitem__, places)).lower()
    if len(squeezed) != len(places):  # a letter whose lower case is longer: İ
        squeezed = "".join(text[place] for place in places)
    for match in pattern.finditer(squeezed):
        start, end = places[match.start()], places[match.end() - 1] + 1
        if match.group().isascii() and _LATIN.search(
            text[max(0, start - 1) : start] + " " + text[end : end + 1]
        ):
            continue  # `ip` in `zip`
        yield Label(kinds[match.group()], start, end)


def _weights(text: str) -> list[int]:
    """At each offset: how many characters before it are neither digits nor filling."""
    weights = [0]
    for character in text:
        weights.append(weights[-1] + (character not in _FILLING))
    return weights


def _column_labels(text: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """Cells below a heading: start, end and the kinds that the heading names."""
    cells: list[tuple[int, int, tuple[str, ...]]] = []
    headings: dict[re.Pattern[str], list[tuple[str, ...]]] = {}
    offset = 0
    for line in text.split("\n"):
        separator = next((each for each in _SEPARATORS if each.search(line)), None)
        if separator is not None:
            cells += _row(line, separator, offset, headings)
        elif not line.strip():
            headings.clear()
        offset += len(line) + 1
    return cells


def _row(
    line: str,
    separator: re.Pattern[str],
    offset: int,
    headings: dict[re.Pattern[str], list[tuple[str, ...]]],
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The labelled cells of one line; a line that names columns becomes the new heading."""
    bounds = [0, *(edge for match in separator.finditer(line) for edge in match.span()), len(line)]
    parts = [line[start:end] for start, end in zip(bounds[::2], bounds[1::2], strict=True)]
    if _is_heading(parts):
        found = _kinds_of_headings(parts)
        if any(found):
            headings[separator] = found
            return
    kinds = headings.get(separator, [])
    for place, (start, end) in enumerate(zip(bounds[::2], bounds[1::2], strict=True)):
        if place < len(kinds) and kinds[place]:
            yield offset + start, offset + end, kinds[place]


def _kinds_of_headings(parts: list[str]) -> list[tuple[str, ...]]:
    """記号 and 番号 side by side are those of a health insurance, or of ゆうちょ."""
    found = [tuple(label.kind for label in _labels(part))[::-1] for part in parts]
    names = ["".join(part.split()) for part in parts]
    of_post = any(FindingType.BANK_ACCOUNT in kinds for kinds in found)
    pair = (FindingType.BANK_ACCOUNT,) if of_post else (SYMBOL, FindingType.HEALTH_INSURANCE)
    for place, name in enumerate(names):
        if name.lower() in {"line", "ライン"}:
            found[place] = (FindingType.LINE_ID,)
        if name == "記号" or (name == "番号" and "記号" in names):
            found[place] = pair
    return found


def _is_heading(parts: list[str]) -> bool:
    return len(parts) >= 2 and all(
        len(part) <= _LONGEST_HEADING and not re.search("[0-9]{3}", part) for part in parts
    )
