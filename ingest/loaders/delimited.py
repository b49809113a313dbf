"""CSV as one sheet. The delimiter is the one that cuts the first rows most evenly."""

from __future__ import annotations

import csv
import io
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING

from ingest.document import LoadedDocument, LoadLimits, Page
from ingest.errors import LoadError
from ingest.loaders.encoding import decode_text
from ingest.loaders.loader import Extract, Source, finish
from ingest.loaders.rows import to_text

if TYPE_CHECKING:
    from collections.abc import Iterator

_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE_ROWS = 50


def load(source: Source, limits: LoadLimits) -> Iterator[LoadedDocument]:
    """One document. Raises LoadError for undecodable files and unclosed quotes."""
    text = decode_text(source.data)
    try:
        rows = list(_reader(text, max(_DELIMITERS, key=lambda each: _evenness(text, each))))
    except csv.Error as error:
        raise LoadError(
            'CSV として読めません。引用符（"）の閉じ忘れがないか確かめてください。'
        ) from error
    yield finish(source, Extract("csv", [Page(None, to_text(rows))]), limits)


def _reader(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """Share of the sampled rows that agree on a number of columns above one, and that number."""
    try:
        widths = Counter(len(row) for row in islice(_reader(text, delimiter), _SAMPLE_ROWS) if row)
    except csv.Error:
        return 0.0, 0
    width, count = max(widths.items(), key=lambda pair: (pair[1], pair[0]), default=(0, 0))
    return (count / widths.total(), width) if width > 1 else (0.0, 0)
