"""A cited page as it is shown beside the answer: its text, with the quotes marked.

A quote is raw text, a page is shown as readable blocks: what they have in common are the letters
and digits in their order, so these alone are compared.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from app.chat.attaching import ATTACHMENT_PREFIX
from app.chat.presentation import Segment, runs
from app.chat.records import AttachedDocument
from app.container import Block, PageText, PageView

_MIN_LINE_CHARS = 6


@dataclass(frozen=True)
class MarkedBlock:
    """A block whose texts are cut into segments; `rows` are a table's cells."""

    kind: str
    text: tuple[Segment, ...] = ()
    items: tuple[tuple[Segment, ...], ...] = ()
    rows: tuple[tuple[tuple[Segment, ...], ...], ...] = ()


@dataclass(frozen=True)
class MarkedPage:
    number: int | None
    title: str
    blocks: tuple[MarkedBlock, ...]
    has_quote: bool


def attached_page(
    attachments: Sequence[AttachedDocument], document_id: str, page: int | None
) -> PageView | None:
    """The cited page of an attachment; None when it was removed."""
    for each in attachments:
        if f"{ATTACHMENT_PREFIX}{each.id}" != document_id:
            continue
        pages = tuple(
            PageText(part.number, part.title, (Block("paragraph", part.text),))
            for part in each.pages
            if page is None or part.number == page
        )
        return PageView(document_id, each.name, pages, len(each.pages)) if pages else None
    return None


def mark_pages(pages: Sequence[PageText], quotes: Sequence[str]) -> tuple[MarkedPage, ...]:
    return tuple(_mark_page(page, quotes) for page in pages)


def _mark_page(page: PageText, quotes: Sequence[str]) -> MarkedPage:
    texts = [text for block in page.blocks for text in _texts(block)]
    marks = _marks(texts, quotes)
    cut = iter([runs(text, marked) for text, marked in zip(texts, marks, strict=True)])
    blocks = tuple(_marked(block, cut) for block in page.blocks)
    return MarkedPage(page.number, page.title, blocks, any(any(each) for each in marks))


def _texts(block: Block) -> list[str]:
    if block.kind == "list":
        return list(block.items)
    if block.kind == "table":
        return [cell for row in block.rows for cell in row]
    return [block.text]


def _marked(block: Block, cut: Iterator[tuple[Segment, ...]]) -> MarkedBlock:
    if block.kind == "list":
        return MarkedBlock("list", items=tuple(next(cut) for _ in block.items))
    if block.kind == "table":
        rows = tuple(tuple(next(cut) for _ in row) for row in block.rows)
        return MarkedBlock("table", rows=rows)
    return MarkedBlock(block.kind, text=next(cut))


def _marks(texts: Sequence[str], quotes: Sequence[str]) -> list[list[bool]]:
    """Which characters of which text belong to a quote."""
    letters: list[str] = []
    places: list[tuple[int, int]] = []
    for index, text in enumerate(texts):
        for position, char in enumerate(text):
            for letter in _letters(char):
                letters.append(letter)
                places.append((index, position))
    page = "".join(letters)
    marks = [[False] * len(text) for text in texts]
    for start, end in _spans(page, quotes):
        first, last = places[start], places[end - 1]
        for index in range(first[0], last[0] + 1):
            begin = first[1] if index == first[0] else 0
            stop = last[1] + 1 if index == last[0] else len(texts[index])
            marks[index][begin:stop] = [True] * (stop - begin)
    return marks


def _spans(page: str, quotes: Sequence[str]) -> list[tuple[int, int]]:
    """Where the quotes stand; one that was rearranged is looked for line by line."""
    spans = []
    for quote in quotes:
        whole = "".join(map(_letters, quote))
        lines = ("".join(map(_letters, line)) for line in quote.splitlines())
        wanted = [whole] if whole and whole in page else [
            line for line in lines if len(line) >= _MIN_LINE_CHARS
        ]  # fmt: skip
        for text in wanted:
            start = page.find(text)
            if start >= 0:
                spans.append((start, start + len(text)))
    return spans


def _letters(text: str) -> str:
    """Letters and digits alone, the same whatever their width."""
    return "".join(
        char for char in unicodedata.normalize("NFKC", text) if char.isalnum()
    ).casefold()
