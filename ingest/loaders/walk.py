"""Paths to files to documents: the walk through folders, and the one place that catches."""

from __future__ import annotations

import os
import unicodedata
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.document import LoadedDocument, LoadFailure, LoadLimits
from ingest.errors import BadPathError, LoadError
from ingest.loaders.loader import Source
from ingest.loaders.registry import loader_for, unsupported_reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

Outcome = LoadedDocument | LoadFailure

_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})  # hidden on the systems that make them


@dataclass(frozen=True)
class _Found:
    """A file (or an unreadable folder), `path` relative to its root; `is_named`: given itself."""

    file: Path
    path: str
    is_named: bool
    is_folder: bool = False


def load_paths(paths: Sequence[Path], limits: LoadLimits) -> Iterator[Outcome]:
    """Every document of the files and folders, in sorted order, failures in between.

    A file that is reached twice is loaded once; of two documents with one id the later one is a
    failure. Hidden files, `~$` files of Office and links that leave their folder are skipped.
    Raises BadPathError at once if one of the paths is not there.
    """
    for path in paths:
        _require(path)
    return _unique_ids(_load_all(paths, limits))


def _require(path: Path) -> None:
    try:
        if path.is_file() or path.is_dir():
            return
        is_there = path.exists()
    except (OSError, ValueError) as error:
        raise BadPathError(
            f"「{path}」を開けません。名前と読み取る権限を確かめてください。"
        ) from error
    if is_there:
        raise BadPathError(
            f"「{path}」はファイルでもフォルダーでもありません。文書のある場所を指定してください。"
        )
    raise BadPathError(f"「{path}」が見つかりません。場所と名前を確かめてください。")


def _load_all(paths: Sequence[Path], limits: LoadLimits) -> Iterator[Outcome]:
    seen: set[str] = set()
    for path in paths:
        for found in _find(path):
            place = os.path.abspath(found.file)  # noqa: PTH100 - links must stay distinct
            if place not in seen:
                seen.add(place)
                yield from _load_file(found, limits)


def _find(path: Path) -> Iterator[_Found]:
    if not path.is_dir():
        yield _Found(path, _shown(path.name), is_named=True)
        return
    unreadable: list[OSError] = []
    files: list[Path] = []
    for folder, folders, names in os.walk(path, onerror=unreadable.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        files += [Path(folder, name) for name in names if not _is_hidden(name)]
    blocked = {Path(error.filename) for error in unreadable if error.filename}
    root = path.resolve()
    for file in sorted([*files, *blocked], key=lambda each: each.relative_to(path).parts):
        if not _leaves(file, root):
            shown = _shown(file.relative_to(path).as_posix())
            yield _Found(file, shown, is_named=False, is_folder=file in blocked)


def _leaves(file: Path, root: Path) -> bool:
    """Whether a link leads out of the root, or nowhere because it goes round in a circle."""
    try:
        return file.is_symlink() and not file.resolve().is_relative_to(root)
    except (OSError, RuntimeError):
        return True


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name.lower() in _SYSTEM_FILES


def _shown(path: str) -> str:
    """A path that can be printed and compared: NFC (macOS decomposes), odd bytes escaped."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return unicodedata.normalize("NFC", text)


def _load_file(found: _Found, limits: LoadLimits) -> list[Outcome]:
    """The one place where a loader's errors end, whatever they are."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # libraries warn of features we do not read
            return list(_outcomes(found, limits))
    except LoadError as error:
        reason = error.message
    except Exception as error:  # noqa: BLE001 - any bug of a parser costs one file, not the run
        # The class only: a parser's message may quote the document.
        reason = (
            f"読み込めませんでした（形式が壊れている可能性: {type(error).__name__}）。"
            "元のソフトで開いて保存し直してください。"
        )
    return [LoadFailure(found.path, found.path, reason)]


def _outcomes(found: _Found, limits: LoadLimits) -> Iterator[Outcome]:
    if found.is_folder:
        raise LoadError("フォルダーを開けません。読み取る権限を確かめてください。")
    loader = loader_for(found.file.suffix)
    if loader is None:
        raise LoadError(unsupported_reason(found.file.suffix, with_list=found.is_named))
    yield from loader(Source(_read(found.file, limits), found.path), limits)


def _read(file: Path, limits: LoadLimits) -> bytes:
    try:
        if not file.is_file():
            raise LoadError("ファイルとして読めません。リンク先と種類を確かめてください。")
        with file.open("rb") as stream:
            data = stream.read(limits.max_file_bytes + 1)
    except OSError as error:
        raise LoadError(
            "読み取れません。ファイルの権限と、ほかで開いていないかを確かめてください。"
        ) from error
    if len(data) > limits.max_file_bytes:
        megabytes = limits.max_file_bytes / (1024 * 1024)
        raise LoadError(
            f"ファイルが大きすぎます（上限 {megabytes:.4g} MB）。分割して登録してください。"
        )
    if not data:
        raise LoadError("ファイルが空です。中身を確かめて登録し直してください。")
    return data


def _unique_ids(outcomes: Iterator[Outcome]) -> Iterator[Outcome]:
    places: dict[str, str] = {}
    for outcome in outcomes:
        if isinstance(outcome, LoadFailure) or outcome.document_id not in places:
            yield outcome
            if isinstance(outcome, LoadedDocument):
                places[outcome.document_id] = outcome.path
            continue
        first = places[outcome.document_id]
        reason = f"同じIDの文書が先にあります（{first}）。idを変えるか、どちらかを外してください。"
        yield LoadFailure(outcome.path, outcome.document_id, reason)
