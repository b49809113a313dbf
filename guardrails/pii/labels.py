"""What the text says its numbers are: labels in a character window, and headings of columns."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

OTHER = "OTHER"
INSURED = "INSURED"

_BEFORE = 40  # characters that are neither digits nor space: a list of numbers keeps its label
_AFTER = 14
_LONGEST_HEADING = 16
_SEPARATORS = ("\t", "|", ",")
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
        self._labels = list(_labels(text))
        self._starts = [label.start for label in self._labels]
        self._weights = _weights(text)
        self._columns = _column_labels(text)
        self._column_starts = [start for start, _, _ in self._columns]

    def nearest(self, start: int, end: int, kinds: frozenset[str]) -> str | None:
        """The kind, of `kinds`, that the text gives to `text[start:end]`; None if it says nothing.

        What stands before it wins, then the heading of its column, then what stands after it.
        """
        return (
            self._in_cell(start, kinds)
            or self.of_column(start, kinds)
            or self._before(start, kinds)
            or self._after(end, kinds)
        )

    def distance(self, start: int, kinds: frozenset[str]) -> int | None:
        """How many characters, other than digits and space, lie between the label and `start`."""
        for label in self._backwards(start):
            if label.kind in kinds:
                return self._weights[start] - self._weights[label.end]
        return None

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

    def _after(self, end: int, kinds: frozenset[str]) -> str | None:
        place = bisect_left(self._starts, end)
        for label in self._labels[place : place + 4]:
            if self._weights[label.start] - self._weights[end] > _AFTER:
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
    """Latin words must not be part of others: `ip` in `zip`."""
    guarded = f"(?<![a-z]){re.escape(word)}(?![a-z])" if word.isascii() else re.escape(word)
    return f"(?<!被){guarded}" if word.startswith("保険者") else guarded


def _labels(text: str) -> Iterator[Label]:
    pattern, kinds = _vocabulary()
    places = [place for place, character in enumerate(text) if character not in _SPACE]
    squeezed = "".join(map(text.__getitem__, places)).lower()
    if len(squeezed) != len(places):  # a letter whose lower case is longer: İ
        squeezed = "".join(text[place] for place in places)
    for match in pattern.finditer(squeezed):
        start, end = places[match.start()], places[match.end() - 1] + 1
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
    headings: dict[str, list[tuple[str, ...]]] = {}
    offset = 0
    for line in text.split("\n"):
        separator = next((s for s in _SEPARATORS if s in line), None)
        if separator is None:
            if not line.strip():
                headings.clear()
        else:
            cells += _row(line, separator, offset, headings)
        offset += len(line) + 1
    return cells


def _row(
    line: str, separator: str, offset: int, headings: dict[str, list[tuple[str, ...]]]
) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """The labelled cells of one line; a line that names columns becomes the new heading."""
    parts = line.split(separator)
    if _is_heading(parts):
        found = [tuple(label.kind for label in _labels(part))[::-1] for part in parts]
        if any(found):
            headings[separator] = found
            return
    kinds = headings.get(separator, [])
    start = offset
    for place, part in enumerate(parts):
        if place < len(kinds) and kinds[place]:
            yield start, start + len(part), kinds[place]
        start += len(part) + 1


def _is_heading(parts: list[str]) -> bool:
    return len(parts) >= 2 and all(
        len(part) <= _LONGEST_HEADING and not re.search("[0-9]{3}", part) for part in parts
    )
