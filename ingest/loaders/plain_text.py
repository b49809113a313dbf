"""Plain text. Form feeds separate pages; without them the text is one page without a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ingest.document import LoadedDocument, LoadLimits, Page
from ingest.loaders.encoding import decode_text
from ingest.loaders.loader import Extract, Source, finish

if TYPE_CHECKING:
    from collections.abc import Iterator


def load(source: Source, limits: LoadLimits) -> Iterator[LoadedDocument]:
    """One document. Raises LoadError for binary, undecodable or empty files."""
    yield finish(source, Extract("text", _pages(decode_text(source.data))), limits)


def _pages(text: str) -> list[Page]:
    # A form feed at the very end closes the last page and opens none.
    pages = text.rstrip("\f\n").split("\f")
    if len(pages) == 1:
        return [Page(None, text.replace("\f", ""))]
    return [Page(number, page) for number, page in enumerate(pages, start=1)]
