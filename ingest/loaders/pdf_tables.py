"""Ruled tables of a PDF: pdfplumber finds the cells, the text comes from PDFium's characters.

One source of text means that nothing is duplicated: a character is in a cell or in the flow.
"""

from __future__ import annotations

import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pdfplumber
import pypdfium2.raw as pdfium

from ingest.loaders.pdf_lines import Piece, cell_text
from ingest.loaders.reading_order import Box
from ingest.loaders.rows import to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ingest.loaders.pdf_chars import Char

logging.getLogger("pdfminer").setLevel(logging.ERROR)  # it warns of every odd font

_MIN_SEGMENTS = 9  # the smallest grid: a frame and two lines across
_MAX_PATHS = 3_000  # beyond, it is a map or a drawing, and looking for tables takes minutes


@dataclass(frozen=True)
class Grid:
    """Cells of a table, row by row; None where a merged cell reaches over the place."""

    box: Box
    rows: list[list[Box | None]]


def has_rulings(page: Any) -> bool:
    """Whether a `PdfPage` draws enough lines for a table, but is no drawing."""
    segments = 0
    for paths, item in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH])):
        segments += max(0, pdfium.FPDFPath_CountSegments(item.raw))
        if paths >= _MAX_PATHS:
            return False
    return segments >= _MIN_SEGMENTS


class TableFinder:
    """pdfplumber on one file, opened when the first page with rulings comes along."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._pages: Sequence[Any] | None = None

    def grids(self, page_index: int) -> list[Grid]:
        """The ruled tables of a page; none if pdfplumber cannot cope with it."""
        try:
            return self._find(page_index)
        except Exception:  # noqa: BLE001 - PDFium read the page: better its text without tables
            return []

    def _find(self, page_index: int) -> list[Grid]:
        if self._pages is None:
            self._pages = []  # stays so if the file cannot be opened
            self._pages = pdfplumber.open(io.BytesIO(self._data)).pages
        page = self._pages[page_index]
        try:
            left, top = page.mediabox[:2]
            return [
                Grid(
                    _shifted(table.bbox, left, top),
                    [
                        [_shifted(cell, left, top) if cell else None for cell in row.cells]
                        for row in table.rows
                    ],
                )
                for table in page.find_tables()
            ]
        finally:
            page.close()


def _shifted(box: Sequence[float], left: float, top: float) -> Box:
    return Box(box[0] - left, box[1] - top, box[2] - left, box[3] - top)


def take_tables(chars: Sequence[Char], grids: Sequence[Grid]) -> tuple[list[Char], list[Piece]]:
    """(the characters that are in no table, the tables as pieces of TAB rows)."""
    flow = list(chars)
    tables: list[Piece] = []
    for grid in grids:
        cells = _fill(grid, flow)
        rows = [[cell_text(cells[box], box) if box else "" for box in row] for row in grid.rows]
        if sum(len([cell for cell in row if cell]) > 1 for row in rows) < 2:
            continue  # frames around text, or an empty form
        taken = {id(char) for inside in cells.values() for char in inside}
        index = next(at for at, char in enumerate(flow) if id(char) in taken)
        tables.append(Piece(grid.box, to_text(rows), index, is_table=True))
        flow = [char for char in flow if id(char) not in taken]
    return flow, tables


def _fill(grid: Grid, chars: Sequence[Char]) -> dict[Box, list[Char]]:
    cells: dict[Box, list[Char]] = {box: [] for row in grid.rows for box in row if box}
    for char in chars:
        if grid.box.holds(char.box):
            box = next((box for box in cells if box.holds(char.box)), None)
            if box:
                cells[box].append(char)
    return cells
