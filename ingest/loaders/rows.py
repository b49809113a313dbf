"""Tables as text: one line a row, cells separated by TAB, merged cells written once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Cell:
    """A cell of a table that may span columns and rows, as html, docx and pptx describe it."""

    text: str
    columns: int = 1
    rows: int = 1


_MAX_SPAN = 1_000  # what browsers allow
_MAX_PLACES = 50_000  # beyond, spans count as one: a huge table of huge spans is an attack


def grid(rows: Iterable[Iterable[Cell]]) -> list[list[str]]:
    """Cells placed so that columns line up; what a merged cell covers stays empty."""
    placed: list[list[str]] = []
    blocked: dict[int, int] = {}  # column -> rows still covered from above
    places = 0
    for row in rows:
        line: list[str] = []
        covered = dict(blocked)
        for cell in row:
            while covered.get(len(line), 0) > 0:
                line.append("")
            width = min(max(cell.columns, 1), _MAX_SPAN) if places < _MAX_PLACES else 1
            places += width
            for column in range(len(line), len(line) + width):
                blocked[column] = min(max(cell.rows, 1), _MAX_SPAN)
            line += [cell.text] + [""] * (width - 1)
        blocked = {column: left - 1 for column, left in blocked.items() if left > 1}
        placed.append(line)
    return placed


def one_line(text: str) -> str:
    """A cell's text on one line, so that a row stays a row."""
    return " ".join(text.split())


def to_text(rows: Sequence[Sequence[str]]) -> str:
    """TAB-separated rows. Empty columns and outer empty rows go, inner ones stay as one gap."""
    cleaned = [[one_line(cell) for cell in row] for row in rows]
    used = sorted({column for row in cleaned for column, cell in enumerate(row) if cell})
    lines: list[str] = []
    for row in cleaned:
        line = "\t".join(row[column] if column < len(row) else "" for column in used).rstrip("\t")
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).rstrip("\n")
