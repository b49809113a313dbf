"""Marks of confidentiality in a text: each as a finding, made or only spoken of."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from guardrails.classification.level import Level
from guardrails.classification.placing import Page, Place, Source, how_made
from guardrails.classification.policy import ClassificationPolicy, squeezed
from guardrails.verdict import Finding, FindingType

_ENCIRCLED = "㊙"
_MADE, _SPOKEN_OF = 1.0, 0.3


@dataclass(frozen=True)
class Mark:
    """A mark and its level. `is_made`: it says what this text is; else the text speaks of it."""

    finding: Finding
    level: Level
    is_made: bool


def find_marks(text: str, source: Source, policy: ClassificationPolicy) -> Iterator[Mark]:
    """Marks in folded text, in order. A form feed begins a new page."""
    start = 0
    for page in text.split("\f"):
        for mark in _on_page(page, source, policy):
            found = mark.finding
            moved = Finding(
                found.type, found.start + start, found.end + start, found.score, reason=found.reason
            )
            yield Mark(moved, mark.level, mark.is_made)
        start += len(page) + 1


def _on_page(text: str, source: Source, policy: ClassificationPolicy) -> Iterator[Mark]:
    stacked = [(match.start(1), match.end(1)) for match in policy.stacked_pattern.finditer(text)]
    spans = [(match.start(), match.end()) for match in policy.label_pattern.finditer(text)]
    spans += [(match.start(), match.end()) for match in re.finditer(_ENCIRCLED, text)]
    page = Page(text, _blanked(text, spans), source)
    for start, end in stacked:
        yield _mark(page, start, end, "縦に表示されています", policy)
    for start, end in sorted(spans):
        yield _mark(page, start, end, how_made(Place(page, start, end)), policy)


def _mark(page: Page, start: int, end: int, how: str, policy: ClassificationPolicy) -> Mark:
    label = squeezed(page.text[start:end])
    reason = f"「{label}」が{how}" if how else f"「{label}」は話題に出ただけです"
    finding = Finding(
        FindingType.CLASSIFICATION_MARK, start, end, _MADE if how else _SPOKEN_OF, reason=reason
    )
    return Mark(finding, _level(label, policy), bool(how))


def _level(label: str, policy: ClassificationPolicy) -> Level:
    if label == _ENCIRCLED:
        return policy.levels.get("秘", Level.L4)
    found = policy.levels.get(label) or policy.levels.get(label.removesuffix("情報"))
    return found or policy.levels[label.replace("_", "").replace("-", "")]


def _blanked(text: str, spans: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    place = 0
    for start, end in sorted(spans):
        pieces += [text[place:start], " " * (end - start)]
        place = max(place, end)
    return "".join([*pieces, text[place:]])
