"""Excel workbooks: a sheet is a page, a row is a line, cells show what the sheet shows.

Formulas are never calculated: the value saved with them is read. Macros are refused earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from openpyxl import load_workbook

from ingest.document import LoadedDocument, LoadLimits, Page
from ingest.errors import LoadError
from ingest.loaders.loader import Extract, Source, check_size, finish
from ingest.loaders.number_format import display
from ingest.loaders.office_package import open_stream
from ingest.loaders.rows import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openpyxl.workbook import Workbook
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet as Sheet

# Empty cells cost time too: a sheet may claim a million rows and hold nothing.
_MAX_VISITED_CELLS = 3_000_000


def load(source: Source, limits: LoadLimits) -> Iterator[LoadedDocument]:
    """One document. Raises LoadError for locked, broken, oversized or empty files."""
    # read_only streams the rows: merged ranges and drawings are not built up in memory.
    workbook = load_workbook(
        open_stream(source.data, limits, "xl/"), read_only=True, data_only=True, keep_links=False
    )
    try:
        yield finish(source, Extract("xlsx", _pages(workbook, limits)), limits)
    finally:
        workbook.close()


def _pages(workbook: Workbook, limits: LoadLimits) -> Iterator[Page]:
    """Visible sheets with their position in the workbook; sheets without content are no pages."""
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    for ordinal, name in enumerate(workbook.sheetnames, start=1):
        sheet = sheets.get(name)  # None: a chart sheet
        if sheet is not None and sheet.sheet_state == "visible":
            text = to_text(list(_rows(sheet, limits)))
            if text:
                yield Page(ordinal, text, title=name)


def _rows(sheet: Sheet, limits: LoadLimits) -> Iterator[list[str]]:
    """Rows of shown values; a run of empty rows as one."""
    sheet.reset_dimensions()  # what the file claims is often wrong
    visited = chars = 0
    is_gap = False
    for cells in sheet.iter_rows():
        visited += len(cells) or 1
        if visited > _MAX_VISITED_CELLS:
            raise LoadError(
                f"シート「{sheet.title}」の範囲が大きすぎます。使っていない行と列を削除してください。"
            )
        row = [display(cell.value, cell.number_format or "") for cell in cells]
        if any(row) or not is_gap:
            yield row
        is_gap = not any(row)
        chars += sum(map(len, row))
        check_size(chars, 1, limits)
