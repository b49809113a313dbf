"""Whether what the evidence speaks of is over: by the document's dates, or by its own words."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from rag.figures import FigureKind, find_figures
from rag.normalization import fold
from rag.passage import DocumentInfo

_UNTIL = re.compile(
    r"(?P<when>(?:令和|平成|[RH])\s?(?:\d{1,2}|元)\s?年?度?(?:\d{1,2}月)?(?:\d{1,2}日)?|20\d{2}年度?(?:\d{1,2}月)?(?:\d{1,2}日)?)"
    r"\s?(?:末|いっぱい)?(?:まで(?![にの])|限り|で終了|をもって)"
)


def expiry_notices(document: DocumentInfo, today: date) -> list[str]:
    """What to say of a document whose period is over or has not begun."""
    if document.valid_until is not None and document.valid_until < today:
        end = _japanese(document.valid_until)
        title = document.title
        return [f"「{title}」の対象期間は{end}で終わっています。最新の資料を確かめてください。"]
    if document.valid_from is not None and document.valid_from > today:
        return [f"「{document.title}」は{_japanese(document.valid_from)}からの内容です。"]
    return []


def ended_periods(readings: Iterable[str], today: date) -> list[str]:
    """Periods that the quoted text itself ends in the past (「R7年度まで」), as notices."""
    notices: dict[str, None] = {}
    for reading in readings:
        for match in _UNTIL.finditer(fold(reading)):
            end = _end(match["when"])
            if end is not None and end < today:
                notices[
                    f"「{match.group()}」の期間は{_japanese(end)}に終わっています。"
                    "延長や後継の措置がないか、最新の資料を確かめてください。"
                ] = None
    return list(notices)


def _end(when: str) -> date | None:
    """Last day of a period: of the fiscal year, the month or the very day named."""
    figures = {figure.kind: figure for figure in find_figures(when)}
    year = figures.get(FigureKind.YEAR)
    if year is None:
        return None
    if "年度" in when:
        return date(int(year.value) + 1, 3, 31)
    day = figures.get(FigureKind.DAY)
    month, number = divmod(int(day.value), 100) if day else (12, 31)
    try:
        return date(int(year.value), month, number or 28)
    except ValueError:
        return None


def _japanese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
