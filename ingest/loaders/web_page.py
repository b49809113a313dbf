"""HTML: the main content as plain lines, headings as Markdown "# " lines, tables as TAB rows.

Nothing is fetched: only the bytes given are parsed.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from ingest.document import LoadedDocument, LoadLimits, Page
from ingest.loaders.encoding import decode_text
from ingest.loaders.loader import Extract, Source, finish, has_visible_text
from ingest.loaders.rows import Cell, grid, to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_META_CHARSET = re.compile(
    rb"""<meta[^>]{0,500}?charset\s*=\s*["']?\s*([\w:.-]{1,40})""", re.IGNORECASE
)
_XML_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w:.-]{1,40})""")
_XML_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_HEAD_BYTES = 4_096

# rt and rp: readings above kanji would cut the words.
_INVISIBLE = re.compile(
    "script|style|noscript|template|svg|math|iframe|object|canvas|audio|video|select|datalist|"
    "head|rt|rp"
)
_BLOCK = re.compile(
    "address|article|aside|blockquote|body|caption|center|dd|details|dialog|div|dl|dt|fieldset|"
    "figcaption|figure|footer|form|header|hgroup|hr|html|li|main|nav|ol|p|section|summary|table|"
    "tbody|td|tfoot|th|thead|tr|ul"
)
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_WIDE = r"[\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]"
_WIDE_LINE_BREAK = re.compile(rf"(?<={_WIDE})[ \t]*\n\s*(?={_WIDE})")
_SPACES = re.compile(r"[ \t\r\n\f]+")
_MAX_CELL_CHARS = 800  # more is a page laid out in a table, as sites once were


def load(source: Source, limits: LoadLimits) -> Iterator[LoadedDocument]:
    """One document. Raises LoadError for undecodable files and pages without visible text."""
    text = decode_text(source.data, declared=_declared_charset(source.data))
    soup = BeautifulSoup(_XML_DECLARATION.sub("", text), "lxml")
    title = soup.title.get_text() if soup.title else ""
    for tag in soup.find_all(_is_invisible):
        tag.extract()
    first_heading = soup.find("h1")
    if not title.strip() and first_heading:
        title = first_heading.get_text()
    body = next(filter(has_visible_text, map(_render, _candidates(soup))), "")
    yield finish(source, Extract("html", [Page(None, body)], title=title), limits)


def _declared_charset(data: bytes) -> str:
    head = data[:_HEAD_BYTES]
    found = _META_CHARSET.search(head) or _XML_ENCODING.search(head)
    return found[1].decode("ascii") if found else ""


def _is_invisible(tag: Tag) -> bool:
    return (
        _INVISIBLE.fullmatch(tag.name) is not None
        or tag.has_attr("hidden")
        or bool(_HIDDEN_STYLE.search(str(tag.get("style", ""))))
    )


def _candidates(soup: BeautifulSoup) -> Iterator[list[Tag]]:
    """Where the content may be, best first. What stands around a main part is furniture."""
    whole: Tag = soup.body or soup
    for selector in ("main, [role=main]", "article"):
        parts = [part for part in soup.select(selector) if not part.find_parent(_is_main)]
        for menu in [menu for part in parts for menu in part.find_all("nav")]:
            menu.extract()
        yield parts
    yield [whole]


def _is_main(tag: Tag) -> bool:
    return tag.name in {"main", "article"} or tag.get("role") == "main"


def _render(parts: list[Tag]) -> str:
    lines = [line for part in parts for line in [*_lines(part), ""]]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _lines(root: Tag) -> list[str]:
    """The visible lines below a tag in document order, "" between blocks."""
    lines: list[str] = []
    inline: list[str] = []

    def flush(*more: str) -> None:
        text = _collapse("".join(inline))
        inline.clear()
        lines.extend([text] if text else [])
        lines.extend(more)

    todo: list[PageElement | None] = [*reversed(root.contents)]
    while todo:
        node = todo.pop()
        if node is None:  # a block has ended
            flush("")
        elif isinstance(node, NavigableString):
            if not isinstance(node, PreformattedString):  # comments, CDATA, doctypes
                inline.append(str(node))
        elif isinstance(node, Tag):
            if (own := _own_lines(node)) is not None:
                flush("", *own, "")
                continue
            if node.name == "br":
                flush()
            elif _BLOCK.fullmatch(node.name):
                flush("")
                todo.append(None)
            todo += reversed(node.contents)
    flush()
    return lines


def _own_lines(tag: Tag) -> list[str] | None:
    """The lines of a heading, preformatted text or data table; None for all other tags."""
    if tag.name in _HEADINGS:
        text = _one_line(tag)
        return [f"{'#' * _HEADINGS[tag.name]} {text}"] if text else []
    if tag.name == "pre":
        return tag.get_text().strip("\n").split("\n")
    return _data_rows(tag) if tag.name == "table" else None


def _collapse(text: str) -> str:
    """White space as a browser shows it; line breaks between wide characters show nothing."""
    return _SPACES.sub(" ", _WIDE_LINE_BREAK.sub("", text)).strip(" ")


def _data_rows(table: Tag) -> list[str] | None:
    """TAB rows, or None if the table only lays out the page ."""
    if table.find(["table", *_HEADINGS]):
        return None
    rows = [
        [
            Cell(_one_line(cell), _span(cell, "colspan"), _span(cell, "rowspan"))
            for cell in row.find_all(["td", "th"], recursive=False)
        ]
        for row in table.find_all("tr")
    ]
    is_frame = max(map(len, rows), default=0) < 2
    if is_frame or any(len(cell.text) > _MAX_CELL_CHARS for row in rows for cell in row):
        return None
    captions = [_one_line(caption) for caption in table.find_all("caption")]
    return [*filter(None, captions), *to_text(grid(rows)).split("\n")]


def _one_line(tag: Tag) -> str:
    return " ".join(line for line in _lines(tag) if line)


def _span(cell: Tag, name: str) -> int:
    value = str(cell.get(name, "1")).strip()
    return int(value) if value.isdecimal() and len(value) < 6 else 1
