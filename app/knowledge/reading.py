"""Reads what the paths lead to, each file once, knowing under which root it was found."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.document import LoadedDocument, LoadFailure, LoadLimits

Load = Callable[[Sequence[Path], LoadLimits], Iterator[LoadedDocument | LoadFailure]]
"""`ingest.loaders.load_paths`, or a stand-in."""


@dataclass(frozen=True)
class Read:
    """`root` is absolute: the folder that was walked, or the file that was named."""

    root: str
    found: LoadedDocument | LoadFailure


def root_of(path: Path) -> str:
    """The path as it is stored: absolute, and printable whatever its bytes."""
    return os.fsencode(path.resolve()).decode("utf-8", "backslashreplace")


def read_all(load: Load, paths: Sequence[Path], limits: LoadLimits) -> Iterator[Read]:
    """Raises BadPathError at once, before anything is read, if one of the paths is not there."""
    walks = [(root_of(path), path.is_file(), load([path], limits)) for path in paths]
    return _without_repetitions(walks)


def _without_repetitions(
    walks: Sequence[tuple[str, bool, Iterator[LoadedDocument | LoadFailure]]],
) -> Iterator[Read]:
    """A loader sees to this within one root; here it is seen to between roots."""
    places: set[str] = set()
    places_of_ids: dict[str, str] = {}
    for root, is_file, walk in walks:
        for found in walk:
            folder = os.path.dirname(root) if is_file else root  # noqa: PTH120 - a stored text
            place = f"{folder}/{found.path}"
            if place in places:
                continue
            places.add(place)
            if isinstance(found, LoadedDocument):
                first = places_of_ids.setdefault(found.document_id, place)
                if first != place:
                    reason = (
                        f"同じIDの文書が先にあります（{first}）。"
                        "idを変えるか、どちらかを外してください。"
                    )
                    yield Read(root, LoadFailure(found.path, found.document_id, reason))
                    continue
            yield Read(root, found)
