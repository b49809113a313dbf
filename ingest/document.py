"""A file as it was read: pages of raw text, or the reason why it could not be read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Page:
    """One physical page, slide or sheet, or the whole text of a format without pages.

    `ordinal` is 1-based, None where the format has no pages; `text` is raw, in reading order:
    only white space differs from the source (and heading marks, for html and docx). `title` is
    the slide's title or the sheet's name.
    """

    ordinal: int | None
    text: str
    title: str = ""


@dataclass(frozen=True)
class LoadedDocument:
    """What a loader hands on. `path` is relative to the ingested root, as reports show it.

    `metadata` is front matter as parsed (dates as `datetime.date`), or `header`/`footer` of a
    docx; `sha256` is that of the file's bytes (of the line, for jsonl).
    """

    document_id: str
    title: str
    path: str
    kind: str  # text | markdown | html | pdf | docx | xlsx | pptx | csv
    pages: tuple[Page, ...]
    metadata: Mapping[str, object] = field(default_factory=dict)
    sha256: str = ""


@dataclass(frozen=True)
class LoadFailure:
    """A file, or a line of a jsonl, that gave no document. `reason`: Japanese, what to do."""

    path: str
    document_id: str
    reason: str


@dataclass(frozen=True)
class LoadLimits:
    """How much one file may hold before it is refused.

    The two zip limits apply to Office files: a small file that unpacks to a huge one is an
    attack. `max_zip_ratio` (unpacked to packed) is only looked at above `zip_ratio_floor_bytes`.
    """

    max_file_bytes: int = 50 * 1024 * 1024
    max_pages: int = 2_000
    max_chars: int = 5_000_000
    max_unzipped_bytes: int = 300 * 1024 * 1024
    max_zip_ratio: int = 100
    zip_ratio_floor_bytes: int = 20 * 1024 * 1024
    max_zip_entries: int = 20_000
