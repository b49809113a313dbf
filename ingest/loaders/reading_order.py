"""Boxes on a page in the order a person reads them: rows, and columns beside each other.

A gutter is a vertical gap. Boxes that cross it (titles, wide figures) cut the page into bands; in
each band that is set in columns the left side is read before the right one, and so on inside.
Whether two sides are columns, or cells of the same rows, is for the caller to judge.
"""

from __future__ import annotations

from bisect import bisect
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

_MAX_GUTTERS = 40
_SAME_EDGE = 2.0  # left edges this near to each other count as one


@dataclass(frozen=True, slots=True)
class Box:
    """Edges with the origin at the top left; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    def overlap(self, other: Box) -> float:
        """How far both reach over the same heights; negative if apart."""
        return min(self.bottom, other.bottom) - max(self.top, other.top)

    def meets(self, other: Box) -> bool:
        """Whether any part of the other box lies inside."""
        return self.left < other.right and other.left < self.right and self.overlap(other) > 0

    def holds(self, other: Box) -> bool:
        """Whether the centre of the other box lies inside."""
        center = (other.left + other.right) / 2
        return self.left <= center <= self.right and self.top <= other.middle <= self.bottom


class Placed(Protocol):
    @property
    def box(self) -> Box: ...


P = TypeVar("P", bound=Placed)
AreColumns = Callable[[Sequence[P], Sequence[P]], bool]
InRows = Callable[[Sequence[P]], list[list[P]]]


def enclosing(items: Sequence[Placed]) -> Box:
    boxes = [item.box for item in items]
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def line_rows(items: Sequence[P]) -> list[list[P]]:
    """Lines of text: what overlaps by half of the taller one stands on the same line."""
    return _rows(items, max)


def block_rows(items: Sequence[P]) -> list[list[P]]:
    """Blocks of any height: what overlaps by half of the lower one stands side by side."""
    return _rows(items, min)


def _rows(items: Sequence[P], measure: Callable[[float, float], float]) -> list[list[P]]:
    rows: list[list[P]] = []
    for item in sorted(items, key=lambda each: (each.box.top, each.box.left)):
        first = rows[-1][0].box if rows else None
        if first and first.overlap(item.box) >= 0.5 * measure(first.height, item.box.height):
            rows[-1].append(item)
        else:
            rows.append([item])
    return [sorted(row, key=lambda each: (each.box.left, each.box.top)) for row in rows]


@dataclass(frozen=True)
class _Band(Generic[P]):
    """What lies between two crossing items: two sides, and the crossing items that follow."""

    left: list[P]
    right: list[P]
    crossing: list[P]
    is_columns: bool


def in_reading_order(
    items: Sequence[P], in_rows: InRows[P], are_columns: AreColumns[P]
) -> list[list[P]]:
    """Rows of items in reading order; every item is in exactly one row."""
    bands = _best_bands(items, are_columns)
    if not bands:
        return in_rows(items)
    rows: list[list[P]] = []
    for band in bands:
        sides = [band.left, band.right] if band.is_columns else [[*band.left, *band.right]]
        for side in sides:
            rows += in_reading_order(side, in_rows, are_columns)
        rows += in_rows(band.crossing)
    return rows


def _best_bands(items: Sequence[P], are_columns: AreColumns[P]) -> list[_Band[P]]:
    """The bands at the gutter that puts most items into columns; none if no gutter does."""
    edges = Counter(round(item.box.left / _SAME_EDGE) for item in items)
    best: list[_Band[P]] = []
    best_rank = (0, 0.0)
    for edge, _ in edges.most_common(_MAX_GUTTERS):
        bands = _bands_at((edge - 0.5) * _SAME_EDGE, items, are_columns)
        columns = [band for band in bands if band.is_columns]
        rank = (
            sum(len(band.left) + len(band.right) for band in columns),
            min((_gap(band.left, band.right) for band in columns), default=0.0),
        )
        if rank > best_rank:
            best, best_rank = bands, rank
    return best


def _bands_at(gutter: float, items: Sequence[P], are_columns: AreColumns[P]) -> list[_Band[P]]:
    """Items cut at x = `gutter` and at each item that crosses it."""
    right = [item for item in items if item.box.left >= gutter]
    left = [item for item in items if item.box.left < gutter and item.box.right <= gutter]
    if not left or not right:
        return []
    crossing = sorted(
        (item for item in items if item.box.left < gutter < item.box.right),
        key=lambda item: item.box.middle,
    )
    marks = [item.box.middle for item in crossing]
    sides: list[tuple[list[P], list[P]]] = [([], []) for _ in range(len(crossing) + 1)]
    for side, members in enumerate((left, right)):
        for item in members:
            sides[bisect(marks, item.box.middle)][side].append(item)
    bands: list[_Band[P]] = []
    for index, (lefts, rights) in enumerate(sides):
        following = crossing[index : index + 1]
        if bands and not lefts and not rights:
            bands[-1].crossing.extend(following)
            continue
        is_columns = bool(lefts and rights) and are_columns(lefts, rights)
        bands.append(_Band(lefts, rights, following, is_columns))
    return bands


def _gap(left: Sequence[Placed], right: Sequence[Placed]) -> float:
    return enclosing(right).left - enclosing(left).right
