"""A unit in passages: of each its own text, what it takes from around it, and its figures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from guardrails.output.grounding.clauses import split_statements, topic_of
from guardrails.output.grounding.facts import Fact, read_facts

_SENTENCE = re.compile(r"(?<=。)")
_CELL = re.compile(r"\s*[|\t]\s*|(?<=[^\d\s])\s?/\s?(?=[^\d\s])")
_SUBJECT = re.compile(r"^[^、]{2,20}?が")
_ITEM = re.compile(
    r"^(?:\(\d+\)|[・■●○◆-]|\d+[.)]?)\s?(?P<name>[^\s、。:\d]{2,20})\s(?=\S+[^\d\s]{6})"
)
_LAST_RUN = re.compile(r"(?:[一-龥]+|[ァ-ヶー]+)$")
_HEAD_END = re.compile(r"[は:、]")
# How much a word counts that stands there (what moving them does: decision 0008).
_NEAR, _HEAD, _TITLE, _SHARED, _TAIL, _SIBLING, _ROW, _ELSEWHERE = (
    1.0, 1.0, 0.7, 0.6, 0.6, 0.5, 0.5, 0.1,
)  # fmt: skip


@dataclass(frozen=True)
class Zone:
    """A text and the facts in it; what stands there counts `weight`."""

    text: str
    weight: float
    facts: tuple[Fact, ...]
    is_title: bool = False


@dataclass(frozen=True)
class Passage:
    """A statement of a unit.

    `topic`: its own, empty where it has none; `near`: its text; `head`: the row's name or the
    topic it takes over; `above`: the titles; `beyond`: the rest of the unit, nearest first.
    """

    unit: int
    topic: str
    near: Zone
    head: Zone
    above: Zone
    beyond: tuple[Zone, ...]

    @property
    def zones(self) -> tuple[Zone, ...]:
        """All of them."""
        return (self.near, self.head, self.above, *self.beyond)

    def says(self, fact: Fact) -> bool:
        """Whether any zone has an equal figure."""
        return any(fact.value.is_same(held.value) for zone in self.zones for held in zone.facts)

    def around(self, fact: Fact) -> tuple[Zone, ...]:
        """The zones as they are seen from one of its facts: its label is nearer than others'."""
        kin = [each for each in self.near.facts if each.is_kin(fact)]
        if len(kin) == 1:
            return self.zones
        text = self.near.text
        mark = _HEAD_END.search(text[: min(each.value.start for each in kin)])
        tail, bracket, _ = fact.tail.partition("(")
        return (
            _zone(fact.label, _NEAR),
            _zone(fact.tail if not bracket or ")" in fact.tail else tail, _TAIL),
            _zone(text[: mark.start()] if mark else "", _HEAD),
            replace(self.near, weight=_ELSEWHERE),
            *self.zones[1:],
        )


def read_passages(number: int, text: str, titles: Sequence[str]) -> tuple[Passage, ...]:
    """The passages of unit `number`; the cells of a row are parted by bars."""
    above = replace(_zone(" ".join(titles), _TITLE), is_title=True)
    is_row = "|" in text
    parts = list(_parts(text))
    # What has no topic of its own goes on with what was said before, so it is of all passages.
    facts = {part: read_facts(part) for part, *_ in parts}
    listed = [fact for held in facts.values() for fact in held]
    going_on = [
        part
        for part, held in facts.items()
        if not _topic(part)
        if not any(a.is_kin(b) for a in held for b in listed if b not in held)
    ]
    going_on += [topic for each in _SENTENCE.split(text)[:-1] if ":" not in (topic := _topic(each))]
    around = (
        _zone("" if is_row else " ".join(going_on), _SIBLING),
        _zone(text, _ROW if is_row else _ELSEWHERE),
    )
    return tuple(
        Passage(
            number,
            _topic(part),
            _zone(part, _NEAR),
            _zone(head, _HEAD),
            above,
            (_zone(shared, _SHARED), *around),
        )
        for part, head, shared in parts
    )


def _zone(text: str, weight: float) -> Zone:
    return Zone(text, weight, read_facts(text))


def _parts(text: str) -> Iterator[tuple[str, str, str]]:
    """Each part with its head, and with the predicate at the end that a list has in common."""
    item = _ITEM.match(text)
    asked = item["name"] if item else ""
    inherited = before = ""
    for sentence in _SENTENCE.split(text):
        facts = read_facts(sentence)
        predicate = sentence[facts[-1].value.end :] if facts else ""
        cells = [cell for cell in _CELL.split(sentence.strip("| ")) if cell.strip()]
        key = cells[0] if len(cells) > 1 and _is_key(cells) else ""
        for cell in cells:
            name = "" if cell is key else key
            listed = ""
            parts = split_statements(cell)
            for place, part in enumerate(parts):
                own, subject = topic_of(part), _topic(part)
                listed = listed if place != 1 else _list_key(*parts[:2])
                taken = f"{'' if own else inherited} {'' if subject else before}"
                head = f"{asked} {name} {listed} {taken}".strip()
                yield part, head, "" if cell in part or "、" in predicate else predicate
                inherited, before = own or inherited, "" if own else subject or before
        if sentence.rstrip("。 ").endswith("か"):  # a question is the title of its answer
            asked = sentence


def _list_key(first: str, second: str) -> str:
    """「手当 個人 15万円、夫婦 22万円」: what the first item has before its own label is of all."""
    for fact in read_facts(second):
        for other in read_facts(first):
            if other.is_kin(fact):
                own, labels = first[: other.value.start].split(), second[: fact.value.start].split()
                if len(own) == len(labels) == 1 and _LAST_RUN.fullmatch(labels[0]):
                    return _LAST_RUN.sub("", own[0]) if _LAST_RUN.search(own[0]) else ""
                return " ".join(own[: len(own) - len(labels)]) if labels else ""
    return ""


def _is_key(cells: Sequence[str]) -> bool:
    """The first cell names the row, unless it holds a figure like those of the others."""
    own = [fact for fact in read_facts(cells[0]) if fact.value.family != "number"]
    others = [fact for cell in cells[1:] for fact in read_facts(cell)]
    return not any(fact.is_kin(other) for fact in own for other in others)


def _topic(part: str) -> str:
    if topic := topic_of(part):
        return topic
    match = _SUBJECT.match(part)
    return match.group()[:-1] if match else ""
