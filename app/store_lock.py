"""One process at a time may use a data folder's vectors: embedded Chroma allows no second one.

The lock is the operating system's, so it ends with its process however that dies; the note beside
it only tells a person who holds it.
"""

import json
import os
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from app.clock import TOKYO, Clock
from app.db import unavailable
from app.errors import StoreUnavailableError

LOCK_NAME = "store.lock"
NOTE_NAME = "store.lock.json"
_PATIENCE_SECONDS = 0.5  # a command that is just ending


class StoreHeldError(StoreUnavailableError):
    """Another process uses the data folder."""


class StoreLock:
    def __init__(self, data_dir: Path, command: str, clock: Clock) -> None:
        self._data_dir = data_dir
        self._command = command
        self._clock = clock
        # Taken by the thread that warms up, released by the one that ends the process.
        self._lock = FileLock(data_dir / LOCK_NAME, thread_local=False)

    def acquire(self) -> None:
        """Raises StoreHeldError, naming the holder; harmless if this process holds it already."""
        if self._lock.is_locked:
            return
        try:
            self._data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock.acquire(timeout=_PATIENCE_SECONDS)
        except Timeout as error:
            raise StoreHeldError(self._describe_holder()) from error
        except OSError as error:
            raise unavailable(error, str(self._data_dir)) or error from error
        self._write_note()

    def release(self) -> None:
        if self._lock.is_locked:
            (self._data_dir / NOTE_NAME).unlink(missing_ok=True)
            self._lock.release()

    def _write_note(self) -> None:
        note = {
            "pid": os.getpid(),
            "command": self._command,
            "since": self._clock().isoformat(timespec="seconds"),
        }
        try:
            text = json.dumps(note, ensure_ascii=False)
            (self._data_dir / NOTE_NAME).write_text(text, encoding="utf-8")
        except OSError as error:
            self._lock.release()
            raise unavailable(error, str(self._data_dir)) or error from error

    def _describe_holder(self) -> str:
        holder = self._read_note()
        return (
            f"データフォルダー {self._data_dir} は別のプロセス{holder}が使用中です。"
            "終わるのを待つか、そのプロセスを止めてから、もう一度実行してください。"
        )

    def _read_note(self) -> str:
        try:
            note = json.loads((self._data_dir / NOTE_NAME).read_text(encoding="utf-8"))
            since = datetime.fromisoformat(note["since"]).astimezone(TOKYO)
            now = self._clock().astimezone(TOKYO)
            started = f"{since:%H:%M}" if since.date() == now.date() else f"{since:%Y-%m-%d %H:%M}"
            return f"（PID {note['pid']}, {note['command']}, {started} から）"
        except (OSError, ValueError, KeyError, TypeError):
            return ""  # it is just being written
