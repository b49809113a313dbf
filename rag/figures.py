"""Figures in Japanese text, read so that equal ones are equal: 1/2 = 50% = 半額, R7 = 2025年.

Works on text of any width; positions refer to the folded text (`rag.normalization.fold`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from rag.normalization import fold


class FigureKind(StrEnum):
    MONEY = "money"  # yen
    RATIO = "ratio"  # of one
    YEAR = "year"  # Gregorian; a fiscal year is the year it begins in
    DAY = "day"  # month * 100 + day; month alone * 100
    DURATION = "duration"  # in days, months or years: see `unit`
    COUNT = "count"  # of what `unit` says
    CLOCK = "clock"  # minutes after midnight


@dataclass(frozen=True)
class Figure:
    """`value` and `unit` are canonical, so that equal figures compare equal but for their place."""

    kind: FigureKind
    value: Fraction
    unit: str
    text: str
    start: int
    end: int

    def equals(self, other: Figure) -> bool:
        return (self.kind, self.value, self.unit) == (other.kind, other.value, other.unit)


_ERAS = {"令和": 2018, "R": 2018, "平成": 1988, "H": 1988, "昭和": 1925, "S": 1925}
_SCALES = {"兆": 10**12, "億": 10**8, "千万": 10**7, "百万": 10**6, "万": 10**4, "千": 10**3}
_KANJI = dict(zip("〇一二三四五六七八九", range(10), strict=True))
# Begins where digits begin, so that a long row of digits is read once, not from each of them.
# More digits than any amount has are no figure (and Python would refuse to read thousands).
_N = r"(?<![\d.])(?:\d{1,3}(?:,\d{3}){1,6}(?!\d)|\d{1,18}(?!\d))(?:\.\d{1,9})?"
_SCALE = r"(?:兆|億|千万|百万|万|千)"
_KN = r"[一二三四五六七八九十]{1,3}"
# ruff: noqa: E501 - tables of units
_COUNTERS = {
    "人": "人", "名": "人", "名分": "人", "人分": "人", "団体": "団体", "件": "件", "回": "回",
    "か所": "か所", "ヶ所": "か所", "カ所": "か所", "箇所": "か所", "つ": "つ", "個": "個", "種類": "種類",
    "業務": "業務", "社": "社", "台": "台", "枚": "枚", "本": "本", "市町村": "市町村", "自治体": "団体",
    "歳": "歳", "才": "歳", "世帯": "世帯", "校": "校", "店": "店", "店舗": "店", "条": "条", "か条": "条",
    "ヶ条": "条", "圃場": "圃場", "点": "点", "倍": "倍", "級": "級", "頭": "頭", "匹": "頭", "袋": "袋",
    "年生": "年生", "m": "m", "m2": "m2", "m3": "m3", "mm": "mm", "cm": "cm", "km": "km", "kg": "kg", "L": "L", "GB": "GB", "階": "階", "番": "番", "機関": "機関",
}  # fmt: skip
_COUNTER = "|".join(sorted(_COUNTERS, key=len, reverse=True))
_DURATIONS = {
    "日": "日", "日間": "日", "営業日": "営業日", "週": "週", "週間": "週", "か月": "月", "ヶ月": "月", "カ月": "月",
    "ヵ月": "月", "ケ月": "月", "箇月": "月", "月間": "月", "か月間": "月", "ヶ月間": "月", "年間": "年", "年": "年",
    "か年": "年", "ヶ年": "年", "カ年": "年", "ヵ年": "年", "時間": "時間", "分間": "分", "分": "分",
}  # fmt: skip
_DURATION = "|".join(sorted(_DURATIONS, key=len, reverse=True))
_ERA = r"(?:令和|平成|昭和|(?<![A-Za-z])[RHS])\s?"

_Reader = Callable[[re.Match[str]], Iterator[tuple[FigureKind, Fraction, str]]]


def find_figures(text: str) -> list[Figure]:
    """All figures of a text, in order, none overlapping another; the longer reading wins."""
    folded = fold(text)
    figures: list[Figure] = []
    taken = [False] * (len(folded) + 1)
    for pattern, read in _READERS:
        for match in pattern.finditer(folded):
            if any(taken[match.start() : match.end()]):
                continue
            found = [
                Figure(kind, value, unit, match.group().strip(), match.start(), match.end())
                for kind, value, unit in read(match)
            ]
            if found:
                taken[match.start() : match.end()] = [True] * (match.end() - match.start())
                figures += found
    return sorted(figures, key=lambda figure: (figure.start, figure.kind))


def _number(text: str) -> Fraction:
    return Fraction(text.replace(",", ""))


def _kanji_number(text: str) -> int:
    if "十" in text:
        tens, _, ones = text.partition("十")
        return (_KANJI[tens] if tens else 1) * 10 + (_KANJI[ones] if ones else 0)
    return int("".join(str(_KANJI[char]) for char in text))


def _money(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    total = Fraction(0)
    for number, scale in re.findall(rf"({_N})\s?(兆|億|千万|百万|万|千)?", match["amount"]):
        total += _number(number) * _SCALES.get(scale, 1)
    yield FigureKind.MONEY, total, "円"


def _slash(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    top, bottom = int(match["top"]), int(match["bottom"])
    if 0 < top <= bottom <= 100:
        yield FigureKind.RATIO, Fraction(top, bottom), ""


def _share(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    top, bottom = match["top"], match["bottom"]
    of = int(_number(bottom)) if bottom[0].isdigit() else _kanji_number(bottom)
    if of:  # 「8時00分の5便」 is no share
        parts = int(top) if top.isdigit() else _kanji_number(top)
        yield FigureKind.RATIO, Fraction(parts, of), ""


def _percent(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    yield FigureKind.RATIO, _number(match["n"]) / 100, ""


def _tenths(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    number = match["n"]
    value = _number(number) if number[0].isdigit() else Fraction(_kanji_number(number))
    yield FigureKind.RATIO, value / 10 + Fraction(int(match["m"] or 0), 100), ""


def _half(_match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    yield FigureKind.RATIO, Fraction(1, 2), ""


def _factor(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    yield FigureKind.RATIO, _number(match["n"]), ""


def _era_date(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    era = match["era"].strip()
    year = 1 if match["year"] == "元" else int(match["year"])
    yield FigureKind.YEAR, Fraction(_ERAS[era] + year), ""
    yield from _month_day(match)


def _date(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    yield FigureKind.YEAR, Fraction(int(match["year"])), ""
    yield from _month_day(match)


def _month_day(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    groups = match.groupdict()
    month, day = groups.get("month"), groups.get("day")
    if month and 1 <= int(month) <= 12:
        yield FigureKind.DAY, Fraction(int(month) * 100 + int(day or 0)), ""


def _duration(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    number = match["n"]
    value = _number(number) if number[0].isdigit() else Fraction(_kanji_number(number))
    unit = _DURATIONS[match["unit"]]
    if unit == "年" and value > 1900 and match["unit"] == "年":
        yield FigureKind.YEAR, value, ""
    else:
        yield FigureKind.DURATION, value, unit


def _count(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    number = match["n"]
    value = _number(number) if number[0].isdigit() else Fraction(_kanji_number(number))
    groups = match.groupdict()
    value *= _SCALES.get(groups.get("scale") or "", 1)
    if groups.get("more"):  # 「4万1,825件」
        value += _number(groups["more"]) * _SCALES[groups["of"]]
    yield FigureKind.COUNT, value, _COUNTERS[match["unit"]]


def _clock(match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    hour, minute = int(match["hour"]), 30 if match["half"] else int(match["minute"] or 0)
    hour += 12 if match["noon"] in {"午後", "夜"} and hour < 12 else 0
    if hour <= 24 and minute < 60:
        yield FigureKind.CLOCK, Fraction(hour * 60 + minute), ""


def _half_year(_match: re.Match[str]) -> Iterator[tuple[FigureKind, Fraction, str]]:
    yield FigureKind.DURATION, Fraction(6), "月"


_READERS: tuple[tuple[re.Pattern[str], _Reader], ...] = (
    (re.compile(r"https?://\S+|[\w.+-]+@[\w.-]+|\d{2,4}-\d{2,4}-\d{3,4}"), lambda _: iter(())),
    (re.compile(rf"(?P<amount>(?:{_N}\s?{_SCALE}\s?)+(?:{_N}\s?)?|{_N}\s?)円"), _money),
    (
        re.compile(rf"(?P<amount>{_N}\s?(?:兆|億|千万|百万|万))(?![人名件台団体回戸世帯かカヶ\d])"),
        _money,
    ),
    (
        re.compile(
            rf"(?P<era>{_ERA})(?P<year>元|\d{{1,2}})\s?(?:年(?!間)|[./])\s?"
            r"(?P<month>\d{1,2})(?:\s?(?:月|[./])\s?(?:(?P<day>\d{1,2})日?)?)?(?![\d%])"
        ),
        _era_date,
    ),
    (re.compile(rf"(?P<era>{_ERA})(?P<year>元|\d{{1,2}})(?:\s?年度?)?(?![\d.,%/-])"), _era_date),
    (
        re.compile(
            r"(?<!\d)(?P<year>(?:19|20)\d{2})(?:年|[./-])\s?(?P<month>\d{1,2})"
            r"(?:月|[./-])\s?(?:(?P<day>\d{1,2})日?)?(?!\d)"
        ),
        _date,
    ),
    (re.compile(r"(?<!\d)(?P<year>(?:19|20)\d{2})\s?年度?(?!間)"), _date),
    (re.compile(r"(?<!\d)(?P<month>\d{1,2})月(?:\s?(?P<day>\d{1,2})日)?(?!間|程度)"), _month_day),
    (re.compile(rf"(?P<n>{_N})\s?(?:%|パーセント)"), _percent),
    (
        re.compile(
            rf"(?P<bottom>(?<![\d,])(?:\d{{1,3}}(?:,\d{{3}})+|\d{{1,9}})|{_KN})分の(?P<top>\d{{1,9}}(?!\d)|{_KN})"
        ),
        _share,
    ),
    (re.compile(rf"(?P<n>{_N}|{_KN})割(?!引)(?:(?P<m>\d)分)?"), _tenths),
    (
        re.compile(
            r"(?P<noon>午前|午後|朝|夜)?(?:の)?(?<!\d)(?P<hour>\d{1,2})時(?!間|期|点|代)"
            r"(?:(?P<half>半)|(?P<minute>\d{1,2})分)?"
        ),
        _clock,
    ),
    (re.compile(r"半年"), _half_year),
    (re.compile(r"半額|半分|半減|折半"), _half),
    (re.compile(r"(?<![\d/.])(?P<top>\d{1,3}) ?/ ?(?P<bottom>\d{1,3})(?![\d/])"), _slash),
    (re.compile(r"(?<![\d.])(?P<n>0\.\d{1,9})(?!\d)"), _factor),
    (
        re.compile(
            rf"(?:(?P<more>{_N})(?P<of>億|万|千))?(?P<n>{_N})(?P<scale>億|万|千)?(?P<unit>{_COUNTER})(?![A-Za-z])"
        ),
        _count,
    ),
    (re.compile(rf"(?P<n>{_N}|{_KN})\s?(?P<unit>{_DURATION})(?!度)"), _duration),
    (re.compile(rf"(?P<n>{_KN})(?P<unit>つ|回|名|人|団体|件|か所|種類|個)"), _count),
)
