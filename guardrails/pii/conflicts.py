"""Findings that overlap: the longer, then the one with a right check digit, then the surer."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable

from guardrails.verdict import Finding, FindingType

_ORDER = {kind: place for place, kind in enumerate(FindingType)}


def resolve(findings: Iterable[Finding]) -> list[Finding]:
    """Disjoint findings in the order of the text; always the same for the same findings."""
    kept: list[tuple[int, int, Finding]] = []
    starts: list[int] = []
    for finding in sorted(findings, key=_rank):
        place = bisect_left(starts, finding.start)
        is_free_before = place == 0 or kept[place - 1][1] <= finding.start
        is_free_behind = place == len(kept) or kept[place][0] >= finding.end
        if is_free_before and is_free_behind:
            insort(starts, finding.start)
            kept.insert(place, (finding.start, finding.end, finding))
    return [finding for _, _, finding in kept]


def _rank(finding: Finding) -> tuple[int, bool, float, int, int]:
    length = finding.end - finding.start
    order = _ORDER.get(FindingType(finding.type), len(_ORDER))
    return (-length, not finding.is_valid, -finding.score, finding.start, order)
