"""What was measured, as data: figures in sections. `tables` and `page` render it."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from evals.metrics import Interval


class Unit(StrEnum):
    SHARE = ""
    MS = "ms"
    SECONDS = "秒"
    CHARS = "字"
    COUNT = "件"
    MEGABYTES = "MB"
    RATIO = "倍"
    RATE = "件/秒"


_DECIMALS = {Unit.SHARE: 3, Unit.MS: 1, Unit.SECONDS: 1, Unit.RATIO: 2, Unit.RATE: 1}
# A difference below this is noise: absolute for shares and characters, relative for the rest.
_SHARE_NOISE = 0.005
_RELATIVE_NOISE = 0.1


@dataclass(frozen=True)
class Figure:
    """One measured value. `target` is a least value, or a greatest where low is better."""

    key: str
    label: str
    value: float
    unit: Unit = Unit.SHARE
    interval: Interval | None = None
    count: int | None = None
    target: float | None = None
    is_better_high: bool = True

    @property
    def is_met(self) -> bool | None:
        """Whether the target is reached; None without one."""
        if self.target is None:
            return None
        return self.value >= self.target if self.is_better_high else self.value <= self.target

    @property
    def target_text(self) -> str:
        if self.target is None:
            return ""
        return f"{'≥' if self.is_better_high else '≤'} {number(self.target, self.unit)}"


@dataclass(frozen=True)
class Change:
    """A figure against the baseline. `is_better` is None where the difference is noise."""

    baseline: float
    difference: float
    is_better: bool | None


Column = tuple[str, Callable[[Figure, Mapping[str, float]], str]]
"""Heading of a column in a list of figures, and what it says of one."""


@dataclass(frozen=True)
class LinePlot:
    """Lines over the same x values; the first is ours and is compared with its baseline."""

    title: str
    x_label: str
    series: Sequence[tuple[str, Sequence[tuple[int, Figure]]]]


@dataclass(frozen=True)
class IntervalPlot:
    """Shares as dots with their intervals, targets and baseline."""

    title: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class BarPlot:
    title: str
    figures: Sequence[Figure]


@dataclass(frozen=True)
class Histogram:
    title: str
    values: Sequence[float]
    unit: Unit
    limit: float | None = None


Plot = LinePlot | IntervalPlot | BarPlot | Histogram


@dataclass(frozen=True)
class Row:
    label: str
    cells: Sequence[Figure | str]


@dataclass(frozen=True)
class Section:
    """`rows` are a grid under `columns`; `figures` are listed one below the other."""

    title: str
    note: str = ""
    columns: Sequence[str] = ()
    rows: Sequence[Row] = ()
    figures: Sequence[Figure] = ()
    plots: Sequence[Plot] = ()


@dataclass(frozen=True)
class Miss:
    """A question of the `dev` split that went wrong, for those who tune."""

    id: str
    question: str
    problem: str
    expected: str
    shown: str


@dataclass(frozen=True)
class Report:
    """`kind`: eval or bench; `context`: what a reader must know, label and text."""

    kind: str
    title: str
    model: str
    created: datetime
    context: Sequence[tuple[str, str]] = ()
    sections: Sequence[Section] = ()
    misses: Sequence[Miss] = ()
    skipped: Sequence[str] = field(default=())

    def figures(self) -> Iterator[Figure]:
        """Every figure once, in the order of reading."""
        seen: set[str] = set()
        for section in self.sections:
            in_grid = [cell for row in section.rows for cell in row.cells]
            for figure in (*in_grid, *section.figures):
                if isinstance(figure, Figure) and figure.key not in seen:
                    seen.add(figure.key)
                    yield figure


def number(value: float, unit: Unit) -> str:
    """As shown: 「0.832」「12.3 ms」「1,234 MB」."""
    text = f"{value:,.{_DECIMALS.get(unit, 0)}f}"
    return f"{text} {unit.value}" if unit.value else text


def signed(value: float, unit: Unit) -> str:
    text = number(abs(value), unit)
    return f"{'+' if value >= 0 else '−'}{text}"


def change(figure: Figure, baseline: Mapping[str, float]) -> Change | None:
    """What became of a figure since the baseline; None where the baseline has none."""
    before = baseline.get(figure.key)
    if before is None:
        return None
    difference = figure.value - before
    is_share = figure.unit is Unit.SHARE
    noise = _SHARE_NOISE if is_share else _RELATIVE_NOISE * abs(before)
    if abs(difference) <= noise:
        return Change(before, difference, None)
    return Change(before, difference, (difference > 0) == figure.is_better_high)


def used_columns(
    columns: Sequence[Column], figures: Sequence[Figure], baseline: Mapping[str, float]
) -> list[Column]:
    """The columns that have something to say about these figures."""
    return [each for each in columns if any(each[1](figure, baseline) for figure in figures)]


def as_json(report: Report, baseline: Mapping[str, float]) -> dict[str, Any]:
    """Figures and dev misses. Held questions are in no report, so they cannot be here."""
    return {
        "kind": report.kind,
        "model": report.model,
        "created": report.created.isoformat(timespec="seconds"),
        "context": dict(report.context),
        "skipped": list(report.skipped),
        "figures": [_figure_json(figure, baseline) for figure in report.figures()],
        "misses": [vars(miss) for miss in report.misses],
    }


def _figure_json(figure: Figure, baseline: Mapping[str, float]) -> dict[str, Any]:
    changed = change(figure, baseline)
    interval = figure.interval
    return {
        "key": figure.key,
        "label": figure.label,
        "value": round(figure.value, 4),
        "unit": figure.unit.value,
        "interval": [round(interval.low, 4), round(interval.high, 4)] if interval else None,
        "count": figure.count,
        "target": figure.target,
        "met": figure.is_met,
        "baseline": changed.baseline if changed else None,
    }


def write_json(report: Report, baseline: Mapping[str, float], path: Path) -> None:
    text = json.dumps(as_json(report, baseline), ensure_ascii=False, indent=1)
    path.write_text(text + "\n", encoding="utf-8")
