"""Sections cut into chunks: contiguous raw text of at most 120 characters, never across sections.

A chunk ends where the text itself pauses: before a heading, at a blank line, at the end of a
sentence; a long section is cut into pieces of about equal size, so that none is a torn remainder.
"""

from __future__ import annotations

from dataclasses import dataclass

from ingest.segmenter import Section
from rag.normalization import starts_item
from rag.units import Unit, split_units


@dataclass(frozen=True)
class ChunkLimits:
    """Raw characters. A section below `small_chars` is joined with its neighbour.

    Small chunks were found better than large ones (decision 0004): when searching, a passage of
    up to 500 characters grows around the best one.
    """

    max_chars: int = 120
    small_chars: int = 40


@dataclass(frozen=True)
class Chunk:
    """A piece of a document version. `text` is raw and contiguous; `path` its titles."""

    ordinal: int
    page_index: int
    start: int
    end: int
    page: int | None
    path: tuple[str, ...]
    text: str
    columns: str = ""


def chunk(sections: list[Section], limits: ChunkLimits | None = None) -> list[Chunk]:
    """All chunks of a document in reading order; their visible text is that of the sections."""
    limits = limits or ChunkLimits()
    chunks: list[Chunk] = []
    for section in _merge_small(sections, limits):
        columns = ""
        for start, end in _cut(section.text, limits.max_chars):
            text = section.text[start:end]
            chunks.append(
                Chunk(
                    ordinal=len(chunks),
                    page_index=section.page_index,
                    start=section.start + start,
                    end=section.start + end,
                    page=section.page,
                    path=section.path,
                    text=text,
                    columns=columns,
                )
            )
            # The first row of a table names the columns of all chunks of it.
            columns = columns or (text.splitlines()[0] if "\t" in text.splitlines()[0] else "")
    return chunks


def _merge_small(sections: list[Section], limits: ChunkLimits) -> list[Section]:
    """Join neighbours on one page under one parent while one of them is small."""
    merged: list[Section] = []
    for section in sections:
        last = merged[-1] if merged else None
        if last is not None and _can_join(last, section, limits):
            merged[-1] = Section(
                last.page_index,
                last.start,
                section.end,
                last.page,
                _common(last.path, section.path),
                last.text + section.text,
            )
        else:
            merged.append(section)
    return merged


def _can_join(last: Section, section: Section, limits: ChunkLimits) -> bool:
    if last.page_index != section.page_index or last.end != section.start:
        return False
    if last.page != section.page:
        return False
    is_small = min(len(last.text.strip()), len(section.text.strip())) < limits.small_chars
    return is_small and len(last.text) + len(section.text) <= limits.max_chars


def _common(left: tuple[str, ...], right: tuple[str, ...]) -> tuple[str, ...]:
    common: list[str] = []
    for a, b in zip(left, right, strict=False):
        if a != b:
            break
        common.append(a)
    return tuple(common)


def _cut(text: str, max_chars: int) -> list[tuple[int, int]]:
    """Spans of at most `max_chars`, about equal in size, cut between units where possible."""
    units = _fitting(split_units(text), max_chars)
    if not units:
        return []
    begin, finish = units[0][0], units[-1][1]
    total = finish - begin
    if total <= max_chars:
        return [(begin, finish)]
    target = total / -(-total // max_chars)
    spans: list[tuple[int, int]] = []
    start = 0
    while start < len(units):
        stop = _best_stop(units, start, max_chars, target)
        spans.append((units[start][0], units[stop - 1][1]))
        start = stop
    return spans


def _best_stop(
    units: list[tuple[int, int, float]], start: int, max_chars: int, target: float
) -> int:
    """Index after the last unit of a chunk that begins at `start`."""
    begin = units[start][0]
    best, best_score = start + 1, float("-inf")
    for stop in range(start + 1, len(units) + 1):
        size = units[stop - 1][1] - begin
        if size > max_chars:
            break
        rest = units[-1][1] - units[stop - 1][1]
        pause = units[stop][2] if stop < len(units) else 3.0
        score = pause - 4.0 * abs(size - target) / target
        if 0 < rest < 0.2 * target:
            score -= 2.0
        if score >= best_score:
            best, best_score = stop, score
    return best


def _fitting(units: list[Unit], max_chars: int) -> list[tuple[int, int, float]]:
    """Spans of units with the strength of the pause before each; too long ones are cut hard."""
    spans: list[tuple[int, int, float]] = []
    for unit in units:
        pause = 1.0 if unit.after_blank else 0.0
        if unit.after_blank and (starts_item(unit.text) or len(unit.text) <= 24):
            pause = 2.0
        if unit.text.startswith(("#", "<", "【", "■")):
            pause = 2.5
        start = unit.start
        while unit.end - start > max_chars:
            spans.append((start, start + max_chars, pause))
            start, pause = start + max_chars, 0.0
        spans.append((start, unit.end, pause))
    return spans
