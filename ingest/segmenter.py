"""Documents cut into sections: a slide, a page, or what stands under one heading.

Every section knows its page and its title path, so that each chunk of it can be cited.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from ingest.document import LoadedDocument, Page
from ingest.pagination import find_pages
from rag.normalization import normalise_line
from rag.units import Unit, split_units

_MARKDOWN_HEADING = re.compile(r"^(#{1,6})[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_FENCED_HEADING = re.compile(
    r"^(?:[■◆●○□◇▼▽★☆【〔《〈<＜]\s*)(?P<title>[^■◆●○□◇▼▽★☆。]{1,38}?)(?:[】〕》〉>＞])?$"
)
_NUMBERED_HEADING = re.compile(
    r"^(?:第[0-9一二三四五六七八九十百]+[条章節款編]|[0-9]{1,2}(?:[.．-][0-9]{1,2})*[.．、 ]"
    r"|[IVX]+[.．] ?|[(（][0-9]{1,2}[)）])"
    r"\s*(?P<title>[^。、]{1,38})$"
)
_ENUMERATED_TITLE = re.compile(
    r"^(?:[ア-コ][.．]|[ア-コ] ?-?\d? |[0-9]{1,2}[.． ]|[(（][0-9]{1,2}[)）])"
)
_BULLET = re.compile(r"^[・•●○〇◯■□◆◇▪◦➣✓→※*<【(（\-＊①-⑳]")
_FIGURE = re.compile(r"\d[\d,.]*\s*(?:億|万|千)?(?:円|%|団体|件|人|名|[ヶか]月)")
_DIVIDER_MAX_UNITS = 10
_DIVIDER_MAX_CHARS = 110
_MAX_TITLE_CHARS = 70


@dataclass(frozen=True)
class Section:
    """`text` = `pages[page_index].text[start:end]`, raw. `path`: titles from general to special.

    `page` is the printed number, else the ordinal, else None.
    """

    page_index: int
    start: int
    end: int
    page: int | None
    path: tuple[str, ...]
    text: str


def segment(document: LoadedDocument) -> list[Section]:
    """All sections of a document in reading order; together they cover all visible text."""
    if document.kind in {"markdown", "html", "docx"}:
        return [
            section
            for index, page in enumerate(document.pages)
            for section in _by_headings(document, _Source(index, page))
        ]
    if document.kind in {"xlsx", "csv"}:
        return [
            _Source(index, page).cut(0, len(page.text), _path(page.title), page.ordinal)
            for index, page in enumerate(document.pages)
        ]
    if len(document.pages) > 1 or document.pages[0].ordinal is not None:
        return _by_pages(document)
    return _by_dump(document)


def _path(*titles: str) -> tuple[str, ...]:
    path: list[str] = []
    for title in titles:
        clean = normalise_line(title)
        if clean and clean not in path:
            path.append(clean)
    return tuple(path)


@dataclass(frozen=True)
class _Source:
    """A page and its place in the document."""

    index: int
    page: Page

    def cut(self, start: int, end: int, path: tuple[str, ...], number: int | None) -> Section:
        return Section(self.index, start, end, number, path, self.page.text[start:end])

    def add(
        self, sections: list[Section], start: int, end: int, stack: list[tuple[int, str]]
    ) -> None:
        """Append what stands under the headings of `stack`, unless it is blank."""
        if self.page.text[start:end].strip():
            path = _path(*(title for _, title in stack))
            sections.append(self.cut(start, end, path, self.page.ordinal))


def _by_headings(document: LoadedDocument, source: _Source) -> list[Section]:
    """Markdown headings; the first one that repeats the document's title adds nothing."""
    sections: list[Section] = []
    stack: list[tuple[int, str]] = []
    start = 0
    title = normalise_line(document.title)
    for match in _MARKDOWN_HEADING.finditer(source.page.text):
        source.add(sections, start, match.start(), stack)
        level = len(match[1])
        stack = [entry for entry in stack if entry[0] < level]
        stack.append((level, match[2]))
        start = match.start()
    source.add(sections, start, len(source.page.text), stack)
    return [
        Section(
            s.page_index, s.start, s.end, s.page, tuple(t for t in s.path if t != title), s.text
        )
        for s in sections
    ]


def _by_pages(document: LoadedDocument) -> list[Section]:
    """PDF pages and slides: the format knows where they begin; the printed number may differ."""
    offset = _printed_offset(document.pages)
    sections: list[Section] = []
    chapter: tuple[str, ...] = ()
    for index, page in enumerate(document.pages):
        if not page.text.strip():
            continue
        number = page.ordinal + offset if page.ordinal is not None else None
        units = split_units(page.text)
        chapter = _chapter(units, chapter)
        title = page.title or (_best_title(units) if document.kind != "pdf" else "")
        path = _path(*chapter, title)
        sections.append(_Source(index, page).cut(0, len(page.text), path, number))
    return sections


def _printed_offset(pages: tuple[Page, ...]) -> int:
    """Printed minus ordinal number, where most pages that carry a number agree; else 0."""
    offsets: Counter[int] = Counter()
    for page in pages:
        lines = [line.strip() for line in page.text.splitlines() if line.strip()]
        edges = {*lines[:2], *lines[-2:]}
        numbers = {
            int(match[1])
            for line in edges
            if (match := re.fullmatch(r"[-–‐ ]*(\d{1,3})[-–‐ ]*", line))
        }
        offsets.update(number - (page.ordinal or 0) for number in numbers)
    if not offsets:
        return 0
    offset, support = offsets.most_common(1)[0]
    return offset if support >= max(3, len(pages) // 2) else 0


def _by_dump(document: LoadedDocument) -> list[Section]:
    """Plain text: the pages of a dumped deck, else what headings there are."""
    page = document.pages[0]
    source = _Source(0, page)
    lines = page.text.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    spans = find_pages([line.rstrip("\r\n") for line in lines])
    if len(spans) == 1 and spans[0].number is None:
        return _by_plain_headings(document, source)
    sections: list[Section] = []
    chapter: tuple[str, ...] = ()
    for span in spans:
        start, end = starts[span.start], starts[span.end]
        units = split_units(page.text[start:end])
        if not units:
            continue
        number = span.number
        chapter = _chapter(units, chapter)
        title = _best_title(units, number)
        sections.append(source.cut(start, end, _path(*chapter, title), number))
    return sections


def _by_plain_headings(document: LoadedDocument, source: _Source) -> list[Section]:
    """Plain text with marked or numbered headings on lines of their own."""
    sections: list[Section] = []
    stack: list[tuple[int, str]] = []
    start = offset = 0
    title = normalise_line(document.title)
    for line in source.page.text.splitlines(keepends=True):
        heading = _plain_heading(line)
        if heading and normalise_line(heading[1]) != title:
            source.add(sections, start, offset, stack)
            stack = [entry for entry in stack if entry[0] < heading[0]] + [heading]
            start = offset
        offset += len(line)
    source.add(sections, start, offset, stack)
    return sections


def _plain_heading(line: str) -> tuple[int, str] | None:
    text = normalise_line(line)
    markdown = _MARKDOWN_HEADING.match(text)
    if markdown:
        return len(markdown[1]), markdown[2]
    if not text or len(text) > 40 or _FIGURE.search(text):
        return None
    if match := _NUMBERED_HEADING.match(text):
        return 7, match["title"]
    if match := _FENCED_HEADING.match(text):
        return 8, match["title"]
    return None


def _chapter(units: list[Unit], current: tuple[str, ...]) -> tuple[str, ...]:
    """The chapter after a page that is nothing but a heading; otherwise the current one."""
    texts = [unit.text for unit in units]
    if len(texts) > _DIVIDER_MAX_UNITS or sum(map(len, texts)) > _DIVIDER_MAX_CHARS:
        return current
    if any("。" in text or _FIGURE.search(text) for text in texts):
        return current
    headings = [text for text in texts if not re.match(r"^[・•※]", text) and not text.isdigit()]
    if not headings or not any(re.match(r"^(?:\d+[.．]|[①-⑳])", text) for text in headings):
        return current
    top = [text for text in headings if re.match(r"^\d+[.．]", text)]
    rest = [text for text in headings if text not in top]
    return tuple([*(top or list(current[:1])), "".join(rest)] if rest else top)


def _best_title(units: list[Unit], number: int | None = None) -> str:
    """The line of a page that most looks like its title; page numbers are taken off."""
    best, best_score = "", 0.5
    count = len(units)
    for position, unit in enumerate(units):
        text, has_number = _without_number(unit.text, number)
        score = _title_score(text)
        if has_number:
            score += 0.5 if "を" in text else 3.0
        if position == 0:
            score += 1.0
        elif position == count - 1:
            score += 0.8
        elif position < 3:
            score += 0.6
        elif position == count - 2 and units[-1].text == str(number):
            score += 1.6
        if score > best_score:
            best, best_score = text, score
    return best[:_MAX_TITLE_CHARS]


def _without_number(text: str, number: int | None) -> tuple[str, bool]:
    if number is None:
        return text, False
    stripped = re.sub(rf"^{number}(?=\D)|(?<=\D)\s{number}$", "", text).strip()
    return stripped, bool(stripped) and stripped != text


def _title_score(text: str) -> float:
    length = len(text)
    if length < 4 or length > _MAX_TITLE_CHARS or "。" in text:
        return -1.0
    score = 0.5 if 8 <= length <= 64 else 0.0
    if _ENUMERATED_TITLE.match(text) and length >= 8 and not re.search(r" \d[.．]", text):
        score += 1.2
    elif _BULLET.match(text):
        score -= 1.5
    if _FIGURE.search(text):
        score -= 0.8
    if re.search(r"[をがはにで、]$|^[ぁ-ん]", text):
        score -= 0.8
    if "を" in text:
        score -= 0.3
    if re.search(r"(?:概要|について)[)」]?$", text):
        score += 0.3
    if re.search(
        r"(?:について|概要|取組|支援|事業|措置|課題|改革|制度|連携|方法|要件|手続|一覧)", text
    ):
        score += 0.4
    return score
