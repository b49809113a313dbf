"""Word documents: paragraphs and tables in document order, headings as Markdown "# " lines.

python-docx opens the package; its XML is walked here, because the library's own text leaves out
text boxes, content controls, tracked insertions and footnotes. Numbers that Word counts itself
are not in the file and therefore not in the text.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeAlias

import docx
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.parser import parse_xml

from ingest.document import LoadedDocument, LoadLimits, Page
from ingest.loaders.loader import Extract, Source, finish
from ingest.loaders.office_package import open_stream
from ingest.loaders.rows import Cell, grid, to_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from docx.document import Document

Element: TypeAlias = Any  # of lxml, which has no types of its own

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_VALUE = f"{_W}val"
_TEXT = {f"{_W}t", f"{_M}t"}
_WHITE = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_SKIPPED = {
    f"{_W}{name}" for name in ("pPr", "rPr", "del", "moveFrom", "rt", "instrText", "txbxContent")
} | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_TEXT_BOX = f"{_W}txbxContent"
_MAX_HEADING = 6
_HEADING = re.compile(r"#{1,6} (?P<text>.+)")
_PLACEHOLDER_TITLE = "Word Document"  # what python-docx invents where there is none


def load(source: Source, limits: LoadLimits) -> Iterator[LoadedDocument]:
    """One document. Raises LoadError for locked, broken, oversized or empty files."""
    document = docx.Document(open_stream(source.data, limits, "word/"))
    levels = _heading_levels(document)
    blocks = [*_blocks(document.element.body, levels), *_notes(document)]
    extract = Extract(
        kind="docx",
        pages=[Page(None, "\n\n".join(blocks))],
        title=_title(document, blocks),
        metadata=_furniture(document),
    )
    yield finish(source, extract, limits)


def _title(document: Document, blocks: list[str]) -> str:
    """A paragraph in the style "Title" (it is visible), else the property, else a heading."""
    for paragraph in document.element.body.iterchildren(f"{_W}p"):
        if paragraph.style == "Title" and (text := _text(paragraph).strip()):
            return text
    title = (document.core_properties.title or "").strip()
    if title and title != _PLACEHOLDER_TITLE:
        return title
    headings = (_HEADING.match(block) for block in blocks)
    return next((heading["text"] for heading in headings if heading), "")


def _heading_levels(document: Document) -> dict[str, int]:
    """Style id -> heading level, by name (Heading 1, Title) or outline level, with inheritance."""
    styles = {
        style.get(f"{_W}styleId", ""): style
        for style in document.styles.element.iterchildren(f"{_W}style")
    }
    levels: dict[str, int] = {}
    for style_id, style in styles.items():
        current, seen = style, {style_id}
        while (level := _own_level(current)) is None:
            based_on = _value(current.find(f"{_W}basedOn"))
            if based_on in seen or based_on not in styles:
                break
            seen.add(based_on)
            current = styles[based_on]
        if level:
            levels[style_id] = level
    return levels


def _own_level(style: Element) -> int | None:
    """1-6, 0 for body text, None where the style itself does not say."""
    name = _value(style.find(f"{_W}name")).lower()
    if name == "title":
        return 1
    word, _, number = name.partition(" ")
    if word in {"heading", "見出し"} and number.isdecimal():
        return min(int(number), _MAX_HEADING)
    return _outline_level(style)


def _outline_level(owner: Element) -> int | None:
    value = _value(owner.find(f"{_W}pPr/{_W}outlineLvl"))
    if not value.isdecimal():
        return None
    return min(int(value) + 1, _MAX_HEADING) if int(value) < 9 else 0


def _value(element: Element | None) -> str:
    return "" if element is None else str(element.get(_VALUE, ""))


def _blocks(container: Element, levels: Mapping[str, int] | None) -> Iterator[str]:
    """Visible paragraphs and tables. Without `levels` headings are left unmarked."""
    for child in container.iterchildren():
        if child.tag == f"{_W}p":
            yield from _paragraph(child, levels)
        elif child.tag == f"{_W}tbl":
            yield from _table(child, levels)
        elif child.tag not in _SKIPPED and isinstance(child.tag, str):
            yield from _blocks(child, levels)  # content controls and other wrappers


def _paragraph(paragraph: Element, levels: Mapping[str, int] | None) -> Iterator[str]:
    text = _text(paragraph).strip()
    level = _level(paragraph, levels) if levels is not None else 0
    if text:
        yield f"{'#' * level} {' '.join(text.split())}" if level else text
    for box in _outermost(paragraph, _TEXT_BOX):
        yield from _blocks(box, None)


def _level(paragraph: Element, levels: Mapping[str, int]) -> int:
    own = _outline_level(paragraph)
    return own if own is not None else levels.get(_value(paragraph.find(f"{_W}pPr/{_W}pStyle")), 0)


def _table(table: Element, levels: Mapping[str, int] | None) -> Iterator[str]:
    rows = [list(_outermost(row, f"{_W}tc")) for row in _outermost(table, f"{_W}tr")]
    if max(map(len, rows), default=0) < 2:  # a frame around text
        for row in rows:
            for cell in row:
                yield from _blocks(cell, levels)
        return
    text = to_text(grid([[_cell(cell) for cell in row] for row in rows]))
    if text:
        yield text


def _cell(cell: Element) -> Cell:
    span = _value(cell.find(f"{_W}tcPr/{_W}gridSpan"))
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    is_covered = merge is not None and _value(merge) != "restart"
    text = "" if is_covered else " ".join(_blocks(cell, None))
    return Cell(text, columns=int(span) if span.isdecimal() else 1)


def _outermost(root: Element, tag: str) -> Iterator[Element]:
    """Descendants with this tag in document order, without those inside another one."""
    todo = [*reversed(root)]
    while todo:
        element = todo.pop()
        if element.tag == tag:
            yield element
        elif element.tag not in _SKIPPED - {_TEXT_BOX}:
            todo += reversed(element)


def _text(paragraph: Element) -> str:
    """What a reader sees: no deletions, field codes, readings or hidden runs."""
    pieces: list[str] = []
    todo = [*reversed(paragraph)]
    while todo:
        element = todo.pop()
        if element.tag in _TEXT:
            pieces.append(element.text or "")
        elif element.tag in _WHITE:
            pieces.append(_WHITE[element.tag])
        elif element.tag not in _SKIPPED and not _is_hidden(element):
            todo += reversed(element)
    return "".join(pieces)


def _is_hidden(element: Element) -> bool:
    vanish = element.find(f"{_W}rPr/{_W}vanish") if element.tag == f"{_W}r" else None
    return vanish is not None and _value(vanish) not in {"0", "false", "off"}


def _notes(document: Document) -> Iterator[str]:
    """Footnotes and endnotes, after the text."""
    for kind in (RELATIONSHIP_TYPE.FOOTNOTES, RELATIONSHIP_TYPE.ENDNOTES):
        for root in _parts(document, kind):
            for note in root.iterchildren():
                if note.get(f"{_W}type") is None:  # separators have a type
                    yield from _blocks(note, None)


def _furniture(document: Document) -> dict[str, object]:
    """Header and footer text, where classification marks often stand."""
    found: dict[str, object] = {}
    kinds = {"header": RELATIONSHIP_TYPE.HEADER, "footer": RELATIONSHIP_TYPE.FOOTER}
    for name, kind in kinds.items():
        lines = dict.fromkeys(
            text for root in _parts(document, kind) for text in _blocks(root, None)
        )
        if lines:
            found[name] = "\n".join(lines)
    return found


def _parts(document: Document, kind: str) -> Iterable[Element]:
    """Roots of the related parts of one kind, in the order of their names."""
    parts = [
        each.target_part
        for each in document.part.rels.values()
        if each.reltype == kind and not each.is_external
    ]
    return [parse_xml(part.blob) for part in sorted(parts, key=lambda part: str(part.partname))]
