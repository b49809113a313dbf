"""A unit in passages: of each, its own text, what it inherits from before, and its figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from guardrails.output.grounding.clauses import split_statements, topic_of
from guardrails.output.grounding.facts import Fact, read_facts
from rag.values import Value

_SENTENCE = re.compile(r"(?<=。)")
_CELL = re.compile(r"\s*[|\t]\s*|(?<=[^\d\s])\s?/\s?(?=[^\d\s])")
_NEAR, _TAIL, _HEAD, _TITLE, _SHARED, _ELSEWHERE = 1.0, 0.6, 0.9, 0.7, 0.6, 0.25
_ROW = 0.5
_SIBLING = 0.5
_SUBJECT = re.compile(r"^[^、]{2,20}?が")


@dataclass(frozen=True)
class Zone:
    """A text and the facts in it; what stands there counts `weight`."""

    text: str
    weight: float
    facts: tuple[Fact, ...]
    is_title: bool = False


@dataclass(frozen=True)
class Passage:
    """A statement of a unit. `topic` is its own, empty where it has none."""

    unit: int
    text: str
    topic: str
    zones: tuple[Zone, ...]
    facts: tuple[Fact, ...]

    def around(self, fact: Fact) -> tuple[Zone, ...]:
        """The zones as they are seen from one of its facts: its label is nearer than others'."""
        kin = [each for each in self.facts if each.is_kin(fact)]
        if len(kin) < 2:
            return self.zones
        first = min(each.value.start for each in kin)
        mark = re.search(r"[は:、]", self.text[:first])
        head = self.text[: mark.start()] if mark else ""
        tail = fact.tail if fact.tail.count("(") == fact.tail.count(")") else fact.tail.partition("(")[0]
        label, tail = _zone(fact.label, _NEAR), _zone(tail, _TAIL)
        rest = (Zone(self.text, _ELSEWHERE, self.facts), *self.zones[1:])
        return (label, tail, _zone(head, _HEAD), *rest)


def read_passages(number: int, text: str, titles: Sequence[str]) -> tuple[Passage, ...]:
    """`text`: cells parted by bars."""
    above = replace(_zone(" ".join(titles), _TITLE), is_title=True)
    elsewhere = _ROW if "|" in text else _ELSEWHERE
    parts = list(_parts(text))
    whole = _zone(text, elsewhere)
    going_on = _zone(" ".join((*(part for part, *_ in parts if not _topic(part)), *(t for each in _SENTENCE.split(text)[:-1] if ":" not in (t := _topic(each))))) if "|" not in text else "", _SIBLING)
    return tuple(
        Passage(
            number,
            part,
            _topic(part),
            (_zone(part, _NEAR), _zone(head, _HEAD), above, _zone(shared, _SHARED), going_on, whole),
            read_facts(part),
        )
        for part, head, shared in parts
    )


def _zone(text: str, weight: float) -> Zone:
    return Zone(text, weight, read_facts(text))


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    inherited = ""
    for sentence in _SENTENCE.split(text):
        facts = read_facts(sentence)
        shared = sentence[facts[-1].value.end :] if facts else ""
        shared = "" if "、" in shared else shared
        cells = [cell for cell in _CELL.split(sentence.strip("| ")) if cell.strip()]
        key = cells[0] if len(cells) > 1 and _is_key(cells) else ""
        for cell in cells:
            before = key if cell is not key else ""
            for part in split_statements(cell):
                own = _topic(part)
                yield part, f"{before} {'' if own else inherited}".strip(), "" if cell in part else shared
                inherited = own or inherited


def _is_key(cells: Sequence[str]) -> bool:
    """The first cell names the row, unless it holds a figure like those of the others."""
    values = read_facts(cells[0])
    later = [fact for cell in cells[1:] for fact in read_facts(cell)]
    return not any(
        fact.is_kin(other) and fact.value.family != "number" for fact in values for other in later
    )


def _topic(part: str) -> str:
    topic = topic_of(part)
    if topic:
        return topic
    match = _SUBJECT.match(part)
    return match.group()[:-1] if match else ""


def values_of(zone: Zone) -> tuple[Value, ...]:
    return tuple(fact.value for fact in zone.facts)
