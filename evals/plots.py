"""The four kinds of plot as inline SVG. Shape tells apart what colour tells apart."""

import math
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from evals import svg
from evals.metrics import median
from evals.report import BarPlot, Figure, Histogram, IntervalPlot, LinePlot, Plot, Unit, number

_Scale = Callable[[float], float]

_WIDTH = 780
_BINS = 20
_MARKS = ("circle", "square", "diamond", "triangle", "cross")

_OUTLINES: Mapping[str, Sequence[tuple[float, float]]] = {
    "square": [(-4, -4), (4, -4), (4, 4), (-4, 4)],
    "diamond": [(0, -6), (6, 0), (0, 6), (-6, 0)],
    "triangle": [(0, -6), (5.5, 4), (-5.5, 4)],
    "cross": [(-5, -2), (-2, -2), (-2, -5), (2, -5), (2, -2), (5, -2), (5, 2), (2, 2), (2, 5),
              (-2, 5), (-2, 2), (-5, 2)],
}  # fmt: skip

_TOP, _BOTTOM, _LEFT, _RIGHT = 14, 46, 46, 210
_LINE_HEIGHT = 300
_LABEL_WIDTH, _VALUE_WIDTH, _ROW_HEIGHT = 270, 210, 30
_HISTOGRAM_LEFT, _HISTOGRAM_RIGHT = 130, 130  # room for what stands beside the lines


def draw(plot: Plot, baseline: Mapping[str, float]) -> str:
    match plot:
        case LinePlot():
            return _lines(plot, baseline)
        case IntervalPlot():
            return _intervals(plot, baseline)
        case BarPlot():
            return _bars(plot, baseline)
        case Histogram():
            return _histogram(plot)


def _lines(plot: LinePlot, baseline: Mapping[str, float]) -> str:
    figures = [figure for _, points in plot.series for _, figure in points]
    if not figures:
        return ""
    floor = max(0.0, math.floor((min(figure.value for figure in figures) - 0.02) * 10) / 10)
    xs = _columns([k for k, _ in plot.series[0][1]])

    def y_of(value: float) -> float:
        height = _LINE_HEIGHT - _TOP - _BOTTOM
        return _TOP + height * (1 - (value - floor) / (1 - floor))

    parts = _grid(plot.x_label, xs, y_of, floor)
    for index, (name, points) in enumerate(plot.series):
        places = [(xs[k], y_of(figure.value)) for k, figure in points]
        parts.append(_path(places, f"line s{index}"))
        for (x, y), (k, figure) in zip(places, points, strict=True):
            label = f"{name} 上位{k}件: {number(figure.value, figure.unit)}"
            parts.append(_mark(_MARKS[index % len(_MARKS)], x, y, f"mark s{index}", label))
        parts += _legend(index, name)
    parts += _promises(plot.series[0][1], xs, y_of, baseline)
    return svg.picture(plot.title, _WIDTH, _LINE_HEIGHT, *parts)


def _columns(ks: Sequence[int]) -> dict[int, float]:
    width = _WIDTH - _LEFT - _RIGHT - 40
    step = width / max(len(ks) - 1, 1)
    return {k: _LEFT + 20 + index * step for index, k in enumerate(ks)}


def _grid(label: str, xs: Mapping[int, float], y_of: _Scale, floor: float) -> list[str]:
    right = _WIDTH - _RIGHT
    parts = []
    for tenth in range(round(floor * 10), 11):
        y = y_of(tenth / 10)
        parts.append(svg.line(_LEFT, y, right, y, "rule"))
        parts.append(svg.words(f"{tenth / 10:.1f}", _LEFT - 8, y + 4, text_anchor="end"))
    bottom = _LINE_HEIGHT - _BOTTOM
    parts += [svg.words(str(k), x, bottom + 18, text_anchor="middle") for k, x in xs.items()]
    middle = (_LEFT + right) / 2
    return [*parts, svg.words(label, middle, bottom + 38, text_anchor="middle", class_="quiet")]


def _promises(
    points: Sequence[tuple[int, Figure]],
    xs: Mapping[int, float],
    y_of: _Scale,
    baseline: Mapping[str, float],
) -> list[str]:
    """Targets as bars over their k, and the dashed line of the baseline."""
    parts = []
    for k, figure in points:
        if figure.target is not None:
            y = y_of(figure.target)
            bar = svg.line(xs[k] - 12, y, xs[k] + 12, y, "target")
            parts.append(svg.element("g", svg.hint(f"目標 {figure.target_text}"), bar))
    if parts:
        parts += _legend(len(_MARKS), "目標", "target")
    before = [(xs[k], y_of(baseline[f.key])) for k, f in points if f.key in baseline]
    if len(before) > 1:
        parts.append(_path(before, "line before"))
        parts += _legend(len(_MARKS) + 1, "基準（本方式）", "line before")
    return parts


def _legend(index: int, name: str, class_: str = "") -> list[str]:
    x, y = _WIDTH - _RIGHT + 16, _TOP + 10 + index * 24
    parts = [svg.line(x, y, x + 24, y, class_ or f"line s{index}")]
    if not class_:
        parts.append(_mark(_MARKS[index % len(_MARKS)], x + 12, y, f"mark s{index}", name))
    return [*parts, svg.words(name, x + 32, y + 4)]


def _path(points: Sequence[tuple[float, float]], class_: str) -> str:
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return svg.element("polyline", points=places, class_=class_)


def _mark(shape: str, x: float, y: float, class_: str, label: str) -> str:
    hint = svg.hint(label)
    if shape == "circle":
        return svg.element("circle", hint, cx=x, cy=y, r=4.5, class_=class_)
    points = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in _OUTLINES[shape])
    return svg.element("polygon", hint, points=points, class_=class_)


def _intervals(plot: IntervalPlot, baseline: Mapping[str, float]) -> str:
    right = _WIDTH - _VALUE_WIDTH
    height = _ROW_HEIGHT * len(plot.figures) + 30

    def x_of(value: float) -> float:
        return _LABEL_WIDTH + (right - _LABEL_WIDTH) * value

    parts = []
    for tick in (0.0, 0.25, 0.5, 0.75, 1.0):
        parts.append(svg.line(x_of(tick), 6, x_of(tick), height - 24, "rule"))
        parts.append(svg.words(f"{tick:.2f}", x_of(tick), height - 8, text_anchor="middle"))
    for index, figure in enumerate(plot.figures):
        y = 20 + index * _ROW_HEIGHT
        parts.append(svg.words(figure.label, _LABEL_WIDTH - 12, y + 4, text_anchor="end"))
        parts += _interval(figure, y, x_of, baseline)
        parts.append(svg.words(_with_target(figure), right + 12, y + 4))
    return svg.picture(plot.title, _WIDTH, height, *parts)


def _interval(figure: Figure, y: float, x_of: _Scale, baseline: Mapping[str, float]) -> list[str]:
    parts = []
    if figure.interval:
        low, high = figure.interval.low, figure.interval.high
        parts.append(svg.line(x_of(low), y, x_of(high), y, "whisker"))
    if figure.target is not None:
        parts.append(svg.line(x_of(figure.target), y - 10, x_of(figure.target), y + 10, "target"))
    before = baseline.get(figure.key)
    if before is not None:
        hint = svg.hint(f"基準 {number(before, figure.unit)}")
        parts.append(svg.element("circle", hint, cx=x_of(before), cy=y, r=6.5, class_="hollow"))
    is_missed = figure.is_met is False
    shape, class_ = ("diamond", "mark missed") if is_missed else ("circle", "mark s0")
    parts.append(
        _mark(shape, x_of(figure.value), y, class_, f"{figure.label} {_with_target(figure)}")
    )
    return parts


def _with_target(figure: Figure) -> str:
    text = number(figure.value, figure.unit)
    return f"{text}（目標 {figure.target_text}）" if figure.target is not None else text


def _bars(plot: BarPlot, baseline: Mapping[str, float]) -> str:
    right = _WIDTH - _VALUE_WIDTH
    height = _ROW_HEIGHT * len(plot.figures) + 14
    shown = [f.value for f in plot.figures] + [f.target or 0.0 for f in plot.figures]
    largest = max([*shown, *(baseline.get(f.key, 0.0) for f in plot.figures), 1e-9])
    parts = []
    for index, figure in enumerate(plot.figures):
        y = 8 + index * _ROW_HEIGHT
        scale = (right - _LABEL_WIDTH) / largest
        class_ = "bar missed" if figure.is_met is False else "bar s0"
        bar = {"x": _LABEL_WIDTH, "y": y, "width": figure.value * scale, "height": 18}
        parts.append(svg.words(figure.label, _LABEL_WIDTH - 12, y + 13, text_anchor="end"))
        parts.append(svg.element("rect", svg.hint(figure.label), class_=class_, **bar))
        for value, kind in ((figure.target, "target"), (baseline.get(figure.key), "before line")):
            if value is not None:
                x = _LABEL_WIDTH + value * scale
                parts.append(svg.line(x, y - 3, x, y + 21, kind))
        parts.append(svg.words(_with_target(figure), right + 12, y + 13))
    return svg.picture(plot.title, _WIDTH, height, *parts)


def _histogram(plot: Histogram) -> str:
    if not plot.values:
        return ""
    largest = max([*plot.values, plot.limit or 0.0]) or 1.0
    counts, edges = np.histogram(plot.values, bins=_BINS, range=(0.0, largest))
    height, base, left = 210, 170, _HISTOGRAM_LEFT
    scale, tall = (_WIDTH - left - _HISTOGRAM_RIGHT) / largest, (base - 26) / max(counts.max(), 1)
    parts = [svg.line(left, base, _WIDTH - _HISTOGRAM_RIGHT, base, "rule")]
    for count, low, high in zip(counts.tolist(), edges[:-1], edges[1:], strict=True):
        hint = svg.hint(f"{low:.0f}〜{high:.0f} {plot.unit.value}: {count}件")
        place = {"x": left + low * scale + 1, "width": max((high - low) * scale - 2, 1.0)}
        parts.append(
            svg.element(
                "rect", hint, class_="bar s0", y=base - count * tall, height=count * tall, **place
            )
        )
    for tick in _ticks(largest):
        x = left + tick * scale
        parts.append(svg.words(number(tick, plot.unit), x, base + 18, text_anchor="middle"))
    middle = median(plot.values)
    is_left = plot.limit is not None and middle < plot.limit
    parts += _upright("中央値", middle, plot.unit, left + middle * scale, is_left=is_left)
    if plot.limit is not None:
        x = left + plot.limit * scale
        parts += _upright("目標", plot.limit, plot.unit, x, is_left=not is_left)
    return svg.picture(plot.title, _WIDTH, height, *parts)


def _ticks(largest: float) -> list[float]:
    """Round values from 0 up, about five of them."""
    size = 10 ** math.floor(math.log10(largest / 5))
    step = next(step * size for step in (1, 2, 5, 10) if step * size >= largest / 5)
    return [index * step for index in range(int(largest / step) + 1)]


def _upright(name: str, value: float, unit: Unit, x: float, *, is_left: bool) -> list[str]:
    """A line at a value, with its name on the side where it is in no other's way."""
    side, anchor = (-4, "end") if is_left else (4, "start")
    text = f"{name} {number(value, unit)}"
    return [
        svg.line(x, 18, x, 170, "target" if name == "目標" else "middle"),
        svg.words(text, x + side, 14, text_anchor=anchor),
    ]
