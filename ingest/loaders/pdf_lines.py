"""Characters to lines: runs of neighbours, rows, two-column order, paragraphs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from ingest.loaders.reading_order import Box, enclosing, in_reading_order, line_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ingest.loaders.pdf_chars import Char

# In heights of a character (its em, nearly).
_RUN_GAP = 1.2  # neighbours this near belong to one run
_BACKSTEP = 0.5  # how far a character may step back (kerning, overprint)
_WORD_GAP = 0.2
_CELL_GAP = 2.0  # a gap this wide separates what stands in columns of a table
_PARAGRAPH_GAP = 0.9
_ALIGNED = 0.3
_MIN_ALIGNED = 0.6  # share of lines with a neighbour that makes rows likely
_MIN_GUTTER = 0.8
_PAGE_NUMBER = re.compile(r"[-‐-―−ー(（\s]*(?:\d{1,4}|[ivxlc]{1,6})[-‐-―−ー)）\s]*")
_PROSE_CHARS = 10  # lines of text columns are at least this long, most cells are not


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text, or a whole table. `index`: its place in the order of the file."""

    box: Box
    text: str
    index: int
    is_table: bool = False


def pieces(chars: Sequence[Char]) -> list[Piece]:
    """Runs of characters that stand on a line without a wide gap."""
    runs: list[Piece] = []
    start = 0
    for index in range(1, len(chars) + 1):
        if index == len(chars) or not _follows(chars[index - 1].box, chars[index].box):
            run = _piece(chars[start:index], start)
            runs += [run] if run else []
            start = index
    return [piece for row in line_rows(runs) for piece in _joined(row)]


def _follows(before: Box, after: Box) -> bool:
    if before == after:  # a ligature: several characters share one glyph
        return True
    size = max(before.height, after.height)
    gap = after.left - before.right
    return before.overlap(after) >= 0.5 * min(before.height, after.height) and (
        -_BACKSTEP * size <= gap <= _RUN_GAP * size
    )


def _piece(chars: Sequence[Char], index: int) -> Piece | None:
    visible = [char for char in chars if not char.text.isspace()]
    if not visible:
        return None
    text = "".join(
        f" {char.text}" if char.after_gap and position else char.text
        for position, char in enumerate(chars)
    )
    return Piece(enclosing(visible), text.strip(), index)


def _joined(row: Sequence[Piece]) -> Iterator[Piece]:
    """Runs that the file wrote apart but that stand together."""
    current = row[0]
    for piece in row[1:]:
        if _follows(current.box, piece.box):
            gap = piece.box.left - current.box.right
            space = " " if gap > _WORD_GAP * piece.box.height else ""
            current = Piece(
                enclosing([current, piece]), f"{current.text}{space}{piece.text}", current.index
            )
        else:
            yield current
            current = piece
    yield current


def page_text(items: Sequence[Piece]) -> str:
    """Lines in reading order, a blank line between paragraphs and around tables."""
    lines: list[str] = []
    above: Piece | None = None
    for row in _ordered(items):
        if above and _is_paragraph_break(above, row[0]):
            lines.append("")
        lines.append(_line(row))
        above = row[0]
    return "\n".join(lines)


def _ordered(items: Sequence[Piece]) -> list[list[Piece]]:
    """Reading order, with a numbered first or last line kept out of the columns between."""
    rows = line_rows(items)
    head = rows[:1] if rows and _has_page_number(rows[0]) else []
    tail = rows[-1:] if len(rows) > 1 and _has_page_number(rows[-1]) else []
    body = [piece for row in rows[len(head) : len(rows) - len(tail)] for piece in row]
    return [*head, *in_reading_order(body, line_rows, _are_columns), *tail]


def _has_page_number(row: Sequence[Piece]) -> bool:
    return any(_PAGE_NUMBER.fullmatch(piece.text) for piece in row)


def _is_paragraph_break(above: Piece, below: Piece) -> bool:
    gap = below.box.top - above.box.bottom
    size = min(above.box.height, below.box.height)
    is_elsewhere = below.box.bottom < above.box.top  # the next column
    return above.is_table or below.is_table or is_elsewhere or gap > _PARAGRAPH_GAP * size


def _line(row: Sequence[Piece]) -> str:
    text = row[0].text
    for before, after in pairwise(row):
        is_cell = after.box.left - before.box.right > _CELL_GAP * before.box.height
        # Single characters far apart are one spaced-out word.
        is_word = len(before.text) == len(after.text) == 1
        text += ("\t" if is_cell and not is_word else " ") + after.text
    return text


def cell_text(chars: Sequence[Char], cell: Box) -> str:
    """A table cell on one line. A full line goes on below without a space, a short one ended."""
    text = ""
    above: Box | None = None
    for row in line_rows(pieces(chars)):
        box = enclosing(row)
        if above:
            is_full = cell.right - above.right < 1.5 * above.height
            text += "" if is_full and not text[-1].isascii() else " "
        text += " ".join(piece.text for piece in row)
        above = box
    return text


def _are_columns(left: Sequence[Piece], right: Sequence[Piece]) -> bool:
    """Columns of text beside each other; False for the cells of an unruled table."""
    rows_left, rows_right = line_rows(left), line_rows(right)
    few, many = sorted((rows_left, rows_right), key=len)
    if len(few) < 2:
        return False
    box_left, box_right = enclosing(left), enclosing(right)
    height = median(piece.box.height for piece in (*left, *right))
    if box_right.left - box_left.right < _MIN_GUTTER * height or box_left.overlap(box_right) <= 0:
        return False
    if any(piece.is_table for piece in (*left, *right)):
        return True
    is_prose = _is_prose(rows_left) and _is_prose(rows_right)
    if sum(_has_neighbour(row, many) for row in few) < _MIN_ALIGNED * len(few):
        return is_prose or len(few) > 2  # blocks that happen to stand side by side
    span = enclosing([piece for row in few for piece in row])
    beside = [row for row in many if row[0].box.overlap(span) > 0]
    if len(few) < 0.5 * len(beside):  # labels, each beside several lines
        return False
    return is_prose or _is_written_by_column(left, right, len(few))


def _has_neighbour(row: Sequence[Piece], others: Sequence[Sequence[Piece]]) -> bool:
    box = row[0].box
    return any(abs(other[0].box.middle - box.middle) < _ALIGNED * box.height for other in others)


def _is_written_by_column(left: Sequence[Piece], right: Sequence[Piece], rows: int) -> bool:
    """Whether the file writes one side, then the other; cells are written row by row."""
    order = sorted([*((piece.index, 0) for piece in left), *((piece.index, 1) for piece in right)])
    switches = sum(a[1] != b[1] for a, b in pairwise(order))
    return switches <= max(1, rows // 3)


def _is_prose(rows: Sequence[Sequence[Piece]]) -> bool:
    """Long lines that mostly fill their column, as text that was wrapped does."""
    boxes = [enclosing(row) for row in rows]
    widest = max(box.right - box.left for box in boxes)
    full = sum(box.right - box.left > 0.8 * widest for box in boxes)
    chars = median(sum(len(piece.text) for piece in row) for row in rows)
    return chars >= _PROSE_CHARS and full >= 0.5 * len(rows)
