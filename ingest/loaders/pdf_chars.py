"""Characters of a PDF page with their places, as PDFium sees them.

Places are turned upright (page rotation) and, for pages set vertically, turned once more so that
a vertical line becomes a row: the same reading order then serves both.
"""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pypdfium2.raw as pdfium

from ingest.loaders.reading_order import Box

if TYPE_CHECKING:
    from collections.abc import Iterator

_UNREADABLE = "\ufffd"
_SOFT_HYPHENS = frozenset({0x02, 0xFFFE})  # PDFium's marks of a hyphen at a line's end
_LINE_BREAKS = frozenset({0x0A, 0x0D})


@dataclass(frozen=True, slots=True)
class Char:
    """`after_gap`: PDFium saw a gap before it that reads as a space."""

    text: str
    box: Box
    after_gap: bool


@dataclass(frozen=True)
class PageChars:
    """`chars` in the order of the file; `is_vertical` pages have their boxes turned."""

    chars: list[Char]
    is_vertical: bool


def read_chars(page: Any) -> PageChars:
    """All visible characters of a `PdfPage`; those without a Unicode meaning as U+FFFD."""
    text_page = page.get_textpage()
    try:
        upright = list(_chars(page, text_page))
    finally:
        text_page.close()
    if not _is_vertical(upright):
        return PageChars(upright, is_vertical=False)
    return PageChars([_turned(char) for char in upright], is_vertical=True)


def _chars(page: Any, text_page: Any) -> Iterator[Char]:
    upright = _Upright(page)
    visible = upright.box(*page.get_bbox())
    rect = pdfium.FS_RECTF()
    reference = ctypes.byref(rect)
    raw = text_page.raw
    after_gap = False
    for index in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(raw, index)
        if pdfium.FPDFText_IsGenerated(raw, index) == 1:
            after_gap = after_gap or code not in _LINE_BREAKS
            continue
        if code in _LINE_BREAKS or not pdfium.FPDFText_GetLooseCharBox(raw, index, reference):
            continue
        box = upright.box(rect.left, rect.bottom, rect.right, rect.top)
        if visible.meets(box):
            yield Char(_text(raw, index, code), box, after_gap)
            after_gap = False


def _text(raw: Any, index: int, code: int) -> str:
    if code in _SOFT_HYPHENS:
        return "-"
    if code == 0 or pdfium.FPDFText_HasUnicodeMapError(raw, index) == 1:
        return _UNREADABLE
    return chr(code)


class _Upright:
    """Turns PDF coordinates (origin bottom left, unrotated) into what the reader sees.

    The origin is the top left of the media box, as pdfplumber has it.
    """

    def __init__(self, page: Any) -> None:
        left, bottom, right, top = page.get_mediabox()
        self.left, self.right = sorted((left, right))
        self.bottom, self.top = sorted((bottom, top))
        self.rotation = page.get_rotation()

    def box(self, left: float, bottom: float, right: float, top: float) -> Box:
        if self.rotation == 90:
            return Box(bottom - self.bottom, left - self.left, top - self.bottom, right - self.left)
        if self.rotation == 180:
            return Box(
                self.right - right, bottom - self.bottom, self.right - left, top - self.bottom
            )
        if self.rotation == 270:
            return Box(self.top - top, self.right - right, self.top - bottom, self.right - left)
        return Box(left - self.left, self.top - top, right - self.left, self.top - bottom)


def _is_vertical(chars: list[Char]) -> bool:
    """Whether most neighbours in the file stand below each other."""
    down = across = 0
    for before, after in pairwise(chars):
        size = before.box.height or 1.0
        step_x, step_y = after.box.left - before.box.left, after.box.middle - before.box.middle
        down += abs(step_x) < 0.3 * size and 0.5 * size < step_y < 1.6 * size
        across += abs(step_y) < 0.3 * size and 0 < step_x < 1.6 * size
    return down > across


def _turned(char: Char) -> Char:
    """Right becomes top, so that the rightmost vertical line is read first."""
    box = char.box
    return Char(char.text, Box(box.top, -box.right, box.bottom, -box.left), char.after_gap)
