"""PowerPoint: a slide is a page; its title, then its shapes in reading order.

Hidden slides, hidden shapes and notes are not what an audience sees, so they are left out; slide
numbers count hidden slides, as PowerPoint does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pptx import Presentation
from pptx.oxml import parse_xml

from ingest.document import LoadedDocument, LoadLimits, Page
from ingest.loaders.loader import Extract, Source, finish
from ingest.loaders.office_package import open_stream
from ingest.loaders.reading_order import Box, block_rows, enclosing, in_reading_order
from ingest.loaders.rows import to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pptx.shapes.base import BaseShape
    from pptx.slide import Slide

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


@dataclass(frozen=True)
class _Block:
    """The text of a shape and where it stands, in points of the slide."""

    box: Box
    text: str


_EMU_PER_POINT = 12_700


def load(source: Source, limits: LoadLimits) -> Iterator[LoadedDocument]:
    """One document. Raises LoadError for locked, broken, oversized or empty files."""
    presentation = Presentation(open_stream(source.data, limits, "ppt/"))
    pages = (
        _page(number, slide)
        for number, slide in enumerate(presentation.slides, start=1)
        if slide.element.get("show") not in {"0", "false"}
    )
    yield finish(source, Extract("pptx", pages), limits)


def _page(number: int, slide: Slide) -> Page:
    shape = slide.shapes.title
    title = _paragraphs(shape) if shape is not None else ""
    own = shape.element if shape is not None else None
    others = [each for each in slide.shapes if each.element is not own]
    text = "\n\n".join(filter(None, [title, _ordered_text(others)]))
    return Page(number, text, title=" ".join(title.split()))


def _ordered_text(shapes: Iterable[Any]) -> str:
    """The texts of shapes as a reader meets them; a group is read as one block."""
    blocks = [_Block(_box(shape), _text(shape)) for shape in shapes if not _is_hidden(shape)]
    rows = in_reading_order([each for each in blocks if each.text], block_rows, _are_columns)
    return "\n\n".join(block.text for row in rows for block in row)


def _is_hidden(shape: BaseShape) -> bool:
    properties = next(shape.element.iter("{*}cNvPr"), None)
    return properties is not None and properties.get("hidden") in {"1", "true"}


def _box(shape: BaseShape) -> Box:
    left, top = shape.left or 0, shape.top or 0
    edges = (left, top, left + (shape.width or 0), top + (shape.height or 0))
    return Box(*(edge / _EMU_PER_POINT for edge in edges))


def _text(shape: Any) -> str:
    if shape.element.tag.endswith("}grpSp"):
        return _ordered_text(shape.shapes)
    if shape.has_text_frame:
        return _paragraphs(shape)
    if getattr(shape, "has_table", False):
        rows = [
            ["" if cell.is_spanned else _visible(cell.text) for cell in row.cells]
            for row in shape.table.rows
        ]
        return to_text(rows)
    return "\n\n".join(_diagram(shape))


def _paragraphs(shape: Any) -> str:
    texts = (_visible(paragraph.text).strip() for paragraph in shape.text_frame.paragraphs)
    return "\n\n".join(filter(None, texts))


def _visible(text: str) -> str:
    return text.replace("\v", "\n")  # python-pptx writes a line break so


def _diagram(shape: Any) -> Iterator[str]:
    """The texts of SmartArt, which lie in a part of their own."""
    relations = next(shape.element.iter(f"{_DIAGRAM}relIds"), None)
    if relations is None:
        return
    part = shape.part.related_part(relations.get(f"{_RELATION}dm"))
    for paragraph in parse_xml(part.blob).iter(f"{_A}p"):
        text = "".join(run.text or "" for run in paragraph.iter(f"{_A}t")).strip()
        if text:
            yield text


def _are_columns(left: Sequence[_Block], right: Sequence[_Block]) -> bool:
    """Columns lie further apart than what stands below each other in them; else rows of cards."""
    if len(left) < 2 or len(right) < 2:
        return False
    gutter = enclosing(right).left - enclosing(left).right
    edges = sorted((block.box for block in (*left, *right)), key=lambda box: box.top)
    gaps: list[float] = []
    lowest = edges[0].bottom
    for box in edges[1:]:
        gaps.append(box.top - lowest)
        lowest = max(lowest, box.bottom)
    return gutter > max(0.0, *gaps)
