"""Which documents an ingest met, and so which ones have vanished from the roots it walked."""

from collections.abc import Collection, Iterable
from pathlib import PurePosixPath

from app.knowledge.reading import Read
from app.knowledge.repository import KnownDocument
from ingest.document import LoadFailure


class Presence:
    """What is there but cannot be read has not vanished, nor have its lines or its files."""

    def __init__(self) -> None:
        self._ids: set[str] = set()
        self._unread: set[tuple[str, str]] = set()

    def note(self, read: Read) -> None:
        self._ids.add(read.found.document_id)
        if isinstance(read.found, LoadFailure):
            self._unread.add((read.root, read.found.path))

    def vanished(
        self, known: Iterable[KnownDocument], roots: Collection[str]
    ) -> list[KnownDocument]:
        """Live documents that came from one of the roots and were not met again, by id."""
        return sorted(
            (
                document
                for document in known
                if document.live and document.root in roots and not self._is_here(document)
            ),
            key=lambda document: document.document_id,
        )

    def _is_here(self, document: KnownDocument) -> bool:
        path = PurePosixPath(document.path)
        file = document.path.rpartition("#")[0] or document.path
        places = (document.path, file, *map(str, path.parents))
        return document.document_id in self._ids or any(
            (document.root, place) in self._unread for place in places
        )
