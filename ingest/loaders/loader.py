"""The seam of all loaders: a file's bytes in, documents or failures out."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Protocol

from ingest.document import LoadedDocument, LoadFailure, LoadLimits, Page
from ingest.errors import LoadError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_EMPTY = "読み取れる文字がありません。中身を確かめて、文字の入ったファイルを登録してください。"


@dataclass(frozen=True)
class Source:
    """One file in memory. `path` is relative to the ingested root, posix."""

    data: bytes
    path: str

    @property
    def stem(self) -> str:
        return PurePosixPath(self.path).stem


@dataclass(frozen=True)
class Extract:
    """What a format gave. `title` and `document_id` are empty where the format knows none."""

    kind: str
    pages: Iterable[Page]
    title: str = ""
    document_id: str = ""
    metadata: Mapping[str, object] = field(default_factory=dict)


class Loader(Protocol):
    """Reads one format. Pure: bytes in, no network, nothing written, nothing executed."""

    def __call__(
        self, source: Source, limits: LoadLimits
    ) -> Iterable[LoadedDocument | LoadFailure]:
        """One document a file, or one outcome a line. Raises LoadError if the file is unusable."""
        ...


def finish(
    source: Source, extract: Extract, limits: LoadLimits, *, path: str = "", data: bytes = b""
) -> LoadedDocument:
    """The document with its defaults; `path` and `data` say which part of the file it is.

    Raises LoadError if it has no visible text, too many pages or too many characters.
    """
    return LoadedDocument(
        document_id=extract.document_id or path or source.path,
        title=" ".join(extract.title.split()) or source.stem,
        path=path or source.path,
        kind=extract.kind,
        pages=_bounded(extract.pages, limits),
        metadata=extract.metadata,
        sha256=hashlib.sha256(data or source.data).hexdigest(),
    )


def _bounded(pages: Iterable[Page], limits: LoadLimits) -> tuple[Page, ...]:
    kept: list[Page] = []
    chars = 0
    for page in pages:
        kept.append(page)
        chars += len(page.text)
        check_size(chars, len(kept), limits)
    if not any(has_visible_text(page.text) for page in kept):
        raise LoadError(_EMPTY)
    return tuple(kept)


def check_size(chars: int, pages: int, limits: LoadLimits) -> None:
    """Raises LoadError when more was extracted than the limits allow."""
    if pages > limits.max_pages:
        raise LoadError(
            f"ページ数が上限（{limits.max_pages:,}ページ）を超えています。分割して登録してください。"
        )
    if chars > limits.max_chars:
        raise LoadError(
            f"文字数が上限（{limits.max_chars:,}文字）を超えています。分割して登録してください。"
        )


def has_visible_text(text: str) -> bool:
    """Whether anything would show: no white space, control, format or private-use character."""
    return any(not char.isspace() and unicodedata.category(char)[0] != "C" for char in text)
