"""Figures, dates, numbers and addresses: what must stand in the evidence as it is said."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.values import Value, read_values

_LITERAL = re.compile(
    r"https?://[^\s、。」)]+|[\w.+-]+@[\w-]+\.[\w.-]+|#?\d{2,5}-\d{1,4}-\d{3,4}|#\d{4}"
)
_ORDINAL = re.compile(
    r"第?(?P<n>\d+)(?P<of>子|号|条|項|回(?=目)|版|期|級|類|種|人目|番|階|[年日週]目)"
)
_NUMBER = re.compile(r"(?P<n>\d[\d,]*(?:\.\d+)?)(?:\s?(?P<of>[一-龥ァ-ヶ]|[a-z]+))?", re.IGNORECASE)
_FIGURES = frozenset({"figure", "time", "frequency"})
_SIDE = re.compile(r"(?:目)?(?:より|の)?(?P<side>前|後)")
_RANGE = re.compile(r"\s?(?:~|から|-|→|又は|または|及び|・)\s?(?:月額)?")
_REPLACED = re.compile(r"/[^\s、。(]{1,4}\s?[→⇒]")
_ASIDE = re.compile(r"\([^()]{1,12}\)")
_PER_ONE = re.compile(r"(?:当たり|あたり|につき|ごと|に(?=\d)|\s?(?:上限)?(?=\d))")
_ONE = re.compile(r"(?<![\d.,])1(?P<of>[^\d\s.,、。()]{1,4})(?:当たり|あたり|につき|ごと)")
_CONDITION = re.compile(r"(?:以上|未満|以下|を?超)[^、。()\d]{0,3}(?:の|で|[一-龥ァ-ヶ]{2}|は)")
_EARLIER = re.compile(r"従来|以前|これまで|だった|でした|旧|改[正定]前|年度まで")


@dataclass(frozen=True)
class Fact:
    """A value in its place. `side`: 前 or 後 right after it, or right before.

    `label`: the text since the last value of its family, which says what this one is;
    `tail`: the text up to the next one.
    """

    value: Value
    side: str
    label: str
    tail: str

    @property
    def is_old(self) -> bool:
        """「100万円/団体→300万円/団体」: no longer so."""
        return self.value.bound == "old" or bool(_REPLACED.match(self.tail))

    def is_kin(self, other: Fact) -> bool:
        """Of one kind, so that one could stand where the other should be."""
        return _kin(self.value, other.value)


def read_facts(text: str) -> tuple[Fact, ...]:
    """All facts of a folded text, in order."""
    read = [value for value in read_values(text) if value.group in _FIGURES]
    values = [value for value in read if not _is_measure(text, value)]
    values += list(_others(text, read))
    values.sort(key=lambda value: (value.start, value.family))
    return tuple(_fact(text, value, values) for value in values)


def _is_measure(text: str, value: Value) -> bool:
    """「1人あたり30万円」, 「30万円/1団体」: what the other figure is counted by."""
    if value.family == "duration" and text[value.end : value.end + 1] == "目":
        return True  # 「3年目」 is no duration
    if value.canonical not in {1, "1"} or value.group == "time":
        return False
    return bool(_PER_ONE.match(text, value.end))


def _others(text: str, known: Sequence[Value]) -> Iterator[Value]:
    taken = {place for match in _ONE.finditer(text) for place in range(*match.span())}
    for match in _LITERAL.finditer(text):
        taken.update(range(*match.span()))
        yield Value("literal", match.group().lower(), match.group(), *match.span())
    for value in known:
        if text[value.end : value.end + 1] == "目" and value.family == "duration":
            continue
        taken.update(range(value.start, value.end))
    for match in _ORDINAL.finditer(text):
        if not taken.intersection(range(*match.span())):
            taken.update(range(*match.span()))
            yield Value(f"ordinal:{match['of']}", match["n"], match.group(), *match.span())
    for match in _NUMBER.finditer(text):
        if match["of"] != "位" and not taken.intersection(range(*match.span())):
            family = f"number:{match['of']}" if match["of"] else "number"
            yield Value(family, match["n"].replace(",", ""), match.group(), *match.span())


def _fact(text: str, value: Value, values: Sequence[Value]) -> Fact:
    after = _SIDE.match(text[value.end : value.end + 4])
    before = text[max(0, value.start - 1) : value.start]
    left = before if before in {"前", "後"} else ""
    later = (other.start for other in values if other.start >= value.end and _kin(other, value))
    tail = text[value.end : min(later, default=len(text))]
    return Fact(value, after["side"] if after else left, _label(text, value, values), tail)


def _label(text: str, value: Value, values: Sequence[Value]) -> str:
    """Both ends of a range have one label, that of its beginning."""
    end = value.start
    aside = text[value.end : _end(text, value, values)]
    for other in reversed(
        [o for o in values if _kin(o, value) and o.end <= end and not _CONDITION.match(text, o.end)]
    ):
        if not _RANGE.fullmatch(text[other.end : end]):
            return text[_end(text, other, values) : end] + aside
        end = other.start
    return text[:end] + aside


def _end(text: str, value: Value, values: Sequence[Value]) -> int:
    """「1/2(2年目)」: a short aside right after a value says what it is, unless it has its like."""
    aside = _ASIDE.match(text, value.end)
    if not aside or any(_kin(o, value) and aside.start() <= o.start < aside.end() for o in values):
        return value.end
    return aside.end()


def without_figures(text: str) -> str:
    """Figures are compared as such: 「月」 of a date is no word."""
    for fact in reversed(read_facts(text)):
        text = f"{text[: fact.value.start]}、{text[fact.value.end :]}"
    return text


def bears(held: Fact, said: Fact, clause: str) -> bool:
    """Whether a fact of the evidence is the one that is said, with the same bound and side."""
    if not (held.value.is_same(said.value) or _is_bare(said, held)):
        return False
    if held.is_old and not (said.is_old or _EARLIER.search(clause) or _is_change(clause, said)):
        return False
    bounds = {held.value.bound, said.value.bound}
    if bounds == {"least", "most"}:
        return False
    return not (held.side and said.side and held.side != said.side)


def _is_bare(said: Fact, held: Fact) -> bool:
    """「第21・第22投票区」: the unit stands after the last one only."""
    is_number = said.value.family == "number" and held.value.family.startswith("number:")
    return is_number and said.value.canonical == held.value.canonical


def _kin(one: Value, other: Value) -> bool:
    """4営業日 could stand for 30日."""
    kinds = {one.family, other.family}
    return len(kinds) == 1 or all(kind.startswith("duration") for kind in kinds)


def _is_change(clause: str, said: Fact) -> bool:
    """「100万円から300万円に」 tells the old one as the old one."""
    return clause.partition(said.value.text)[2].startswith(("から", "→", "だった", "でした", "が"))
