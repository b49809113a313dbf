"""Levels and marks of confidentiality: a mark that is mentioned is not a mark that is made."""

from collections.abc import Sequence
from dataclasses import dataclass

from evals.guardrails.cases import MarksCase, Span
from evals.place import Place
from evals.report import Miss, Row, Section

_WHY = {
    "made": "印がある",
    "mentioned": "印の話をしている",
    "category": "未公表の予算・予定価格・人事",
    "none": "どれでもない",
}


@dataclass(frozen=True)
class Classified:
    """A text, the level it was given, and the marks found in it."""

    case: MarksCase
    level: str
    marks: tuple[Span, ...]
    reason: str

    @property
    def is_right(self) -> bool:
        return self.level == self.case.level

    @property
    def is_too_low(self) -> bool:
        return self.level < self.case.level  # L1 to L4, so letters sort as levels do

    def found(self) -> list[float]:
        """For each mark that is made, whether it was found whole."""
        return [float(any(found.covers(mark) for found in self.marks)) for mark in self.case.marks]

    def right(self) -> list[float]:
        """For each mark that was found, whether one is made there."""
        return [float(any(_meet(found, mark) for mark in self.case.marks)) for found in self.marks]


def _meet(one: Span, other: Span) -> bool:
    return one.start < other.end and other.start < one.end


def marks_sections(place: Place, classified: Sequence[Classified]) -> list[Section]:
    """Shares over all; for tuning also by why a text has its level."""
    found = [value for each in classified for value in each.found()]
    right = [value for each in classified for value in each.right()]
    levels = [float(each.is_right) for each in classified]
    low = [float(each.is_too_low) for each in classified]
    figures = [
        place.sampled("marks/level", "水準（L1〜L4）が正しい", levels),
        place.sampled("marks/too_low", "水準を低く見た", low, is_better_high=False),
        place.sampled("marks/recall", "印を見つけた", found),
        place.sampled("marks/precision", "見つけた印のうち、印であるもの", right),
    ]
    return [Section(
        title=f"機密の印と水準：{place.title}",
        note=f"文 {len(classified)} 件。印が付いている文と、印の話をしているだけの文。",
        columns=("なぜその水準か", "件数", "水準が正しい"),
        rows=_reasons(place, classified) if place.split == "dev" else [],
        figures=figures,
    )]  # fmt: skip


def _reasons(place: Place, classified: Sequence[Classified]) -> list[Row]:
    rows = []
    for why, title in _WHY.items():
        among = [float(each.is_right) for each in classified if each.case.why == why]
        if among:
            figure = place.sampled(f"marks/why/{why}", f"水準が正しい（{title}）", among)
            rows.append(Row(title, [str(len(among)), figure]))
    return rows


def marks_misses(classified: Sequence[Classified]) -> list[Miss]:
    """Texts with a wrong level or wrong marks. For the dev split only."""
    return [
        Miss(
            each.case.id,
            each.case.text,
            "水準が違う" if not each.is_right else "印が違う",
            f"{each.case.level} {_quoted(each.case.text, each.case.marks)}",
            f"{each.level} {_quoted(each.case.text, each.marks)} {each.reason}",
        )
        for each in classified
        if not (each.is_right and all(each.found()) and all(each.right()))
    ]


def _quoted(text: str, marks: Sequence[Span]) -> str:
    return "、".join(f"「{text[each.start : each.end]}」" for each in marks)
