"""What a text says that excludes something else: figures, frequencies, names, alternatives.

Two values of one family with different canonical forms cannot both hold of one thing.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path

from rag.figures import Figure, FigureKind, find_figures

_GROUPS = frozenset({"frequency", "name", "of", "permission", "necessity"})
_TIMES = frozenset({"year", "day", "clock"})
_CALENDAR = {"日": Fraction(1, 30), "週": Fraction(7, 30), "月": Fraction(1), "年": Fraction(12)}
_CLOCK = {"時間": Fraction(60), "分": Fraction(1)}
_BOUNDS = (
    ("least", re.compile(r"以上|以降|から(?!\d)|を超え|超")),
    ("most", re.compile(r"以下|以内|未満|まで|を上限|が上限|を限度|が限度|より少")),
)
_LEAST_BEFORE = re.compile(r"(?:下限|最低)[^、。\d]{0,6}$")
_MOST_BEFORE = re.compile(r"(?:上限|限度|最大|最高)[^、。\d]{0,8}$")
# 「100万円 → 50万円」, 「(令和7年度までは0.8)」: no longer so.
_REPLACED = re.compile(r"\s?(?:→|⇒)")
_FORMER = re.compile(
    r"(?:年度?まで(?:は)?|従来(?:の|は)?|改[正定]前(?:の|は)?|旧|これまで(?:の|は)?)[^。、)]{0,4}$"
)
_RANGE = re.compile(r"目?\s?(?:から|~|-|ないし)\s?(?:満|第)?$")

_FREQUENCIES = (
    (
        re.compile(r"(?P<n>\d+)(?:か|ヶ|カ|ヵ|箇)月(?:に(?P<k>[1一])?[回度]|ごと|毎|おき)"),
        Fraction(12),
    ),
    (re.compile(r"毎月|月に?(?P<k>[1一])[回度]"), Fraction(12)),
    (re.compile(r"月に?(?P<k>\d+)回"), Fraction(12)),
    (re.compile(r"隔月"), Fraction(6)),
    (re.compile(r"毎週|週に?(?P<k>\d+)回"), Fraction(52)),
    (re.compile(r"隔週"), Fraction(26)),
    (re.compile(r"(?:1年|年間?)に?(?P<k>\d+)回"), Fraction(1)),
    (re.compile(r"(?P<n>\d+)年(?:に(?P<k>[1一])[回度]|ごと|毎|おき)"), Fraction(1)),
    (re.compile(r"毎年度?"), Fraction(1)),
    (re.compile(r"偶数月|奇数月"), Fraction(6)),
    (
        re.compile(
            r"(?:一生(?:涯)?|生涯)に?[1一][回度]|(?:1回|1度|一度)(?:限り|きり|だけ|に限[りる])"
        ),
        Fraction(0),
    ),
)

# 「3種類」 and 「2つ」 count alike.
_THINGS = {"種類": "つ", "個": "つ"}

# Last parts of names that exclude each other: an office can stand where another one should be.
_NAME_FAMILIES = {
    "certificate": "証明書",
    "minister": "大臣|知事|長官",
    "ministry": "省|庁",
    "body": "委員会|審議会|審査会|協議会|議会",
    "office": "センター|警察署|消防署|保健所|支所|公民館|図書館|課|局|(?<!教)室|署|係|機関"
    "|銀行|金庫|公庫|機構",
    "law": "法|条例|要綱|規則",
    "region": "都|県|府|市|町|村|区",
    "bond": "債",
    "tax": "税",
    "method": "方式|コース|枠",
    "pension": "年金",
    "insurance": "保険",
}
_PARTS = frozenset("|".join(_NAME_FAMILIES.values()).split("|")) | {"審議会", "教室"}
_FAMILY_OF = [(re.compile(rf"(?:{parts})$"), family) for family, parts in _NAME_FAMILIES.items()]
_SUFFIXES = "|".join(sorted("|".join(_NAME_FAMILIES.values()).split("|"), key=len, reverse=True))
_COMPOUND = re.compile(
    rf"(?P<head>[一-龥ァ-ヶーA-Za-z0-9]{{1,14}}?)(?P<suffix>{_SUFFIXES})(?![一-龥ァ-ヶー])"
)
# 「市町村」「各課」 name nobody.
_GENERIC = re.compile(
    r"(?:各|当|本|同|担当|関係|他|市区?町|都道府|都道|及|県|自治|都市|[一-龥]?投票)+(?:課|室|係|局|村|県|市|区|法|税|機関|会社|債)?"
)
_LATIN_NAME = re.compile(r"(?<![A-Za-z])[A-Za-z][A-Za-z0-9.+-]{2,}(?![A-Za-z])")
_ALL = re.compile(r"全額|全部(?=補助|助成|負担|出)|まるまる|丸々")
_ENDLESS = re.compile(
    r"一生(?!に)|ずっと(?=もら|続|有効|使|受|出)|無期限|永久|期限(?:は)?(?:なし|ありません)"
)
_CAUSE = re.compile(r"(?P<head>[一-龥ァ-ヶー]{2,10})の(?P<suffix>影響|増加|減少)")


@dataclass(frozen=True)
class Value:
    """`family`: what excludes what; `bound`: "least", "most", "old" or "" for a figure
    as it stands.

    `start`/`end`: in the folded text it was read from.
    """

    family: str
    canonical: Fraction | str
    text: str
    start: int
    end: int
    bound: str = ""

    @property
    def group(self) -> str:
        """The kind of family, as confidence is measured for it."""
        kind = self.family.partition(":")[0]
        if self.family == "name:latin":
            return "latin"
        if kind in _GROUPS:
            return kind
        if any(each.family == kind for each in load_alternatives()):
            return "alternative"
        return "time" if kind in _TIMES else "figure"

    def is_same(self, other: Value) -> bool:
        """Of one family and equal; a name and a longer form of it are the same."""
        if self.family != other.family:
            return False
        if isinstance(self.canonical, str) and isinstance(other.canonical, str):
            shorter, longer = sorted((self.canonical, other.canonical), key=len)
            is_name = self.family.startswith("name:")
            return shorter in longer if is_name else shorter == longer
        return self.canonical == other.canonical


@dataclass(frozen=True)
class Alternatives:
    """A family of which one holds at a time: patterns of its values."""

    family: str
    is_predicate: bool
    patterns: Mapping[str, re.Pattern[str]]


@cache
def load_alternatives() -> tuple[Alternatives, ...]:
    """The committed table. Raises re.error for a broken pattern."""
    data = tomllib.loads(Path(__file__).with_name("alternatives.toml").read_text("utf-8"))
    return tuple(
        Alternatives(
            family,
            entry["where"] == "end",
            {value: re.compile(pattern) for value, pattern in entry["values"].items()},
        )
        for family, entry in data.items()
    )


@lru_cache(maxsize=20_000)
def read_values(text: str) -> tuple[Value, ...]:
    """All values of a folded text, in no particular order."""
    frequencies = tuple(_frequencies(text))
    return (
        *frequencies,
        *_figures(text, frequencies),
        *_whole(text),
        *_names(text),
        *_alternatives(text),
    )


def _frequencies(text: str) -> Iterator[Value]:
    """Times a year, as a number."""
    taken: set[int] = set()
    for pattern, a_year in _FREQUENCIES:
        for match in pattern.finditer(text):
            if taken.intersection(range(*match.span())):
                continue
            taken.update(range(*match.span()))
            groups = match.groupdict()
            times = int(k) if (k := groups.get("k")) and k.isdigit() else 1
            often = a_year * times / int(groups.get("n") or 1)
            yield Value("frequency", often, match.group(), *match.span())


def _figures(text: str, frequencies: tuple[Value, ...]) -> Iterator[Value]:
    figures = find_figures(text)
    for number, figure in enumerate(figures):
        if any(each.start < figure.end and figure.start < each.end for each in frequencies):
            continue
        family, canonical = _family(figure)
        if text.startswith("目", figure.end) and family != "money":
            family += "目"  # 「3人目から」 counts nobody
        bound = _bound(text, figure)
        if _is_range(text, figures[number : number + 2]):
            bound = "least"
        elif number and _is_range(text, figures[number - 1 : number + 1]):
            bound = "most"
        yield Value(family, canonical, figure.text, figure.start, figure.end, bound)


def _whole(text: str) -> Iterator[Value]:
    """「全額」 is a ratio of one, 「ずっと」 a duration without an end."""
    for match in _ALL.finditer(text):
        yield Value("ratio", Fraction(1), match.group(), *match.span())
    for match in _ENDLESS.finditer(text):
        yield Value("duration", Fraction(10**6), match.group(), *match.span())


def _is_range(text: str, pair: list[Figure]) -> bool:
    return len(pair) == 2 and bool(_RANGE.fullmatch(text[pair[0].end : pair[1].start]))


def _family(figure: Figure) -> tuple[str, Fraction]:
    if figure.kind is FigureKind.COUNT:
        return f"count:{_THINGS.get(figure.unit, figure.unit)}", figure.value
    if figure.kind is FigureKind.DURATION and figure.unit in _CALENDAR:
        return "duration", figure.value * _CALENDAR[figure.unit]
    if figure.kind is FigureKind.DURATION and figure.unit in _CLOCK:
        return "hours", figure.value * _CLOCK[figure.unit]
    if figure.kind is FigureKind.DURATION:
        return f"duration:{figure.unit}", figure.value
    return figure.kind.value, figure.value


def _bound(text: str, figure: Figure) -> str:
    if _REPLACED.match(text[figure.end :]) or _FORMER.search(text[: figure.start]):
        return "old"
    after, before = (
        text[figure.end : figure.end + 5],
        text[max(0, figure.start - 14) : figure.start],
    )
    for name, pattern in _BOUNDS:
        if (match := pattern.search(after)) and match.start() <= 2:
            return name
    if _MOST_BEFORE.search(before):
        return "most"
    return "least" if _LEAST_BEFORE.search(before) else ""


def _names(text: str) -> Iterator[Value]:
    """Names by their last part (○○大臣), so that one can stand where another should be."""
    for match in _COMPOUND.finditer(text):
        name = match.group()
        if not _GENERIC.fullmatch(name) and name not in _PARTS:
            family = next(family for end, family in _FAMILY_OF if end.search(name))
            yield Value(f"name:{family}", name, name, *match.span())
    for match in _CAUSE.finditer(text):
        yield Value(f"of:{match['suffix']}", match["head"], match["head"], *match.span())
    for match in _LATIN_NAME.finditer(text):
        name = match.group()
        yield Value("name:latin", name.lower(), name, *match.span())


def _alternatives(text: str) -> Iterator[Value]:
    for each in load_alternatives():
        for value, pattern in each.patterns.items():
            for match in pattern.finditer(text):
                yield Value(each.family, value, match.group(), *match.span())
