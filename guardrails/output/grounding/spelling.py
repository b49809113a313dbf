"""One spelling for units and dates of which claim and evidence may use either."""

from __future__ import annotations

import re

from rag.normalization import normalise_line

_UNITS = {
    "平方メートル": "m2", "立方メートル": "m3", "ミリメートル": "mm", "センチメートル": "cm",
    "キロメートル": "km", "キログラム": "kg", "リットル": "L",
}  # fmt: skip
_UNIT = re.compile("|".join(_UNITS))
_LAST_DAY = {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}
_MONTH_END = re.compile(r"(?P<month>1[0-2]|(?<!\d)[1-9])月(?:の)?末日?")
_CLOCK = re.compile(r"(?<![\d:])(?P<hour>[01]?\d|2[0-4]):(?P<minute>[0-5]\d)(?![\d:])")
_OTHERWISE = (
    (re.compile(r"(?<=\d)割引(?!き)"), "割の引き"),
    (re.compile(r"(?<![\d.])1年前(?!後)|前の年"), "前年"),
)
# 「10月6日から17日まで」: the second day is one of the same month, no duration.
_SAME_MONTH = re.compile(
    r"(?P<month>(?<!\d)\d{1,2}月)(?P<first>\d{1,2}日(?:\([^)]{1,3}\))?(?:から|~|-|と|・))(?=\d{1,2}日(?!間|前|後|以))"
)


def spelled(text: str) -> str:
    """The text as claim and evidence are compared; titles, too."""
    line = _UNIT.sub(lambda match: _UNITS[match.group()], normalise_line(text))
    line = _CLOCK.sub(_clock, _MONTH_END.sub(_last_day, line))
    for pattern, word in _OTHERWISE:
        line = pattern.sub(word, line)
    return _SAME_MONTH.sub(r"\g<month>\g<first>\g<month>", line)


def _clock(match: re.Match[str]) -> str:
    minute = "" if match["minute"] == "00" else f"{int(match['minute'])}分"
    return f"{int(match['hour'])}時{minute}"


def _last_day(match: re.Match[str]) -> str:
    month = int(match["month"])
    return f"{month}月{_LAST_DAY.get(month, 31)}日"
