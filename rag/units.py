"""Raw text cut into units: the sentences, items and table rows that can be quoted whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.normalization import continues, normalise_line, unspace

_SENTENCE_END = re.compile(r"(?<=[。！？])(?![」』）)])")
_WIDE_GAP = re.compile(r"[ \u3000]{2,}")
_SYMBOL_BULLET = re.compile(r"[\uf000-\uf0ff]\s?")
_MARKDOWN_MARK = re.compile(r"^#{1,6}\s+")
_MAX_UNIT_CHARS = 220


@dataclass(frozen=True)
class Unit:
    """A sentence, item or row. `text` is normalised; `start`/`end` delimit it in the raw text.

    `after_blank` says that a blank line stands before it in the raw text.
    """

    text: str
    start: int
    end: int
    after_blank: bool


@dataclass(frozen=True)
class _Line:
    text: str
    start: int
    end: int


@dataclass
class _Open:
    """Lines that are being joined."""

    lines: list[_Line]
    after_blank: bool


def split_units(raw: str) -> list[Unit]:
    """The units of `raw` in reading order; only white space lies between them.

    Lines that a layout broke are joined, joined text is cut again at the end of sentences.
    """
    lines = _lines(raw)
    widths = _widths(lines)
    groups: list[_Open] = []
    blank_before = False
    for line, width in zip(lines, widths, strict=True):
        if not line.text:
            blank_before = True
            continue
        _append(groups, line, width, blank_before=blank_before)
        blank_before = False
    return [unit for group in groups for unit in _cut(raw, group)]


def _lines(raw: str) -> list[_Line]:
    lines: list[_Line] = []
    offset = 0
    for line in raw.splitlines(keepends=True):
        lead = len(line) - len(line.lstrip())
        end = offset + len(line.rstrip())
        lines.append(_Line(normalise_line(line), offset + lead, end))
        offset += len(line)
    return lines


def _widths(lines: list[_Line]) -> list[int]:
    """For each line the longest line of its paragraph (the lines between two blank ones)."""
    widths: list[int] = []
    start = 0
    for index in range(len(lines) + 1):
        if index == len(lines) or not lines[index].text:
            longest = max((len(line.text) for line in lines[start:index]), default=0)
            widths += [longest] * (index - start) + [0]
            start = index + 1
    return widths[: len(lines)]


def _append(groups: list[_Open], line: _Line, width: int, *, blank_before: bool) -> None:
    if groups:
        last = groups[-1]
        previous = last.lines[-1].text
        is_full = sum(len(each.text) for each in last.lines) >= _MAX_UNIT_CHARS
        if not is_full and continues(previous, line.text, width=width, over_blank=blank_before):
            last.lines.append(line)
            return
    groups.append(_Open([line], after_blank=blank_before or not groups))


def _join(left: str, right: str) -> str:
    """Lines of Japanese join without a space, Latin words with one."""
    latin = left[-1:].isascii() and left[-1:].isalnum() and right[:1].isascii()
    return f"{left} {right}" if latin and right[:1].isalnum() else left + right


def _cut(raw: str, group: _Open) -> list[Unit]:
    """Cut joined lines at the ends of sentences, in the raw text, so that spans stay exact."""
    start, end = group.lines[0].start, group.lines[-1].end
    pieces: list[tuple[int, int]] = []
    position = start
    for match in _SENTENCE_END.finditer(raw, start, end):
        if match.start() > position:
            pieces.append((position, match.start()))
            position = match.start()
    if position < end:
        pieces.append((position, end))
    units = [_unit(raw, a, b, after_blank=group.after_blank and a == start) for a, b in pieces]
    return [unit for unit in units if unit.text]


def _unit(raw: str, start: int, end: int, *, after_blank: bool) -> Unit:
    while start < end and raw[start].isspace():
        start += 1
    while end > start and raw[end - 1].isspace():
        end -= 1
    text = ""
    for line in raw[start:end].splitlines():
        piece = normalise_line(line)
        if piece:
            text = _join(text, piece) if text else piece
    return Unit(text, start, end, after_blank)


def normalise(raw: str) -> str:
    """The whole text as it is embedded and tokenised: one unit a line."""
    return "\n".join(unit.text for unit in split_units(raw))


def readable(raw: str) -> str:
    """Raw text as people read it: broken lines joined, spaced-out words closed.

    Of the visible characters only layout is left out: the marks of Markdown (headings, cells) and
    bullets of symbol fonts.
    """
    lines = (_readable_unit(raw[unit.start : unit.end]) for unit in split_units(raw))
    return "\n".join(line for line in map(_without_markdown, lines) if line)


def _readable_unit(raw: str) -> str:
    text = ""
    for line in raw.splitlines():
        parts = [unspace(part) for part in _WIDE_GAP.split(_SYMBOL_BULLET.sub("・", line).strip())]
        piece = " ".join(part for part in parts if part)
        text = _join(text, piece) if text and piece else text or piece
    return text


def _without_markdown(line: str) -> str:
    if line.startswith("|"):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        return "　".join(cell for cell in cells if cell.strip(":- "))
    line = _MARKDOWN_MARK.sub("", line)
    return re.sub(r"\*\*(.+?)\*\*", r"\1", line)
