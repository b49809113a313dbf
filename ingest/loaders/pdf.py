"""PDF: text in reading order, ruled tables as TAB rows, one page of text for each page.

PDFium (fast) reads all text; pdfplumber (slow) is asked only about pages that draw lines.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

import pypdfium2
import pypdfium2.raw as pdfium

from ingest.document import LoadedDocument, LoadLimits, Page
from ingest.errors import LoadError
from ingest.loaders.loader import Extract, Source, check_size, finish, has_visible_text
from ingest.loaders.pdf_chars import read_chars
from ingest.loaders.pdf_lines import page_text, pieces
from ingest.loaders.pdf_tables import TableFinder, has_rulings, take_tables

if TYPE_CHECKING:
    from collections.abc import Iterator

_PDFIUM = Lock()  # PDFium is not thread-safe: two threads inside it crash the process

_REASONS = {
    pdfium.FPDF_ERR_PASSWORD: (
        "パスワードで保護されています。パスワードを外して登録し直してください。"
    ),
    pdfium.FPDF_ERR_SECURITY: (
        "対応していない方式で暗号化されています。保護を外して登録し直してください。"
    ),
}
_BROKEN = "ファイルが壊れています。元のソフトで PDF を作り直してください。"
_IMAGE_ONLY = (
    "文字が取り出せません（画像だけのPDFの可能性）。"
    "OCR（文字認識）をかけるか、元の文書を登録してください。"
)


def load(source: Source, limits: LoadLimits) -> Iterator[LoadedDocument]:
    """One document. Raises LoadError for locked, broken, oversized files and scanned images."""
    with _PDFIUM:
        pages = _read(source.data, limits)
    if not any(has_visible_text(page.text) for page in pages):
        raise LoadError(_IMAGE_ONLY)
    yield finish(source, Extract("pdf", pages), limits)


def _read(data: bytes, limits: LoadLimits) -> list[Page]:
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise LoadError(_REASONS.get(getattr(error, "err_code", None), _BROKEN)) from error
    tables = TableFinder(data)
    try:
        check_size(0, len(document), limits)
        pages: list[Page] = []
        chars = 0
        for index in range(len(document)):
            text = _page_text(document, index, tables)
            chars += len(text)
            check_size(chars, len(pages), limits)
            pages.append(Page(index + 1, text))
        return pages
    finally:
        document.close()


def _page_text(document: pypdfium2.PdfDocument, index: int, tables: TableFinder) -> str:
    page = document[index]
    try:
        found = read_chars(page)
        use_tables = found.chars and not found.is_vertical and has_rulings(page)
    finally:
        page.close()
    grids = tables.grids(index) if use_tables else []
    flow, pieces_of_tables = take_tables(found.chars, grids)
    text = page_text([*pieces(flow), *pieces_of_tables])
    # Characters beyond U+FFFF may come in two halves; a half alone is no character.
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
